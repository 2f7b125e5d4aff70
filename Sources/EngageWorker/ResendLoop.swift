internal import Domain
internal import EventLog
internal import Events
internal import Platform
package import Running
internal import SendStore
internal import Settings
internal import Store
internal import Telemetry
internal import Time

/// Does what somebody ordered to be sent again: counts it while the order can still be taken back, then goes through it page by
/// page. A page that is done twice, after a crash, sends nothing twice. One worker at a time does it.
package final class ResendLoop {
  private let context: WorkerContext
  private let health: HealthPart
  private let keeper: DutyKeeper
  private let resending: Locked<Resending>
  private let metrics: ResendMetrics
  /// Those that not even their end can be written down of.
  private var hopeless: Set<ResendKey> = []

  package static let duty = "resends"
  private static let page = 100
  private static let pause = Duration.milliseconds(500)
  /// Between two pages, so that the store is free for those that send.
  private static let shortPause = Duration.milliseconds(20)

  private var store: SendStore { context.store }

  package init(_ context: WorkerContext) {
    self.context = context
    health = context.health.part("resends")
    keeper = DutyKeeper(context.store, Self.duty, context.worker, log: context.log)
    metrics = ResendMetrics(context.metrics)
    let resending = Locked(Resending(context.settings))
    context.reload.onChange { settings in
      let new = Resending(settings)
      resending.withLock { $0 = new }
    }
    self.resending = resending
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    WorkRounds(
      saying: "cannot send again what was ordered, trying again", log: context.log, health: health,
      stop: context.stop
    ).run { try round() ? Self.shortPause : Self.pause }
    do { try store.releaseDuty(Self.duty, context.worker) } catch {
      context.log.warning(
        "the duty to send again runs out by itself", ["reason": "\(error)"])
    }
    health.ended()
  }

  /// True where there is more to do at once.
  package func round() throws -> Bool {
    // There is hardly ever one, and taking the duty is a write.
    let open = try openOrders()
    metrics.open.set(Double(open.count))
    guard !open.isEmpty else { return false }
    guard try store.takeDuty(Self.duty, context.worker) != nil else { return false }
    return try keeper.whileHeld {
      var hasMore = false
      for order in try openOrders() where !context.stop.isRequested {
        if try goOrGiveUp(order) { hasMore = true }
      }
      return hasMore
    }
  }

  private func openOrders() throws -> [StoredResend] {
    let open = try store.openResends()
    hopeless.formIntersection(open.map(\.key))
    return open.filter { !hopeless.contains($0.key) }
  }

  /// What cannot be done for one of them is no reason for the others to wait.
  private func goOrGiveUp(_ order: StoredResend) throws -> Bool {
    do { return try go(on: order) } catch let error as StoreError {
      switch error {
      case .unavailable, .busy, .newer: throw error
      case .refused, .broken: try giveUp(order, because: error.description)
      }
    } catch let error as LogError {
      guard case .recordTooLarge = error else { throw error }
      try giveUp(order, because: error.description)
    }
    return false
  }

  private func giveUp(_ order: StoredResend, because reason: String) throws {
    context.log.warning(
      "an order to send again was given up", ["order": order.id.description, "reason": reason])
    metrics.givenUp.add(1)
    var order = order
    (order.phase, order.ended, order.failure) = (.stopped, try store.now(), reason)
    do throws(StoreError) { _ = try store.save(order) } catch {
      guard !error.isTransient else { throw error }
      hopeless.insert(order.key)
    }
  }

  /// A page of it, so that others have their turn.
  private func go(on order: StoredResend) throws -> Bool {
    guard let filter = order.filter else {
      try giveUp(order, because: "what it asks for cannot be read by this version")
      return false
    }
    var order = order
    let now = try store.now()
    if order.isCounted, order.phase == .waiting {
      guard now >= order.begins else { return false }
      order.phase = .running
    }
    guard let found = try next(of: order, filter) else {
      try giveUp(order, because: "the place that it had come to cannot be found any more")
      return false
    }
    if order.isCounted {
      try sendAgain(found.sends, &order, at: now)
    } else {
      order.found += found.sends.count
    }
    order.place = found.next?.text ?? ""
    if found.next == nil {
      if order.isCounted { (order.phase, order.ended) = (.done, now) }
      order.isCounted = true
    }
    return try store.save(order)
  }

  private func next(
    of order: StoredResend, _ filter: ResendFilter
  ) throws -> (sends: [StoredSend], next: SendCursor?)? {
    var query = SendQuery(
      campaign: filter.campaign, state: filter.state, tenant: order.tenant)
    query.senders = filter.sender.map { [$0] }
    let cursor = order.place.isEmpty ? nil : SendCursor(order.place)
    guard let page = try store.search(query, after: cursor, limit: Self.page) else { return nil }
    let sends = try page.sends.compactMap { summary -> StoredSend? in
      guard let send = try store.send(summary.id),
        filter.takes(
          cause: send.lastFailure?.code, changed: summary.changed, before: order.created)
      else { return nil }
      return send
    }
    return (sends, page.next)
  }

  /// First into the log, then counted: what a crash repeats has the same names, and is folded.
  private func sendAgain(
    _ sends: [StoredSend], _ order: inout StoredResend, at now: Timestamp
  ) throws {
    let resending = resending.withLock { $0 }
    var events: [SendEvent] = []
    for send in sends {
      let isOfCampaign = try store.isRow(send)
      do throws(Resending.Refused) {
        events.append(try resending.event(again: send, isOfCampaign: isOfCampaign, at: now))
      } catch {
        order.leftOut += 1
        metrics.leftOut.add(1)
      }
    }
    guard !events.isEmpty else { return }
    try context.eventLog.append(events.map { $0.record(nil) }, within: .seconds(30))
    order.resent += events.count
    metrics.sent.add(events.count)
  }
}
