internal import Foundation
internal import Time

/// Counts what has happened; a thread waits for more to have happened than it knows of, so that nothing
/// between its look and its wait is missed.
package final class Signal: @unchecked Sendable {
  // `count` is read and written only between lock() and unlock() of `condition`.
  private let condition = NSCondition()
  private var count = 0

  package init() {}

  package func raise() {
    condition.lock()
    count += 1
    condition.broadcast()
    condition.unlock()
  }

  package var raised: Int {
    condition.lock()
    defer { condition.unlock() }
    return count
  }

  /// Returns when more than `seen` were raised or the time is over.
  package func wait(past seen: Int, for limit: Duration) {
    let deadline = Date(timeIntervalSinceNow: limit.seconds)
    condition.lock()
    defer { condition.unlock() }
    while count <= seen {
      guard condition.wait(until: deadline) else { return }
    }
  }
}
