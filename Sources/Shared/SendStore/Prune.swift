package import Time

package struct PruneReport: Hashable, Sendable {
  package var sends = 0
  /// More are old enough; the caller goes on, so that no transaction grows with the backlog.
  package var hasMore = false
}

extension SendStore {
  /// Forgets sends that came to their end before then, or were last heard of, and whose every change is
  /// published, at most so many;
  /// with the last of them also what else is as old.
  package func prune(before time: Timestamp, limit: Int = 1000) throws(StoreError) -> PruneReport {
    let after = try engine.read { transaction throws(StoreError) in
      try transaction.rows(.fact, [.text(Self.prunedFact)]) { $0.integer(0) }.first ?? 0
    }
    return try engine.write { transaction throws(StoreError) in
      let old = try transaction.rows(
        .oldSends, [.integer(after), .time(time), .integer(limit)]
      ) { $0.integer(0) }
      guard let first = old.first, let last = old.last else {
        try transaction.pruneTheRest(before: time)
        try transaction.run(.saveFact, [.text(Self.prunedFact), .integer(0)])
        return PruneReport()
      }
      let kept = Set(
        try transaction.rows(.unpublished, [.integer(first), .integer(last)]) { $0.integer(0) })
      let gone = Column.integers(old.filter { !kept.contains($0) })
      for statement in [
        // By the send's flow, so before the send.
        StatementName.deleteCampaignSends, .deleteSends, .deleteContents, .deleteAnswers,
        .deleteHistory, .deleteSilent,
      ] {
        try transaction.run(statement, [gone])
      }
      try transaction.run(.saveFact, [.text(Self.prunedFact), .integer(last)])
      return PruneReport(sends: gone.count, hasMore: true)
    }
  }

  /// How far the present round has come, so that sends which have to stay are not read again and again.
  private static let prunedFact = "pruned-to"
}

extension Transaction {
  fileprivate func pruneTheRest(before time: Timestamp) throws(StoreError) {
    try run(.pruneProviderIDs, [.integer(time.day)])
    try run(.prunePairs, [.time(time)])
    try run(.pruneRecipients, [.time(time)])
    try run(.pruneInbound, [.time(time)])
    try run(.pruneDeliveries, [.time(time)])
    try run(.pruneHolds, [.time(time)])
    // Of campaigns that no send is left of; who still knows the key of one is told when it uses it.
    try run(.pruneFlows, [.time(time)])
  }
}
