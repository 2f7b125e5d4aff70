/// Closed until opened, once; threads wait for it.
package final class Gate: @unchecked Sendable {
  // `isOpen` is read and written only while `condition` is held.
  private let condition = Condition()
  private var isOpen = false

  package init() {}

  package func open() {
    condition.withLock {
      isOpen = true
      condition.broadcast()
    }
  }

  package func wait() {
    condition.withLock {
      while !isOpen { condition.wait() }
    }
  }

  /// Whether it opened within that time.
  package func wait(for limit: Duration) -> Bool {
    let deadline = Condition.Deadline(in: limit)
    return condition.withLock {
      while !isOpen {
        guard condition.wait(until: deadline) else { return isOpen }
      }
      return true
    }
  }
}
