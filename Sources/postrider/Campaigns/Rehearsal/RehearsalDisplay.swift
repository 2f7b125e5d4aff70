internal import Platform
internal import Time

/// How far a rehearsal is, for a person who waits.
struct RehearsalDisplay {
  private var display = ProgressDisplay()
  private var nextLook = RunningTime.distantPast

  private static let pause = Duration.milliseconds(100)

  mutating func show(_ outcome: RehearsalOutcome, of people: Int, at now: Timestamp) {
    guard nextLook.hasPassed else { return }
    nextLook = .now + Self.pause
    display.show(
      ["\(ProgressDisplay.bar(outcome.people, of: people)) \(outcome.people) of \(people), \(now)"],
      line: "\(outcome.people) of \(people) rehearsed, \(now)")
  }
}
