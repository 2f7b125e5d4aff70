internal import Domain
package import Store
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
    let after = try engine.read(.upkeep) { transaction throws(StoreError) in
      SendKey(try transaction.fact(Self.prunedFact) ?? 0)
    }
    return try engine.write(.upkeep) { transaction throws(StoreError) in
      let old = try transaction.rows(
        Upkeep.oldSends, [.after: .key(after), .before: .time(time), .limit: .integer(limit)]
      ) { $0.key(.key) as SendKey }
      guard let first = old.first, let last = old.last else {
        try transaction.pruneTheRest(before: time)
        try transaction.note(Self.prunedFact, 0)
        return PruneReport()
      }
      let kept = try transaction.unpublishedSends(first...last)
      let gone = Column.keys(old.filter { !kept.contains($0) })
      try transaction.forgetSends(gone)
      try transaction.note(Self.prunedFact, last.value)
      return PruneReport(sends: gone.count, hasMore: true)
    }
  }

  /// How far the present round has come, so that sends which have to stay are not read again and again.
  private static let prunedFact = "pruned-to"
}

extension Transaction {
  func forgetSends(_ sends: Column) throws(StoreError) {
    for command in [
      // By the send's flow, so before the send.
      Upkeep.deleteCampaignSends, Upkeep.deleteSends, Upkeep.deleteContents,
      Upkeep.deleteAnswers, Upkeep.deleteHistory, Upkeep.deleteSilent,
      Upkeep.deleteReports, Upkeep.deleteConversationSends,
    ] {
      try run(command, [.send: sends])
    }
  }

  /// Of sends with such keys, at least.
  func unpublishedSends(_ keys: ClosedRange<SendKey>) throws(StoreError) -> Set<SendKey> {
    let marks = try rows(
      Outbox.unpublished,
      [.first: .key(keys.lowerBound), .last: .key(keys.upperBound)]
    ) { row throws(StoreError) in try OutboxMark.all(of: row) }
    return Set(marks.joined().map(\.send))
  }

  fileprivate func pruneTheRest(before time: Timestamp) throws(StoreError) {
    try run(Upkeep.pruneProviderIDs, [.day: .integer(time.day)])
    try run(People.prunePairs, [.before: .time(time)])
    try run(People.pruneRecipients, [.before: .time(time)])
    try run(People.pruneInbound, [.before: .time(time)])
    try run(Deliveries.prune, [.before: .time(time)])
    try run(Flows.pruneHolds, [.before: .time(time)])
    // Of campaigns that no send is left of; who still knows the key of one is told when it uses it.
    try run(Flows.prune, [.before: .time(time)])
    for command in [
      Campaigns.pruneChanges, Campaigns.pruneFaults, Campaigns.pruneCounts, Campaigns.pruneLanes,
      Care.pruneMoney, Care.pruneCharges, Care.pruneStops, Care.prunePlaces, Care.pruneCare,
      Care.pruneTenantMoney, Care.pruneRests, Rehearsals.prune, Campaigns.prune,
    ] {
      try run(command, [.before: .time(time)])
    }
    try run(Conversations.prune, [.before: .time(time)])
    try run(Conversations.pruneChanges, [.before: .time(time)])
    try run(Assistants.pruneCalls, [.before: .time(time)])
    try run(Assistants.pruneUse, [.day: .integer(time.day)])
    try run(Resends.prune, [.before: .time(time)])
    try run(Tallies.prune, [.before: .time(try now() - SendStore.talliesKept)])
    // The hour that it begins in is counted whole.
    try run(Standings.prune, [.before: .time(try now() - SendStore.standingsKept - .seconds(3600))])
    // Caps look back for as long, whatever is kept of sends.
    try run(Care.pruneReach, [.before: .time(min(time, try now() - FrequencyCap.longest))])
  }
}

extension Flows {
  enum PruneParameter: Int, Columns { case before }
  static let prune = Command<PruneParameter>("prune")
  static let pruneHolds = Command<PruneParameter>("pruneHolds")
}

extension People {
  enum PruneParameter: Int, Columns { case before }
  static let prunePairs = Command<PruneParameter>("prunePairs")
  static let pruneRecipients = Command<PruneParameter>("pruneRecipients")
  static let pruneInbound = Command<PruneParameter>("pruneInbound")
}

extension Outbox {
  enum UnpublishedParameter: Int, Columns { case first, last }
  static let unpublished = Query<UnpublishedParameter, MarksColumn>("unpublished")
}

extension Deliveries {
  enum PruneParameter: Int, Columns { case before }
  static let prune = Command<PruneParameter>("prune")
}

extension Upkeep {
  enum OldSendsParameter: Int, Columns { case after, before, limit }
  enum OldSendsColumn: Int, Columns { case key }
  static let oldSends = Query<OldSendsParameter, OldSendsColumn>("oldSends")

  enum SendParameter: Int, Columns { case send }
  static let deleteCampaignSends = Command<SendParameter>("deleteCampaignSends")
  static let deleteSends = Command<SendParameter>("deleteSends")
  static let deleteContents = Command<SendParameter>("deleteContents")
  static let deleteAnswers = Command<SendParameter>("deleteAnswers")
  static let deleteHistory = Command<SendParameter>("deleteHistory")
  static let deleteReports = Command<SendParameter>("deleteReports")
  static let deleteConversationSends = Command<SendParameter>("deleteConversationSends")
  static let deleteSilent = Command<SendParameter>("deleteSilent")

  enum PruneProviderIDsParameter: Int, Columns { case day }
  static let pruneProviderIDs = Command<PruneProviderIDsParameter>("pruneProviderIDs")
}
