package import Running
package import Telemetry
internal import Platform
package import SendStore
package import Store
internal import Time

/// Tells how far the store's time is off the calendar.
package final class ClockWatch {
  private let store: SendStore
  private let log: Log
  private let stop: StopSignal
  private let offset: Gauge
  private var saidAt: Int64?

  package init(_ store: SendStore, log: Log, metrics: Metrics, stop: StopSignal) {
    self.store = store
    self.log = log
    self.stop = stop
    offset = metrics.gauge(
      "postrider_store_clock_offset_seconds",
      "How far the store's clock is ahead of the calendar; it runs a twentieth faster or slower until they meet."
    )
  }

  private static let pause = Duration.seconds(10)
  private static let repetition = Duration.seconds(600)
  /// What is less is made good within a minute.
  private static let remarkable = Duration.seconds(2)

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    WorkRounds(saying: "cannot read the store's clock, trying again", log: log, stop: stop)
      .run(every: Self.pause) { try look() }
  }

  package func look() throws(StoreError) {
    let ahead = try store.clock().ahead
    offset.set(ahead.seconds)
    guard ahead > Self.remarkable || ahead < .zero - Self.remarkable else { return saidAt = nil }
    let now = monotonicMicroseconds()
    guard saidAt.map({ now - $0 >= Self.repetition.microseconds }) ?? true else { return }
    saidAt = now
    log.warning(
      ahead < .zero - ClockReading.slewedGap
        ? """
        the store's clock is behind the calendar and catches up by 3 min an hour; to set it at once, stop \
        all workers for a quarter of a minute
        """ : "the store's clock is off the calendar; it runs 5 % faster or slower until they meet",
      ["ahead_seconds": Int(ahead.seconds)])
  }
}
