internal import Domain
internal import Time

extension SendStore {
  /// After a restore from a backup: what the store believes was never tried may have been sent since, so
  /// every send without an answer goes in doubt. Answers the generation that event sources carry from now
  /// on. Workers must be stopped.
  package func restored() throws(StoreError) -> Int64 {
    let generation = try engine.write { transaction throws(StoreError) in
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

  package func generation() throws(StoreError) -> Int64 {
    try engine.read { transaction throws(StoreError) in try transaction.generation() }
  }

  private func putInDoubt(limit: Int) throws(StoreError) -> Int {
    try engine.write { transaction throws(StoreError) in
      let now = try transaction.now()
      let keys = try transaction.rows(.unsettledSends, [.integer(limit)]) { $0.integer(0) }
      var changes = ChangeSet(try transaction.lockSends(keys), at: now)
      for key in keys {
        let doubt = ChangeSet.Doubt(
          nextLook: now + DoubtLooks.standard.first, reason: "the store was restored from a backup")
        _ = changes.apply(.restored, to: key, code: "restored", doubt: doubt)
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

extension Transaction {
  func generation() throws(StoreError) -> Int64 {
    try rows(.fact, [.text(SendStore.generationFact)]) { $0.integer(0) }.first ?? 0
  }
}
