internal import Time

/// The time that budgets are counted in, behind the store's by a lag that only grows. Windows hold at the
/// provider's door, where nobody slews a clock: a store clock that runs ahead of the machine's running time, being
/// led to the calendar, must not free a slot early. So within a lease budget time advances by the lesser of the two.
/// At a hand-over it advances by the store's clock, as nothing else is known to both owners.
struct BudgetClock {
  let lease: Lease
  /// How far the store's clock stood ahead of the running time at most, when this lease was first used.
  private let lead: Int64
  private let lagBefore: Int64

  /// `before` is the running time just before `now` was read.
  init(_ lease: Lease, lag: Duration, now: Timestamp, before: Int64) {
    self.lease = lease
    lead = now.microseconds - before
    lagBefore = lag.microseconds
  }

  /// `after` is the running time just after `now` was read. `kept` is the lag that the group's row has.
  func lag(_ kept: Duration, now: Timestamp, after: Int64) -> Duration {
    // Below zero the store's clock has advanced less than running time, and is the lesser itself.
    let drift = max(0, now.microseconds - after - lead)
    return max(kept, .microseconds(lagBefore + drift))
  }
}
