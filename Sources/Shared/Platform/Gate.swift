internal import Foundation
internal import Time

/// Closed until opened, once; threads wait for it.
package final class Gate: @unchecked Sendable {
  // `isOpen` is read and written only between lock() and unlock() of `condition`.
  private let condition = NSCondition()
  private var isOpen = false

  package init() {}

  package func open() {
    condition.lock()
    isOpen = true
    condition.broadcast()
    condition.unlock()
  }

  package func wait() {
    condition.lock()
    while !isOpen { condition.wait() }
    condition.unlock()
  }

  /// Whether it opened within that time.
  package func wait(for limit: Duration) -> Bool {
    let deadline = Date(timeIntervalSinceNow: limit.seconds)
    condition.lock()
    defer { condition.unlock() }
    while !isOpen {
      guard condition.wait(until: deadline) else { return isOpen }
    }
    return true
  }
}
