internal import Events
internal import Running
internal import Settings
internal import Telemetry
internal import Domain
internal import EventLog
internal import Platform
internal import Time

// Why there is a spool. Twilio does not repeat a status callback that was not taken, and Meta stops calling an address
// that fails for long, so a webhook is answered with success whenever this machine can make it durable, with the log or
// without it.
//
// Who answers. A load goes to the log first, with a deadline. Whoever takes it out of `waiting` answers for it: the log's
// outcome, or the watch that finds it late and puts it on disk. The other one finds it gone. A record that the log takes
// after all is there twice, under one event id, and every reader folds that.
//
// Away and back. The first load that fails or is late turns `isAway` on, and the rest come straight here: else each would
// wait its whole patience first. The drain moves what is on disk to the log; its first success is the proof that the log
// is back. `isAway` is only a short cut: both ways are safe at any moment.
//
// Clear. A mark in the log says "what was answered before this moment stands before me", so none may be written while
// something answered lies here. `SpoolContent` counts writes begun and ended; the spool is clear once the drain has found
// nothing after the last write had ended, and never before its first look, as the process before may have left something.
//
// What is not promised: order. Records carry their times, and the rules of states need no order.

/// Keeps webhooks on this machine's disk while the log cannot take them in time. After the first that had
/// to wait too long the rest come straight here, until the log has proved that it is back.
final class Spool: Sendable {
  /// Of what came in, per topic: a spool promises no order between them.
  static let topics: [Topic] = [.callbacks, .inbound, .account, .deadLetters]

  private let slot: LogSlot
  private let disk: EmbeddedLog
  private let patience: Duration
  private let log: Log
  private let spooled: Counter
  private let away: Gauge
  private let isAway = Locked(false)
  private let content = SpoolContent()
  private let waiting = WaitingAppends()
  private let stop = StopSignal()
  private let threads = Locked<[WorkerThread]>([])

  init(
    _ settings: SpoolSettings, before slot: LogSlot, patience: Duration, log: Log, metrics: Metrics
  ) throws(LogError) {
    var own = EmbeddedLogSettings(path: settings.path)
    own.partitions = 1
    own.isShared = false
    own.sizeLimit = settings.limit
    // What has been moved on is of no more use here.
    own.retention = .zero
    disk = try EmbeddedLog(own)
    self.slot = slot
    self.patience = patience
    self.log = log
    spooled = metrics.counter(
      "postrider_spooled_records_total", "Records that the log had to wait for.")
    away = metrics.gauge("postrider_log_away", "1 while webhooks go straight to the spool.")
    let drain = SpoolDrain(
      disk, to: slot, log: log,
      moved: metrics.counter(
        "postrider_spool_drained_records_total", "Records moved from the spool to the log."),
      content: content, stop: stop)
    let fill = SpoolFill(disk, settings, metrics)
    threads.withLock {
      $0 = [
        WorkerThread("spool-watch") { [weak self, stop] in
          let often = min(patience / 4, .milliseconds(100))
          var rest = often
          while !stop.wait(for: rest) { rest = self?.takeLate() == true ? patience : often }
        },
        WorkerThread("spool-drain") { [weak self] in
          drain.run(
            telling: fill, isAway: { self?.isAway.withLock { $0 } ?? false },
            isBack: { self?.comeBack() })
        },
      ]
    }
  }

  deinit { stop.request() }

  /// `done` comes once: when the records are durable here or there, or nowhere.
  func append(
    _ records: [NewRecord], done: @escaping @Sendable (Result<Void, LogError>) -> Void
  ) {
    guard !isAway.withLock({ $0 }) else { return put(records, done) }
    let ticket = waiting.add(
      WaitingAppends.Load(records: records, done: done),
      until: .now + patience)
    slot.append(records) { [self] outcome in
      guard let load = waiting.take(ticket) else { return }
      guard case .failure(let error) = outcome else { return load.done(outcome) }
      goAway(because: error.description)
      put(load.records, load.done)
    }
  }

  /// Whether all that was ever put here is in the log.
  var isClear: Bool { content.isClear }

  func waitUntilClear(within limit: Duration) { content.waitUntilClear(within: limit) }

  /// Once nothing more comes in. What is here is moved at the next start.
  func close(within limit: Duration) {
    stop.request()
    for thread in threads.withLock({ $0 }) { _ = thread.join(within: limit) }
    disk.close(within: limit)
  }

  /// The log may still take what is late: then it is there twice, under one id. True where nothing waits any more, so
  /// that nothing is late before the patience with what comes next is over.
  private func takeLate() -> Bool {
    for load in waiting.takeLate(at: .now) {
      goAway(because: "no answer within \(patience)")
      put(load.records, load.done)
    }
    return waiting.isEmpty
  }

  private func put(
    _ records: [NewRecord], _ done: @escaping @Sendable (Result<Void, LogError>) -> Void
  ) {
    let (spooled, content) = (spooled, content)
    content.begin()
    disk.append(records.map { $0.fitting(SpoolDrain.recordLimit) }) { outcome in
      content.end()
      if case .success = outcome { spooled.add(records.count) }
      done(outcome)
    }
  }

  private func goAway(because reason: String) {
    let isNews = isAway.withLock { isAway in
      defer { isAway = true }
      return !isAway
    }
    guard isNews else { return }
    away.set(1)
    log.warning("the log does not take webhooks in time; they go to the spool", ["reason": reason])
  }

  private func comeBack() {
    let isNews = isAway.withLock { isAway in
      defer { isAway = false }
      return isAway
    }
    guard isNews else { return }
    away.set(0)
    log.info("the log takes webhooks again")
  }
}
