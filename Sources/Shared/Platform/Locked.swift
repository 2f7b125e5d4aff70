internal import Foundation

/// State that one thread at a time may touch. Swift's own `Mutex` would do, but ThreadSanitizer does not know
/// it for a lock and reports all it guards; this one is a lock to it.
package final class Locked<Value: Sendable>: @unchecked Sendable {
  // `value` is touched only between lock() and unlock() of `mutex`.
  private let mutex = NSLock()
  private var value: Value

  package init(_ value: Value) { self.value = value }

  package func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    mutex.lock()
    defer { mutex.unlock() }
    return try body(&value)
  }
}
