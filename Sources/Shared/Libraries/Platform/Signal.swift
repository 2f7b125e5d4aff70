/// Counts what has happened; a thread waits for more to have happened than it knows of, so that nothing
/// between its look and its wait is missed.
package final class Signal: @unchecked Sendable {
  // `count` is read and written only while `condition` is held.
  private let condition = Condition()
  private var count = 0

  package init() {}

  package func raise() {
    condition.withLock {
      count += 1
      condition.broadcast()
    }
  }

  package var raised: Int { condition.withLock { count } }

  /// Returns when more than `seen` were raised or the time is over.
  package func wait(past seen: Int, for limit: Duration) {
    let deadline = Condition.Deadline(in: limit)
    condition.withLock {
      while count <= seen {
        guard condition.wait(until: deadline) else { return }
      }
    }
  }
}
