package import Events
package import Running
package import Settings
package import Telemetry
package import Domain
package import EventLog
internal import Platform
internal import Providers
internal import Time
package import SendStore
internal import Store

/// Publishes the changes of sends from the store to the log, in order for each send. One worker at a time
/// does it; what it published and could not forget any more comes again under the same event id.
package final class OutboxRelay {
  private let store: SendStore
  private let eventLog: any EventLog
  private let worker: WorkerID
  private let actions: ActionBook
  private let log: Log
  private let health: HealthPart
  private let stop: StopSignal
  private let published: Counter
  private let age: Gauge
  private let leases: Gauge
  /// An append may take longer than a lease: nobody else publishes meanwhile, which could turn an order round.
  package let keeper: DutyKeeper
  private let backoff = Backoff(base: .milliseconds(200), cap: .seconds(10))
  /// When the duty was last taken or renewed, if it is ours.
  private var held: RunningTime?
  /// What the store stood at when a look began that found nothing: there is nothing before it stands at more.
  private var foundNothingAt: Int64?
  private var foundAt = RunningTime.distantPast

  package init(
    _ store: SendStore, _ eventLog: any EventLog, worker: WorkerID,
    actions: ActionBook = ActionBook(), log: Log, health: HealthPart, metrics: Metrics,
    stop: StopSignal, renewing interval: Duration = .seconds(1)
  ) {
    keeper = DutyKeeper(store, Self.duty, worker, log: log, every: interval)
    self.store = store
    self.actions = actions
    self.eventLog = eventLog
    self.worker = worker
    self.log = log
    self.health = health
    self.stop = stop
    leases = metrics.leasesHeld("relay")
    published = metrics.counter(
      "postrider_events_published_total", "Changes of sends that went to the messages topic.")
    age = metrics.gauge(
      "postrider_outbox_age_seconds",
      "How old the oldest change is that this worker has to publish; 0 where it has none.")
  }

  package static let duty = "relay"
  private static let batch = 2000
  private static let pause = Duration.milliseconds(50)
  /// Where nothing has come for a second.
  private static let quietPause = Duration.milliseconds(100)
  /// Renewed no more often than that: a lease lasts three times as long.
  private static let renewal = Duration.seconds(1)

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    WorkRounds(
      saying: "cannot publish changes, trying again", log: log, health: health, stop: stop,
      backoff: backoff
    ).run {
      if try step() { return .zero }
      return isQuiet ? Self.quietPause : Self.pause
    }
    leave()
  }

  /// True where there was a full batch, so that there may be more.
  package func step() throws -> Bool {
    guard try holdsDuty() else { return false }
    let mark = try store.changeMark()
    guard mark == nil || mark != foundNothingAt else { return false }
    let changes = try store.unpublished(limit: Self.batch)
    age.set(changes.entries.map { changes.at - $0.change.at }.max()?.seconds ?? 0)
    foundNothingAt = changes.rows.isEmpty ? mark : nil
    guard !changes.rows.isEmpty else { return false }
    foundAt = .now
    // Reading may have taken long.
    guard try holdsDuty() else { return true }
    let events = changes.entries.map { MessageEvent($0, generation: changes.generation).record }
    let replies = changes.entries.compactMap { $0.reply(by: actions)?.record(nil) }
    try keeper.whileHeld { try eventLog.append(events + replies, within: .seconds(30)) }
    // Forgotten last: what a crash repeats has the same ids, in the log and among the deliveries.
    let deliveries = changes.entries.flatMap { entry in
      [entry.delivery(by: actions), entry.reported].compactMap(\.self)
    }
    if !deliveries.isEmpty { try store.add(deliveries) }
    try store.published(changes)
    published.add(changes.entries.count)
    return changes.isFull
  }

  private var isQuiet: Bool { (foundAt + .seconds(1)).hasPassed }

  private func holdsDuty() throws -> Bool {
    let now = RunningTime.now
    if let held, now - held < Self.renewal { return true }
    held = try store.takeDuty(Self.duty, worker) == nil ? nil : now
    leases.set(held == nil ? 0 : 1)
    // Whoever has the duty now tells of what is left to publish.
    if held == nil { age.set(0) }
    return held != nil
  }

  private func leave() {
    do { try store.releaseDuty(Self.duty, worker) } catch {
      log.warning("the duty to publish runs out by itself", ["reason": error.description])
    }
    health.ended()
  }
}

extension OutboxEntry {
  /// For the tenant's action, if it has one: all that somebody outside may care about.
  fileprivate func delivery(by actions: ActionBook) -> NewDelivery? {
    guard change.state != .queued, change.state != .sending,
      change.code != SendStore.reusedKeyCode, actions.hasAction(tenant),
      let sender = actions.sender(sender)
    else { return nil }
    let about = ActionEvent.About(
      send: id, sender: self.sender, attempt: change.attempt, campaign: campaign,
      template: template, metadata: metadata)
    let event = ActionEvent(
      change.state, version: change.version, of: about, to: recipient, from: sender,
      providerID: providerID, at: change.at, code: change.code, detail: change.detail?.json)
    return NewDelivery(id: event.id, tenant: tenant, line: event.line, body: event.body)
  }
}

extension MessageEvent {
  package init(_ entry: OutboxEntry, generation: Int64) {
    let change = entry.change
    self.init(
      entry.id, generation: generation, version: change.version, change.state, at: change.at,
      attempt: change.attempt, attemptsMade: change.attemptsMade, from: entry.sender,
      of: entry.tenant, to: entry.recipient, due: entry.due, expires: entry.expires)
    (providerAt, code, detail) = (change.providerAt, change.code, change.detail?.json)
    (campaign, template) = (entry.campaign, entry.template)
    (providerID, metadata) = (entry.providerID, entry.metadata)
  }
}
