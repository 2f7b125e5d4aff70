package import Running
package import Telemetry
package import SendStore
package import Store
internal import Time

/// Forgets sends that came to their end longer ago than the retention.
package final class Upkeep {
  private let store: SendStore
  private let retention: Duration
  private let log: Log
  private let stop: StopSignal
  private let task: TaskLog?

  package init(
    _ store: SendStore, retention: Duration, log: Log, stop: StopSignal, task: TaskLog? = nil
  ) {
    self.store = store
    self.retention = retention
    self.log = log
    self.stop = stop
    self.task = task
  }

  private static let pause = Duration.seconds(3600)

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    WorkRounds(saying: "cannot forget old sends, trying again", log: log, stop: stop, task: task)
      .run(every: Self.pause) {
        let count = try round()
        if count > 0 { log.info("forgot old sends", ["count": count]) }
      }
  }

  /// One whole round in small steps, so that others get their turn between.
  package func round() throws(StoreError) -> Int {
    var count = 0
    while !stop.isRequested {
      let report = try store.prune(before: try store.now() - retention)
      count += report.sends
      if !report.hasMore { break }
    }
    return count
  }
}
