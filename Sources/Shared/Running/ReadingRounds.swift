package import Telemetry
internal import Domain
internal import Platform
internal import Time

/// Reads a topic again and again until asked to stop. What passes by itself is tried again, later each time; what a
/// person has to decide is told once, and looked at every few seconds, as a decision may come at any time.
package struct ReadingRounds {
  private let topic: String
  private let failing: String
  private let log: Log
  private let health: HealthPart
  private let stop: StopSignal
  private let backoff = Backoff(base: .milliseconds(100), cap: .seconds(10))

  private static let lookAgain = Duration.seconds(5)

  /// `failing` says in the log what cannot be done now.
  package init(
    topic: String, saying failing: String = "reading the log failed, trying again", log: Log,
    health: HealthPart, stop: StopSignal
  ) {
    self.failing = failing
    self.topic = topic
    self.log = log
    self.health = health
    self.stop = stop
  }

  /// `read` returns when asked to stop, and calls what it is given whenever it has come on.
  package func run(_ read: (_ succeeded: () -> Void) throws(ReadingHalt) -> Void) {
    var failures = 0
    var toldOf: String?
    while !stop.isRequested {
      do throws(ReadingHalt) {
        try read { failures = 0 }
        toldOf = nil
      } catch {
        failures += 1
        health.notReady(error.description)
        guard error.isForGood else {
          log.warning(
            failing, ["topic": topic, "reason": error.description])
          stop.wait(for: backoff.ceiling(failures: failures))
          continue
        }
        if toldOf != error.description {
          log.error(
            "reading stands still until a person has decided",
            ["topic": topic, "reason": error.description])
        }
        toldOf = error.description
        stop.wait(for: Self.lookAgain)
      }
    }
  }
}
