package import Store
package import Time

/// A webhook as it came, with what became of it.
package struct RawEvent: Hashable, Sendable {
  /// 0 until it is kept.
  package var id: Int64 = 0
  /// The app or the account of Twilio's; empty where nobody could be told.
  package let owner: String
  package let provider: String
  package let receivedAt: Timestamp
  package let verdict: String
  /// What it tells of: `messages`, `statuses`, `account_update`.
  package let kinds: [String]
  /// Our numbers and people's.
  package let numbers: [String]
  /// Of messages.
  package let ids: [String]
  package let size: Int
  /// JSON.
  package var head: [UInt8] = []
  package var body: [UInt8] = []

  package init(
    owner: String, provider: String, receivedAt: Timestamp, verdict: String, kinds: [String],
    numbers: [String], ids: [String], size: Int
  ) {
    (self.owner, self.provider, self.receivedAt) = (owner, provider, receivedAt)
    (self.verdict, self.kinds, self.numbers) = (verdict, kinds, numbers)
    (self.ids, self.size) = (ids, size)
  }
}

/// Which of them.
package struct RawEventQuery: Hashable, Sendable {
  /// nil: of anybody.
  package var owner: String?
  package var since = Timestamp.distantPast
  package var until = Timestamp.distantFuture
  package var verdict = ""
  package var kind = ""
  package var number = ""
  package var id = ""
  package var before = Int64.max
  package var limit = 100

  package init() {}
}

extension SendStore {
  package func keep(_ events: [RawEvent]) throws(StoreError) {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      try transaction.run(
        Raw.insert,
        [
          .owner: .texts(events.map(\.owner)), .provider: .texts(events.map(\.provider)),
          .at: .integers(events.map(\.receivedAt.microseconds)),
          .verdict: .texts(events.map(\.verdict)),
          .kinds: .texts(events.map { Self.list($0.kinds) }),
          .numbers: .texts(events.map { Self.list($0.numbers) }),
          .ids: .texts(events.map { Self.list($0.ids) }),
          .size: .integers(events.map { Int64($0.size) }), .head: .bytes(events.map(\.head)),
          .body: .bytes(events.map(\.body)),
        ])
    }
  }

  private static func list(_ words: [String]) -> String {
    words.isEmpty ? "" : " " + words.joined(separator: " ") + " "
  }

  private static func words(_ list: String) -> [String] {
    list.split(separator: " ").map(String.init)
  }

  /// Without head and body.
  package func rawEvents(_ query: RawEventQuery) throws(StoreError) -> [RawEvent] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        Raw.page,
        [
          .before: .integer(query.before), .owner: .optionalTexts([query.owner]),
          .since: .time(query.since), .until: .time(query.until), .verdict: .text(query.verdict),
          .kind: .text(query.kind), .number: .text(query.number), .about: .text(query.id),
          .limit: .integer(query.limit),
        ]
      ) { row in
        var event = RawEvent(
          owner: row.text(.owner), provider: row.text(.provider), receivedAt: row.time(.receivedAt),
          verdict: row.text(.verdict), kinds: Self.words(row.text(.kinds)),
          numbers: Self.words(row.text(.numbers)), ids: Self.words(row.text(.ids)),
          size: row.int(.size))
        event.id = row.integer(.id)
        return event
      }
    }
  }

  package func rawEvent(_ id: Int64) throws(StoreError) -> RawEvent? {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Raw.one, [.id: .integer(id)]) { row in
        var event = RawEvent(
          owner: row.text(.owner), provider: row.text(.provider), receivedAt: row.time(.receivedAt),
          verdict: row.text(.verdict), kinds: Self.words(row.text(.kinds)),
          numbers: Self.words(row.text(.numbers)), ids: Self.words(row.text(.ids)),
          size: row.int(.size))
        event.id = row.integer(.id)
        (event.head, event.body) = (row.bytes(.head), row.bytes(.body))
        return event
      }.first
    }
  }

  package func rawEventOwners() throws(StoreError) -> [String] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Raw.owners) { $0.text(.owner) }
    }
  }

  /// Keeps what is younger than `age` and within the room, the newest first.
  package func forgetRawEvents(
    of owner: String, olderThan age: Duration, over room: Int
  ) throws(StoreError) {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      try transaction.run(
        Raw.forget,
        [
          .owner: .text(owner), .before: .time(try transaction.now() - age), .room: .integer(room),
        ])
    }
  }
}

extension Raw {
  enum InsertParameter: Int, Columns {
    case owner, provider, at, verdict, kinds, numbers, ids, size, head, body
  }
  static let insert = Command<InsertParameter>("insert")

  enum PageParameter: Int, Columns {
    case before, owner, since, until, verdict, kind, number, about, limit
  }
  enum PageColumn: Int, Columns {
    case id, owner, provider, receivedAt, verdict, kinds, numbers, ids, size
  }
  static let page = Query<PageParameter, PageColumn>("page")

  enum OneParameter: Int, Columns { case id }
  enum OneColumn: Int, Columns {
    case id, owner, provider, receivedAt, verdict, kinds, numbers, ids, size, head, body
  }
  static let one = Query<OneParameter, OneColumn>("one")

  enum ForgetParameter: Int, Columns { case owner, before, room }
  static let forget = Command<ForgetParameter>("forget")

  enum OwnersColumn: Int, Columns { case owner }
  static let owners = Query<Nothing, OwnersColumn>("owners")
}
