internal import Foundation

/// A thread of its own for work that blocks. The cooperative pool has as many threads as the machine
/// has cores: one blocking call there can stop everything else.
package final class WorkerThread: Sendable {
  private let finished = Gate()

  /// Starts at once. `name` shows in debuggers and in `top -H`; the kernel keeps 15 bytes of it.
  package init(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let finished = finished
    let thread = Thread {
      body()
      finished.open()
    }
    thread.name = name
    thread.start()
  }

  /// Returns when the body has returned.
  package func join() { finished.wait() }

  /// Whether the body returned within that time.
  package func join(within limit: Duration) -> Bool { finished.wait(for: limit) }
}
