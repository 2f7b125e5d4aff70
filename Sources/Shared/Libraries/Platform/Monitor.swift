/// State that many threads change and some wait for. A `Locked` beside a `Signal` would do the same with
/// two locks.
package final class Monitor<State: Sendable>: @unchecked Sendable {
  // `state` is touched only while `condition` is held.
  private let condition = Condition()
  private var state: State

  package init(_ state: State) { self.state = state }

  /// Wakes those that wait.
  package func change<Result>(_ body: (inout State) -> Result) -> Result {
    condition.withLock {
      condition.broadcast()
      return body(&state)
    }
  }

  /// Wakes nobody: for changes that no one waits for.
  package func peek<Result>(_ body: (inout State) -> Result) -> Result {
    condition.withLock { body(&state) }
  }

  /// Returns when that holds or the time is over.
  package func wait(for limit: Duration, until holds: (State) -> Bool) {
    let deadline = Condition.Deadline(in: limit)
    condition.withLock {
      while !holds(state) {
        guard condition.wait(until: deadline) else { return }
      }
    }
  }
}
