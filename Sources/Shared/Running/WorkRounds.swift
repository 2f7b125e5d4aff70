package import Domain
package import Telemetry
internal import Time

/// One round of work after the other until asked to stop. A round that fails makes its part not ready, is told in
/// the log and tried again, later each time.
package struct WorkRounds {
  private let failing: String
  private let log: Log
  private let health: HealthPart?
  private let stop: StopSignal
  private let backoff: Backoff
  private let task: TaskLog?

  /// `failing` says in the log what cannot be done now. Without a part of its own the work is not told of in
  /// health: the process is ready without it.
  package init(
    saying failing: String, log: Log, health: HealthPart? = nil, stop: StopSignal,
    backoff: Backoff = Backoff(base: .seconds(1), cap: .seconds(10)), task: TaskLog? = nil
  ) {
    (self.failing, self.log, self.health) = (failing, log, health)
    (self.stop, self.backoff) = (stop, backoff)
    self.task = task
  }

  /// Blocks until asked to stop. A round answers how long to wait for the next one.
  package func run(_ round: () throws -> Duration) {
    var failures = 0
    var pause = Duration.zero
    repeat {
      do {
        pause = try task?.note(round) ?? round()
        failures = 0
        health?.ready()
      } catch {
        failures += 1
        pause = backoff.ceiling(failures: failures)
        health?.notReady("\(error)")
        log.warning(failing, ["reason": "\(error)"])
      }
    } while !stop.wait(for: pause)
  }

  /// The same with the same wait after each.
  package func run(every pause: Duration, _ round: () throws -> Void) {
    run { () throws in
      try round()
      return pause
    }
  }
}
