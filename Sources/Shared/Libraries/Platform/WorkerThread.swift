internal import CSystem

/// A thread of its own for work that blocks. The cooperative pool has as many threads as the machine
/// has cores: one blocking call there can stop everything else.
package final class WorkerThread: Sendable {
  private let finished = Gate()

  /// Starts at once. `name` shows in debuggers and in `top -H`; the kernel keeps 15 bytes of it.
  package init(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let start = ThreadStart(name: String(name.prefix(15)), body: body, finished: finished)
    // The thread releases it, once it has begun.
    let context = Unmanaged.passRetained(start)
    let code = postrider_start_thread(
      { context in
        guard let context else { return nil }
        Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, context.toOpaque())
    precondition(code == 0, "the machine has no room for another thread")
  }

  /// Returns when the body has returned.
  package func join() { finished.wait() }

  /// Whether the body returned within that time.
  package func join(within limit: Duration) -> Bool { finished.wait(for: limit) }
}

private final class ThreadStart: Sendable {
  private let name: String
  private let body: @Sendable () -> Void
  private let finished: Gate

  init(name: String, body: @escaping @Sendable () -> Void, finished: Gate) {
    (self.name, self.body, self.finished) = (name, body, finished)
  }

  func run() {
    postrider_name_thread(name)
    body()
    finished.open()
  }
}
