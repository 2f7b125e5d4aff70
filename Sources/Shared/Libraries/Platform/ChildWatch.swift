/// When a child process is asked to end, and when it is made to.
package struct ChildWatch {
  package enum Step: Hashable, Sendable {
    case wait
    /// Its input ends, which asks it to end.
    case ask
    case kill
  }

  private let deadline: RunningTime
  private let grace: Duration
  private var killAt: RunningTime?
  package private(set) var cause = ChildEnding.Cause.itself

  package init(start: RunningTime, limit: Duration, grace: Duration) {
    (deadline, self.grace) = (start + limit, grace)
  }

  /// The first cause stands. Whoever prints without end is not waited for.
  package mutating func step(
    at now: RunningTime, isWanted: Bool, isOverOutput: Bool
  ) -> Step {
    if let killAt { return isOverOutput || now >= killAt ? .kill : .wait }
    if isOverOutput { return end(.overOutput, after: .zero, at: now, .kill) }
    if !isWanted { return end(.stopped, after: grace, at: now, .ask) }
    if now >= deadline { return end(.overTime, after: grace, at: now, .ask) }
    return .wait
  }

  private mutating func end(
    _ cause: ChildEnding.Cause, after span: Duration, at now: RunningTime, _ step: Step
  ) -> Step {
    (self.cause, killAt) = (cause, now + span)
    return step
  }
}
