internal import Domain
package import Store
internal import Time

/// What each partition of the topics that bring sends has.
package struct SendsInLog: Sendable {
  package let log: String
  package let available: [Range<Int64>]
  /// Of the rows of campaigns.
  package let bulk: [Range<Int64>]

  package init(log: String, available: [Range<Int64>], bulk: [Range<Int64>] = []) {
    (self.log, self.available, self.bulk) = (log, available, bulk)
  }
}

extension SendStore {
  /// After a restore from a backup: what the store believes was never tried may have been sent since, so
  /// every send without an answer goes in doubt. Answers the generation that event sources carry from now
  /// on. What `sends` has, and the store does not, may have gone out as well: it comes in doubt.
  package func restored(_ sends: SendsInLog? = nil) throws(StoreError) -> Int64 {
    let generation = try engine.write { transaction throws(StoreError) in
      if let sends {
        // A partition that was first read after the backup has no place here any more.
        try transaction.run(
          Arrivals.doubt,
          [
            .partition: .integers(sends.available.indices.map(Int64.init)),
            .log: .texts(sends.available.map { _ in sends.log }),
            .nextOffset: .integers(sends.available.map(\.lowerBound)),
            .doubtUntil: .integers(sends.available.map(\.upperBound)),
          ])
      }
      try transaction.doubtBulk(before: sends?.bulk.map(\.upperBound) ?? [])
      let generation = 1 + (try transaction.generation())
      try transaction.note(Self.generationFact, generation)
      // Nothing is claimed, by whoever runs, until all of it is in doubt.
      try transaction.note(Self.lostFact, 1)
      // Workers that go on may have keys in hand that the store does not know to be given.
      _ = try transaction.rows(Arrivals.reserveKeys, [.count: .integer(1_000_000)]) {
        $0.integer(.last)
      }
      try transaction.run(Intents.clear)
      try transaction.run(Leases.clear)
      try transaction.run(Lanes.clearInFlight)
      return generation
    }
    while try putInDoubt(limit: 1000) > 0 {}
    try engine.write { transaction throws(StoreError) in
      try transaction.note(Self.lostFact, 0)
    }
    return generation
  }

  /// Binds this store to a log: each partition goes on at its place, and sends before `doubtUntil` come in
  /// doubt.
  package func adopt(
    log: String, sends: [(offset: Int64, doubtUntil: Int64)], others: [String: [Int64]],
    doubtfulBulk: [Int64] = []
  ) throws(StoreError) {
    try engine.write { transaction throws(StoreError) in
      // Places may go back by this, which otherwise means that commits were lost.
      let generation = 1 + (try transaction.generation())
      try transaction.note(Self.generationFact, generation)
      try transaction.run(
        Arrivals.adopt,
        [
          .partition: .integers(sends.indices.map(Int64.init)),
          .log: .texts(sends.map { _ in log }), .nextOffset: .integers(sends.map(\.offset)),
          .doubtUntil: .integers(sends.map(\.doubtUntil)),
        ])
      let places = others.flatMap { topic, offsets in
        offsets.enumerated().map { (topic: topic, number: Int64($0.offset), offset: $0.element) }
      }
      try transaction.run(
        Partitions.adopt,
        [
          .topic: .texts(places.map(\.topic)), .number: .integers(places.map(\.number)),
          .log: .texts(places.map { _ in log }), .nextOffset: .integers(places.map(\.offset)),
        ])
      try transaction.doubtBulk(before: doubtfulBulk)
    }
  }

  /// For each partition of the rows of campaigns, up to where they may have been sent before the store was restored.
  package func doubtfulBulk() throws(StoreError) -> [Int: Int64] {
    try engine.read { transaction throws(StoreError) in
      Dictionary(
        try transaction.rows(Partitions.doubtful, [.topic: .text(Self.bulkTopic)]) {
          ($0.int(.number), $0.integer(.doubtUntil))
        }
      ) { $1 }
    }
  }

  fileprivate static let bulkTopic = "bulk"

  package func generation() throws(StoreError) -> Int64 {
    try engine.read { transaction throws(StoreError) in try transaction.generation() }
  }

  private func putInDoubt(limit: Int) throws(StoreError) -> Int {
    try engine.write { transaction throws(StoreError) in
      let now = try transaction.now()
      let keys = try transaction.rows(Upkeep.unsettled, [.limit: .integer(limit)]) {
        $0.key(.key) as SendKey
      }
      var changes = ChangeSet(try transaction.lockSends(keys), at: now)
      for key in keys {
        changes.putInDoubtAfterRestore(key, at: now)
      }
      try changes.write(to: transaction)
      return keys.count
    }
  }

  static let generationFact = "generation"
  private static let lostFact = "commits-lost"

  package static let lostCommitsSentence =
    "the store lost commits: what it calls unsent may have been sent; run `postrider store restored`"

  /// Stops every lane of every worker until `restored`.
  package func noteLostCommits() throws(StoreError) {
    try engine.write { transaction throws(StoreError) in
      try transaction.note(Self.lostFact, 1)
    }
  }

  package func hasLostCommits() throws(StoreError) -> Bool {
    try engine.read { transaction throws(StoreError) in
      try transaction.fact(Self.lostFact) ?? 0 > 0
    }
  }
}

extension ChangeSet {
  mutating func putInDoubtAfterRestore(_ key: SendKey, at now: Timestamp) {
    let doubt = Doubt(
      nextLook: now + DoubtLooks.standard.first, reason: "the store was restored from a backup")
    _ = apply(.restored, to: key, code: "restored", doubt: doubt)
  }
}

extension Transaction {
  fileprivate func doubtBulk(before offsets: [Int64]) throws(StoreError) {
    guard !offsets.isEmpty else { return }
    try run(
      Partitions.doubt,
      [
        .topic: .texts(offsets.map { _ in SendStore.bulkTopic }),
        .number: .integers(offsets.indices.map(Int64.init)), .doubtUntil: .integers(offsets),
      ])
  }

  func generation() throws(StoreError) -> Int64 {
    try fact(SendStore.generationFact) ?? 0
  }
}

extension Leases {
  static let clear = Command<Nothing>("clear")
}

extension Partitions {
  enum AdoptParameter: Int, Columns { case topic, number, log, nextOffset }
  static let adopt = Command<AdoptParameter>("adopt")

  enum DoubtParameter: Int, Columns { case topic, number, doubtUntil }
  static let doubt = Command<DoubtParameter>("doubt")
  enum DoubtfulParameter: Int, Columns { case topic }
  enum DoubtfulColumn: Int, Columns { case number, doubtUntil }
  static let doubtful = Query<DoubtfulParameter, DoubtfulColumn>("doubtful")
}

extension Arrivals {
  enum AdoptParameter: Int, Columns { case partition, log, nextOffset, doubtUntil }
  static let adopt = Command<AdoptParameter>("adopt")
  static let doubt = Command<AdoptParameter>("doubt")
}

extension Intents {
  static let clear = Command<Nothing>("clear")
}

extension Lanes {
  static let clearInFlight = Command<Nothing>("clearInFlight")
}

extension Upkeep {
  enum UnsettledParameter: Int, Columns { case limit }
  enum UnsettledColumn: Int, Columns { case key }
  static let unsettled = Query<UnsettledParameter, UnsettledColumn>("unsettled")
}
