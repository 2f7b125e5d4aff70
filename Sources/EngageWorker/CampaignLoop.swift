internal import Campaigns
internal import Domain
internal import EventLog
internal import Events
internal import Platform
package import Running
internal import SendStore
internal import Store
internal import Telemetry
internal import Time

/// Moves campaigns on where nobody has to say so: starts them at their time, finds that they are finishing and done, loads
/// those that are made from a former one, and takes out of the queues what was canceled. One worker does it at a time.
package final class CampaignLoop {
  private let context: WorkerContext
  private let health: HealthPart
  private let keeper: DutyKeeper
  private let task: TaskLog
  private let told: Counter
  private let running: Gauge
  private let care: CampaignKeeper
  private var trial: CampaignTrial
  /// When the counts of each were last seen to change: what is silent for long does not keep a campaign open.
  private var quietSince: [CampaignKey: (tally: CampaignTally, since: Timestamp)] = [:]

  package static let duty = "campaigns"

  private var store: SendStore { context.store }

  package init(_ context: WorkerContext) {
    self.context = context
    health = context.health.part("campaigns")
    care = CampaignKeeper(context)
    trial = CampaignTrial(context)
    keeper = DutyKeeper(context.store, Self.duty, context.worker, log: context.log)
    task = TaskLog(.runCampaigns, context)
    told = context.metrics.counter(
      "postrider_campaign_changes_total", "Changes of campaigns that went to their topic.")
    running = context.metrics.gauge(
      "postrider_campaigns_open",
      "Campaigns that have not ended, as the worker sees that looks after them.")
  }

  private static let pause = Duration.milliseconds(500)
  /// While something is to be loaded or swept.
  private static let shortPause = Duration.milliseconds(10)
  /// While something of a campaign that runs may have to be stopped.
  private static let watchPause = Duration.milliseconds(100)

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    WorkRounds(
      saying: "cannot look after campaigns, trying again", log: context.log, health: health,
      stop: context.stop
    ).run {
      try round() ? Self.shortPause : care.isUrgent ? Self.watchPause : Self.pause
    }
    do { try store.releaseDuty(Self.duty, context.worker) } catch {
      context.log.warning(
        "the duty to look after campaigns runs out by itself", ["reason": "\(error)"])
    }
    health.ended()
  }

  /// True where there is more to do at once.
  package func round() throws -> Bool {
    guard try store.takeDuty(Self.duty, context.worker) != nil else {
      // Whoever has the duty tells.
      running.set(0)
      return false
    }
    return try task.note { try keeper.whileHeld { try moveOn() } }
  }

  private func moveOn() throws -> Bool {
    let open = try store.openCampaigns()
    running.set(Double(open.count { !$0.state.hasEnded }))
    quietSince = quietSince.filter { key, _ in open.contains { $0.key == key } }
    care.begin(open)
    var hasMore = false
    for campaign in open where !context.stop.isRequested {
      if try moveOn(campaign) { hasMore = true }
    }
    try care.see()
    try tell()
    return hasMore
  }

  private func moveOn(_ campaign: StoredCampaign) throws -> Bool {
    switch campaign.state {
    case .loading where campaign.source != nil: return try load(campaign)
    case .running, .finishing: if try end(campaign) { return true }
    case .planned, .paused:
      try care.keep(campaign, waiting: 0, CampaignTally([]))
      if campaign.state == .planned, campaign.wantsStart { try startAtItsTime(campaign) }
    case .loading, .done, .canceled: break
    }
    return try sweep(campaign)
  }

  private func startAtItsTime(_ campaign: StoredCampaign) throws {
    guard try campaign.startsAt.map({ try store.now() >= $0 }) ?? true else { return }
    if case .refused(let why) = try store.order(.start, campaign.id) {
      context.log.warning(
        "a campaign cannot start", ["campaign": campaign.id.description, "reason": why])
    }
  }

  /// True where there is more to do at once.
  private func end(_ campaign: StoredCampaign) throws -> Bool {
    let now = try store.now()
    let (waiting, tally) = try store.standing(of: campaign)
    if quietSince[campaign.key]?.tally != tally { quietSince[campaign.key] = (tally, now) }
    let standing = CampaignStanding(
      campaign.state, waiting: waiting, rows: campaign.rows, tally: tally,
      expires: campaign.expires, changed: quietSince[campaign.key]?.since ?? now)
    if let next = standing.next(at: now) {
      _ = try store.move(campaign, to: next)
      return false
    }
    try care.keep(campaign, waiting: waiting, tally)
    return try trial.go(on: campaign, tally)
  }

  /// A part of it, so that others have their turn.
  private func sweep(_ campaign: StoredCampaign) throws -> Bool {
    let last = campaign.state == .canceled ? campaign.load : campaign.load - 1
    guard campaign.sweptLoad < last else { return false }
    let start = RunningTime.now
    let count = try store.sweep(campaign.id)
    guard count > 0 else { return false }
    // As long as it took: lanes that run have the store for half of the time at least.
    context.stop.wait(for: min(.seconds(1), RunningTime.now - start))
    return true
  }

  private func load(_ campaign: StoredCampaign) throws -> Bool {
    guard let definition = CampaignDefinition(stored: campaign.definition),
      let outcome = definition.source.flatMap({ CampaignOutcome($0.outcome) })
    else { return false }
    return try !store.loadFromSource(campaign.id, outcome, priority: definition.priority) { row in
      definition.row(of: row)
    }
  }

  private func tell() throws {
    let changes = try store.untoldCampaignChanges()
    guard !changes.isEmpty else { return }
    let generation = try store.generation()
    var records: [NewRecord] = []
    for change in changes {
      guard let campaign = try store.campaign(change.campaign) else { continue }
      records.append(
        CampaignEvent(
          campaign.id, generation: generation, version: change.version, name: campaign.name,
          of: campaign.tenant, change.state, because: change.reason, at: change.at,
          rows: campaign.rows, duplicates: campaign.duplicates,
          tally: try store.tally(of: campaign.key)
        ).record)
    }
    try context.eventLog.append(records, within: .seconds(30))
    try store.told(changes)
    told.add(records.count)
  }
}

extension CampaignDefinition {
  /// The send of this campaign for somebody of the former one: the same message, where it has none of its own.
  fileprivate func row(of former: SourceRow) -> CampaignBatch.Row? {
    CampaignBatch.Row(
      line: 0, sender: senders.first ?? former.sender, recipient: former.recipient,
      content: request(to: former.recipient.text) ?? former.content,
      template: message == nil ? former.template : template)
  }
}
