internal import Events
package import Running
package import Settings
package import Telemetry
package import Domain
package import EventLog
internal import Platform
internal import Providers
package import SendStore
internal import Store
internal import Time

/// Tells every callback to its send: read → judge → apply → mark.
package final class StatusLoop {
  package static let group = ReadingGroup.callbacks.rawValue

  private let store: SendStore
  private let told: ActionDeliveries
  private let log: Log
  private let counts: CallbackCounts
  private let ages: CallbackAges
  private var shownNumbers: ShownNumbers
  private let sightings: WebhookSightings
  private let burial: ParkedBurial?
  private let tracer: Tracer?
  private var parkedSinceLook = 0

  /// `burial` keeps the bound on what is parked while more comes in than a sweep now and then would see.
  package init(
    _ store: SendStore, _ burial: ParkedBurial? = nil, actions: ActionBook = ActionBook(),
    log: Log, metrics: Metrics, tracer: Tracer? = nil, sightings: WebhookSightings? = nil
  ) {
    self.sightings = sightings ?? WebhookSightings(store)
    self.tracer = tracer
    self.store = store
    self.burial = burial
    told = ActionDeliveries(actions, store)
    self.log = log
    counts = CallbackCounts(metrics)
    ages = CallbackAges(metrics)
    shownNumbers = ShownNumbers(store)
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run(
    _ eventLog: any EventLog, worker: WorkerID, health: HealthPart, metrics: Metrics,
    stop: StopSignal
  ) {
    RecordLoop(
      eventLog, store, worker: worker, group: Self.group, topic: .callbacks,
      types: [ProviderCallback.type, MarkEvent.type], log: log, health: health, metrics: metrics,
      stop: stop, batch: 1000, prepare: { [told] in CallbackBatch($0, withRaw: told.isNeeded) },
      handler: handle
    ).run()
  }

  /// Answers with the reason for each place that can never be processed.
  private func handle(_ batch: CallbackBatch) throws(HandlerFailure) -> [Int: String] {
    let start = tracer == nil ? 0 : wallMicroseconds()
    do throws(StoreError) {
      // Before the relay can see what they change: it would tell less of them.
      try told.add(batch.callbacks)
      let reports =
        if let ready = batch.reports { ready } else {
          batch.reports(by: try CallbackJudge(of: batch.callbacks, in: store))
        }
      counts.meaningless.add(batch.callbacks.count - reports.count)
      let results = try store.apply(reports)
      counts.count(results)
      counts.countDropped(reports, results)
      ages.observe(batch.callbacks, at: .now)
      alert(reports, results)
      try shownNumbers.note(batch.callbacks)
      try sightings.note(batch.callbacks)
      // Behind the callbacks that they vouch for.
      try store.applyMarks(batch.marks)
      parkedSinceLook += results.count { $0 == .parked }
      trace(reports, results, since: start)
    } catch { throw HandlerFailure(error) }
    try keepBound()
    return batch.refused
  }

  /// Of those that moved a send whose trace is recorded. Nothing is done again where it cannot be told.
  private func trace(
    _ reports: [CallbackReport], _ results: [CallbackResult], since start: Int64
  ) {
    guard let tracer else { return }
    let moved = zip(reports, results).compactMap {
      report, result -> (report: CallbackReport, send: SendID, state: SendState)? in
      guard case .moved(let send, let state) = result else { return nil }
      return (report, send, state)
    }
    let parents = tracer.parents(of: moved.map(\.send), in: store, log)
    let steps = moved.compactMap { report, send, state in
      tracer.begin(under: parents[send], since: start).map {
        ($0, Tracer.Told.callback(report, send, state))
      }
    }
    tracer.end(steps, at: wallMicroseconds())
  }

  private func keepBound() throws(HandlerFailure) {
    guard let burial, parkedSinceLook >= Self.parkedBetweenLooks else { return }
    do { _ = try burial.reportExcess() } catch { throw HandlerFailure("\(error)") }
    parkedSinceLook = 0
  }

  private static let parkedBetweenLooks = 10_000

  private func alert(_ reports: [CallbackReport], _ results: [CallbackResult]) {
    for (report, result) in zip(reports, results) {
      guard case .moved(let send, _) = result, report.status.isFailure else { continue }
      for case .stopLane(let reason) in report.consequences {
        log.error(
          "a sender's lane has stopped",
          [
            "account": report.account.text, "send": send.description, "code": report.code ?? "",
            "reason": reason,
          ])
      }
      if report.isAlert {
        log.warning(
          "a provider reports a problem that needs a person",
          ["account": report.account.text, "send": send.description, "code": report.code ?? ""])
      }
    }
  }
}

extension CallbackReport {
  fileprivate var isAlert: Bool {
    guard let code = code.flatMap({ Int($0) }) else { return false }
    return ErrorTable.shared.row(provider, code)?.advice.contains(.alert) ?? true
  }
}

extension CallbackReport.Status {
  fileprivate var isFailure: Bool {
    if case .failed = self { true } else { false }
  }
}

/// What became of the callbacks that were read.
private struct CallbackCounts {
  private let moved: Counter
  private let unchanged: Counter
  private let parked: Counter
  let meaningless: Counter
  private let dropped: Counter

  init(_ metrics: Metrics) {
    dropped = metrics.counter(
      "postrider_sends_dropped_total",
      "Sends that the provider took, held, and dropped without sending them.")
    let counter = { (result: String) in
      metrics.counter(
        "postrider_callbacks_total", "Callbacks, by what became of them.", ["result": result])
    }
    (moved, unchanged) = (counter("moved"), counter("unchanged"))
    (parked, meaningless) = (counter("parked"), counter("meaningless"))
  }

  func countDropped(_ reports: [CallbackReport], _ results: [CallbackResult]) {
    for (report, result) in zip(reports, results) where report.isDrop {
      if case .moved(_, .failed) = result { dropped.add() }
    }
  }

  func count(_ results: [CallbackResult]) {
    for result in results {
      switch result {
      case .moved: moved.add()
      case .unchanged: unchanged.add()
      case .parked: parked.add()
      }
    }
  }
}

extension Tracer.Told {
  fileprivate static func callback(
    _ report: CallbackReport, _ send: SendID, _ state: SendState
  ) -> Self {
    var attributes = [
      Span.Attribute("messaging.system", "postrider"),
      Span.Attribute("messaging.destination.name", Topic.callbacks.rawValue),
      Span.Attribute("postrider.provider", report.provider.rawValue),
      Span.Attribute("postrider.send", send.description),
      Span.Attribute("postrider.state", state.name),
    ]
    if let code = report.code { attributes.append(Span.Attribute("postrider.code", code)) }
    return Tracer.Told(
      "callback", .consumer, attributes, failure: state.isFailure ? state.name : nil)
  }
}
