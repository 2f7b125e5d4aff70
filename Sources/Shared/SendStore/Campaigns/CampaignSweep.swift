package import Domain
package import Store
internal import Time

extension SendStore {
  /// Takes out of the queues what will never be sent, as its campaign is canceled or another upload takes its place: at
  /// most so many rows, so that lanes that run do not wait for it. Answers how many; 0 where it is done.
  ///
  /// A row that was never claimed leaves without a word, as it came. One that was tried before has a history that goes
  /// on, and ends with a change of its own.
  package func sweep(_ id: CampaignID, limit: Int = 500) throws(StoreError) -> Int {
    try engine.write(.campaigns) { transaction throws(StoreError) in
      guard let before = try transaction.lockCampaign(id) else { return 0 }
      let isCanceled = before.state == .canceled
      let last = isCanceled ? before.load : before.load - 1
      guard before.sweptLoad < last else { return 0 }
      let flows = try transaction.flows(of: before.key).filter { $0.load <= last }
      for flow in flows where flow.waiting > 0 {
        let rows = try transaction.rows(
          Campaigns.queued,
          [.lane: .key(flow.lane), .flow: .key(flow.key), .limit: .integer(limit)]
        ) { $0.key(.send) as SendKey }
        guard !rows.isEmpty else { continue }
        try transaction.sweep(rows, of: flow, isForgotten: flow.load < before.load)
        return rows.count
      }
      var campaign = before
      campaign.sweptLoad = last
      try transaction.save(campaign, was: before)
      return 0
    }
  }
}

extension Transaction {
  fileprivate func sweep(
    _ keys: [SendKey], of flow: CampaignFlow, isForgotten: Bool
  ) throws(StoreError) {
    let now = try now()
    let rows = try lockSends(keys)
    let (unclaimed, begun) = (
      rows.filter { $0.progress.version == 0 }, rows.filter { $0.progress.version > 0 }
    )
    var changes = ChangeSet(begun, at: now)
    for row in begun { _ = changes.apply(.canceled, to: row.key, code: "campaign-canceled") }
    try changes.write(to: self)
    try dequeue(unclaimed)
    let gone = Column.keys(unclaimed, \.key)
    try forgetChoices(unclaimed.map(\.key), of: flow.key)
    guard isForgotten else {
      return try run(
        Campaigns.endUnclaimed,
        [.send: gone, .now: .integers(unclaimed.map { _ in now.microseconds })])
    }
    try run(
      Campaigns.forgetCampaignSends, [.flow: .keys(unclaimed, { _ in flow.key }), .send: gone])
    try run(Campaigns.forgetContents, [.send: gone])
    try run(Campaigns.forgetRows, [.send: gone])
  }
}

extension Campaigns {
  enum QueuedParameter: Int, Columns { case lane, flow, limit }
  enum QueuedColumn: Int, Columns { case due, send }
  static let queued = Query<QueuedParameter, QueuedColumn>("queued")

  enum EndUnclaimedParameter: Int, Columns { case send, now }
  static let endUnclaimed = Command<EndUnclaimedParameter>("endUnclaimed")

  enum ForgetParameter: Int, Columns { case send }
  static let forgetRows = Command<ForgetParameter>("forgetRows")
  static let forgetContents = Command<ForgetParameter>("forgetContents")

  enum ForgetCampaignSendsParameter: Int, Columns { case flow, send }
  static let forgetCampaignSends = Command<ForgetCampaignSendsParameter>("forgetCampaignSends")

  enum PruneParameter: Int, Columns { case before }
  static let prune = Command<PruneParameter>("prune")
  static let pruneChanges = Command<PruneParameter>("pruneChanges")
  static let pruneFaults = Command<PruneParameter>("pruneFaults")
  static let pruneCounts = Command<PruneParameter>("pruneCounts")
  static let pruneLanes = Command<PruneParameter>("pruneLanes")
}
