internal import Platform
internal import Running
internal import SendStore
internal import Time

/// How far a rehearsal is, for whoever waits.
struct RehearsalDisplay {
  private let listener: RehearsalListener
  private var display = ProgressDisplay()
  private var nextLook = RunningTime.distantPast

  init(_ listener: RehearsalListener) { self.listener = listener }

  private var pause: Duration { listener == .person ? .milliseconds(100) : .seconds(1) }

  mutating func show(_ outcome: RehearsalOutcome, of people: Int, at now: Timestamp) {
    guard listener != .program, nextLook.hasPassed else { return }
    nextLook = .now + pause
    guard listener == .person else {
      return listener.tell(
        .progress(RehearsalProgress(posted: outcome.people, people: people, at: now)))
    }
    display.show(
      ["\(ProgressDisplay.bar(outcome.people, of: people)) \(outcome.people) of \(people), \(now)"],
      line: "\(outcome.people) of \(people) rehearsed, \(now)")
  }
}
