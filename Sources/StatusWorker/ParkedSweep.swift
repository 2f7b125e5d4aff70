package import Running
package import Telemetry
internal import Platform
package import SendStore
internal import Store
internal import Time

/// Looks after callbacks that have found no send: joins them with sends that came later, and puts those that
/// are too old or too many where people see them.
package final class ParkedSweep {
  private let store: SendStore
  private let burial: ParkedBurial
  private let log: Log
  private let health: HealthPart
  private let stop: StopSignal
  private let task: TaskLog?
  private let parked: Gauge

  package init(
    _ store: SendStore, _ burial: ParkedBurial, log: Log, health: HealthPart, metrics: Metrics,
    stop: StopSignal, task: TaskLog? = nil
  ) {
    self.store = store
    self.burial = burial
    self.log = log
    self.health = health
    self.stop = stop
    self.task = task
    parked = metrics.gauge(
      "postrider_callbacks_parked", "Callbacks that have found no send so far.")
  }

  package static let patience = Duration.seconds(24 * 3600)
  private static let pause = Duration.seconds(1)
  /// However many are parked, a look costs no more than so many: others go on beside it.
  private static let lookedAtOnce = 2000

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    // All of them at start, without a pause between.
    var round = Round(.from(.distantPast), began: .distantPast)
    WorkRounds(
      saying: "cannot look after parked callbacks, trying again", log: log, health: health,
      stop: stop, task: task
    ).run {
      try continueRound(&round)
      try burial.report(before: try store.now() - Self.patience)
      parked.set(Double(try burial.reportExcess()))
      return round.isFirst ? .zero : Self.pause
    }
    health.ended()
  }

  /// Through those that are there, in the order in which they were parked.
  private struct Round {
    var place: ParkedPlace
    let began: Timestamp
    var isFirst: Bool { began == .distantPast }

    init(_ place: ParkedPlace, began: Timestamp) { (self.place, self.began) = (place, began) }
  }

  /// A round begins with those of the minute before the last one began, so that each is looked at once more
  /// when it is a minute old.
  private func continueRound(_ round: inout Round) throws(StoreError) {
    let now = try store.now()
    if let next = try store.joinParked(after: round.place, limit: Self.lookedAtOnce).next {
      round.place = next
    } else {
      let since = round.isFirst ? now : round.began
      round = Round(.from(since - .seconds(60)), began: now)
    }
  }
}
