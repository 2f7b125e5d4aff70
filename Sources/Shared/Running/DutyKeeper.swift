package import Telemetry
package import Domain
package import Platform
package import SendStore
internal import Store
internal import Time

/// Renews a duty while something is done that may take longer than its lease, such as an append to a log
/// that is slow.
package final class DutyKeeper: Sendable {
  private let state = Monitor(State())
  /// Raised with each renewal.
  package let renewals = Signal()
  private let thread: WorkerThread

  private struct State {
    var isHolding = false
    var hasEnded = false
  }

  package init(
    _ store: SendStore, _ duty: String, _ worker: WorkerID, log: Log,
    every interval: Duration = .seconds(1)
  ) {
    thread = WorkerThread("duty-keeper") { [state, renewals] in
      while true {
        state.wait(for: .seconds(3600)) { $0.isHolding || $0.hasEnded }
        state.wait(for: interval) { !$0.isHolding || $0.hasEnded }
        if state.peek({ $0.hasEnded }) { return }
        guard state.peek({ $0.isHolding }) else { continue }
        do throws(StoreError) {
          if try store.takeDuty(duty, worker) != nil { renewals.raise() }
        } catch {
          log.warning("a duty could not be renewed", ["duty": duty, "reason": error.description])
        }
      }
    }
  }

  deinit { state.change { $0.hasEnded = true } }

  package func whileHeld<Result>(_ body: () throws -> Result) rethrows -> Result {
    state.change { $0.isHolding = true }
    defer { state.change { $0.isHolding = false } }
    return try body()
  }
}
