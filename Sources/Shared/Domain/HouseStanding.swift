/// What the process that is asked knows of itself and of what all of them share, beyond lanes, tasks and accounts.
package struct HouseStanding: Hashable, Sendable {
  /// Webhooks go straight to the spool.
  package var isLogAway = false
  package var spoolBytes = 0
  package var spoolLimit = 0
  package var spoolRecords = 0
  /// Callbacks that have found no send so far, and how many may wait for theirs.
  package var parked = 0
  package var parkedLimit = 0
  /// nil where nobody can tell.
  package var isClockKept: Bool?

  package init() {}

  /// Of a bound, from which on somebody should know.
  private static let share = 10

  /// What wants somebody, a sentence each.
  package var alerts: [String] {
    [logAway, spool, parkedCallbacks, clock].compactMap(\.self)
  }

  private var logAway: String? {
    isLogAway
      ? "The log cannot be reached: webhooks wait in the spool, and requests to send are refused."
      : nil
  }

  private var spool: String? {
    guard spoolLimit > 0, spoolBytes >= spoolLimit / Self.share, spoolRecords > 0 else {
      return nil
    }
    return
      "The spool is \(min(100, spoolBytes * 100 / spoolLimit)) % full; webhooks are refused once it is."
  }

  private var parkedCallbacks: String? {
    guard parkedLimit > 0, parked >= max(1, parkedLimit / Self.share) else { return nil }
    return
      "\(parked) callbacks have found no send; beyond \(parkedLimit) the oldest become dead letters."
  }

  private var clock: String? {
    isClockKept == false
      ? "Nothing keeps this machine's clock right, and rates and windows are counted by it." : nil
  }
}
