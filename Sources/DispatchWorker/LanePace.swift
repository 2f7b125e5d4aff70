internal import Platform
internal import Time

/// Whether a worker keeps up with a lane that it holds. Knows no clock of its own.
///
/// It does not while the lane has due sends that its budgets let out now, and for half a second nobody has claimed them:
/// each claim comes that late, or each takes as many as one may and leaves more. A lane that waits for its budget, is held
/// or stopped gives a claim nothing to take, and so is never behind, however much waits in it.
struct LanePace: Hashable, Sendable {
  private var foundAt = RunningTime.distantPast
  private var cutSince: RunningTime?
  private var behindAt = RunningTime.distantPast

  static let patience = Duration.milliseconds(500)
  /// What was so is told for so long, so that who looks now and then sees it.
  static let memory = Duration.seconds(5)

  mutating func claimed(
    _ count: Int, mayHaveMore: Bool, late: Duration, at now: RunningTime
  ) {
    guard count > 0 else {
      cutSince = nil
      return
    }
    foundAt = now
    cutSince = mayHaveMore ? cutSince ?? now : nil
    if late >= Self.patience || cutSince.map({ now - $0 >= Self.patience }) ?? false {
      behindAt = now
    }
  }

  /// It had something to send a moment ago.
  func isBusy(at now: RunningTime) -> Bool { foundAt + Self.memory > now }

  func isBehind(at now: RunningTime) -> Bool { behindAt + Self.memory > now }
}
