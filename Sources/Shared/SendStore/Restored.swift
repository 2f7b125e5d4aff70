internal import Domain
internal import Time

/// What each partition of the topic of sends has.
package struct SendsInLog: Sendable {
  package let log: String
  package let available: [Range<Int64>]

  package init(log: String, available: [Range<Int64>]) {
    (self.log, self.available) = (log, available)
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
          .doubtIntake,
          [
            .integers(sends.available.indices.map(Int64.init)),
            .texts(sends.available.map { _ in sends.log }),
            .integers(sends.available.map(\.lowerBound)),
            .integers(sends.available.map(\.upperBound)),
          ])
      }
      let generation = 1 + (try transaction.generation())
      try transaction.run(.saveFact, [.text(Self.generationFact), .integer(generation)])
      try transaction.run(.saveFact, [.text(Self.lostFact), .integer(0)])
      // Workers that go on may have keys in hand that the store does not know to be given.
      _ = try transaction.rows(.reserveKeys, [.integer(1_000_000)]) { $0.integer(0) }
      try transaction.run(.clearIntents, [])
      try transaction.run(.clearLeases, [])
      try transaction.run(.clearInFlight, [])
      return generation
    }
    while try putInDoubt(limit: 1000) > 0 {}
    return generation
  }

  /// Binds this store to a log: each partition goes on at its place, and sends before `doubtUntil` come in
  /// doubt.
  package func adopt(
    log: String, sends: [(offset: Int64, doubtUntil: Int64)], others: [String: [Int64]]
  ) throws(StoreError) {
    try engine.write { transaction throws(StoreError) in
      // Places may go back by this, which otherwise means that commits were lost.
      let generation = 1 + (try transaction.generation())
      try transaction.run(.saveFact, [.text(Self.generationFact), .integer(generation)])
      try transaction.run(
        .adoptIntake,
        [
          .integers(sends.indices.map(Int64.init)), .texts(sends.map { _ in log }),
          .integers(sends.map(\.offset)), .integers(sends.map(\.doubtUntil)),
        ])
      let places = others.flatMap { topic, offsets in
        offsets.enumerated().map { (topic: topic, number: Int64($0.offset), offset: $0.element) }
      }
      try transaction.run(
        .adoptPartitions,
        [
          .texts(places.map(\.topic)), .integers(places.map(\.number)),
          .texts(places.map { _ in log }), .integers(places.map(\.offset)),
        ])
    }
  }

  package func generation() throws(StoreError) -> Int64 {
    try engine.read { transaction throws(StoreError) in try transaction.generation() }
  }

  private func putInDoubt(limit: Int) throws(StoreError) -> Int {
    try engine.write { transaction throws(StoreError) in
      let now = try transaction.now()
      let keys = try transaction.rows(.unsettledSends, [.integer(limit)]) { $0.integer(0) }
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
      try transaction.run(.saveFact, [.text(Self.lostFact), .integer(1)])
    }
  }

  package func hasLostCommits() throws(StoreError) -> Bool {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(.fact, [.text(Self.lostFact)]) { $0.integer(0) }.first ?? 0 > 0
    }
  }
}

extension ChangeSet {
  mutating func putInDoubtAfterRestore(_ key: Int64, at now: Timestamp) {
    let doubt = Doubt(
      nextLook: now + DoubtLooks.standard.first, reason: "the store was restored from a backup")
    _ = apply(.restored, to: key, code: "restored", doubt: doubt)
  }
}

extension Transaction {
  func generation() throws(StoreError) -> Int64 {
    try rows(.fact, [.text(SendStore.generationFact)]) { $0.integer(0) }.first ?? 0
  }
}
