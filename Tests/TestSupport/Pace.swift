private import Foundation

/// Whether the tests run that need real time to show what they show, such as workers that are killed again and again.
/// `script/test --fast` leaves them out.
package let takesItsTime = ProcessInfo.processInfo.environment["POSTRIDER_TESTS"] != "fast"

/// What is promised in a time that counts leases and not machines: longer here by as much as what is measured took
/// longer than it takes at most on a machine that is quick enough.
package func limit(
  _ promised: Duration, where measured: Duration, isUsually usual: Duration
) -> Duration {
  promised * max(1, measured / usual)
}
