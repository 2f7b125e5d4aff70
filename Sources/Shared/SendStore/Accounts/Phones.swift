package import Domain
package import Store
package import Time

/// A number as its provider told of it last.
package struct StoredPhone: Hashable, Sendable {
  package let sender: SenderID
  /// JSON.
  package let facts: [UInt8]
  /// Of the facts; `distantPast` where there are none yet.
  package let readAt: Timestamp
  /// When the provider was asked last, whatever it answered.
  package let askedAt: Timestamp
  /// When a webhook was about it.
  package let newsAt: Timestamp
  /// Why it could not be read since; empty where it could.
  package let failure: String

  package init(
    sender: SenderID, facts: [UInt8], readAt: Timestamp, askedAt: Timestamp, newsAt: Timestamp,
    failure: String
  ) {
    (self.sender, self.facts, self.failure) = (sender, facts, failure)
    (self.readAt, self.askedAt, self.newsAt) = (readAt, askedAt, newsAt)
  }
}

/// When a webhook was last seen.
package struct Sighting: Hashable, Sendable {
  package let account: AccountID
  /// The number; nil for the account itself.
  package let address: String?
  package let at: Timestamp

  package init(_ account: AccountID, _ address: String?, at: Timestamp) {
    (self.account, self.address, self.at) = (account, address, at)
  }
}

extension SendStore {
  package func phones() throws(StoreError) -> [StoredPhone] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Phones.all) { row in
        StoredPhone(
          sender: SenderID(row.text(.sender)), facts: row.bytes(.facts),
          readAt: row.time(.readAt), askedAt: row.time(.askedAt), newsAt: row.time(.newsAt),
          failure: row.text(.failure))
      }
    }
  }

  /// `askedAt` is from before the question: news that comes between it and the answer asks again.
  package func save(
    _ facts: [UInt8], ofPhone sender: SenderID, askedAt: Timestamp
  ) throws(StoreError) {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      try transaction.run(
        Phones.save,
        [
          .sender: .text(sender.text), .facts: .bytes([facts]), .at: .time(try transaction.now()),
          .askedAt: .time(askedAt), .never: .time(.distantPast),
        ])
    }
  }

  package func phoneFailed(
    _ sender: SenderID, askedAt: Timestamp, because reason: String
  ) throws(StoreError) {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      try transaction.run(
        Phones.fail,
        [
          .sender: .text(sender.text), .facts: .bytes([Phones.nothing]),
          .askedAt: .time(askedAt), .never: .time(.distantPast), .failure: .text(reason),
        ])
    }
  }

  /// Something about these numbers may be otherwise now.
  package func phonesChanged(_ senders: [SenderID]) throws(StoreError) {
    guard !senders.isEmpty else { return }
    try engine.write(.upkeep) { transaction throws(StoreError) in
      let now = try transaction.now()
      let senders = senders.map(\.text).sorted()
      try transaction.run(
        Phones.tell,
        [
          .sender: .texts(senders), .facts: .bytes(senders.map { _ in Phones.nothing }),
          .at: .integers(senders.map { _ in now.microseconds }),
          .never: .integers(senders.map { _ in Timestamp.distantPast.microseconds }),
        ])
    }
  }

  package func see(_ sightings: [Sighting]) throws(StoreError) {
    guard !sightings.isEmpty else { return }
    let sorted = sightings.sorted {
      ($0.account.text, $0.address ?? "") < ($1.account.text, $1.address ?? "")
    }
    try engine.write(.upkeep) { transaction throws(StoreError) in
      try transaction.run(
        Phones.see,
        [
          .account: .texts(sorted.map(\.account.text)),
          .address: .texts(sorted.map { $0.address ?? "" }),
          .at: .integers(sorted.map(\.at.microseconds)),
        ])
    }
  }

  package func sightings() throws(StoreError) -> [Sighting] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Phones.seen) { row in
        let address = row.text(.address)
        return Sighting(
          AccountID(row.text(.account)), address.isEmpty ? nil : address, at: row.time(.seenAt))
      }
    }
  }
}

extension Phones {
  fileprivate static let nothing = Array("{}".utf8)

  enum AllColumn: Int, Columns { case sender, facts, readAt, askedAt, newsAt, failure }
  static let all = Query<Nothing, AllColumn>("all")

  enum SaveParameter: Int, Columns { case sender, facts, at, askedAt, never }
  static let save = Command<SaveParameter>("save")

  enum FailParameter: Int, Columns { case sender, facts, askedAt, never, failure }
  static let fail = Command<FailParameter>("fail")

  enum TellParameter: Int, Columns { case sender, facts, at, never }
  static let tell = Command<TellParameter>("tell")

  enum SeeParameter: Int, Columns { case account, address, at }
  static let see = Command<SeeParameter>("see")

  enum SeenColumn: Int, Columns { case account, address, seenAt }
  static let seen = Query<Nothing, SeenColumn>("seen")
}
