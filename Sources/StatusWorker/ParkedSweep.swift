internal import Platform
package import SendStore
package import Service
internal import Time

/// Looks after callbacks that have found no send: joins them with sends that came later, and puts those that
/// are too old or too many where people see them.
package final class ParkedSweep {
  private let store: SendStore
  private let burial: ParkedBurial
  private let log: Log
  private let health: HealthPart
  private let stop: StopSignal
  private let parked: Gauge

  package init(
    _ store: SendStore, _ burial: ParkedBurial, log: Log, health: HealthPart, metrics: Metrics,
    stop: StopSignal
  ) {
    self.store = store
    self.burial = burial
    self.log = log
    self.health = health
    self.stop = stop
    parked = metrics.gauge(
      "postrider_callbacks_parked", "Callbacks that have found no send so far.")
  }

  package static let patience = Duration.seconds(24 * 3600)
  private static let pause = Duration.seconds(1)
  /// However many are parked, looking for their sends takes no more of the time than this part of it.
  private static let share = 20

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    // All of them at start.
    var since = Timestamp.distantPast
    var pause = Self.pause
    repeat {
      do {
        let now = try store.now()
        let start = bootMicroseconds()
        _ = try store.joinParked(since: since)
        since = now - .seconds(60)
        let took = Duration.microseconds(bootMicroseconds() - start)
        pause = min(max(Self.pause, took * Self.share), .seconds(20))
        try burial.report(before: now - Self.patience)
        parked.set(Double(try burial.reportExcess()))
        health.ready()
      } catch {
        health.notReady("\(error)")
        log.warning("cannot look after parked callbacks, trying again", ["reason": "\(error)"])
      }
    } while !stop.wait(for: pause)
    health.ended()
  }
}
