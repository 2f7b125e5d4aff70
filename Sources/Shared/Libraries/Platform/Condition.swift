internal import Glibc
internal import Time

/// A lock with a place to wait: what Gate, Monitor and Signal share. Its timed wait is on the monotonic
/// clock: `NSCondition` waits on the calendar, and one that is turned back by an hour makes a wait of a
/// second last an hour and a second.
///
/// Made of pthread's own parts, which ThreadSanitizer knows.
package final class Condition: @unchecked Sendable {
  // Made in `init`, freed in `deinit`, and lent to nobody: pthread guards what they hold.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  package init() {
    mutex.initialize(to: pthread_mutex_t())
    changed.initialize(to: pthread_cond_t())
    var onMonotonic = pthread_condattr_t()
    pthread_condattr_init(&onMonotonic)
    pthread_condattr_setclock(&onMonotonic, CLOCK_MONOTONIC)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, &onMonotonic)
    pthread_condattr_destroy(&onMonotonic)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  package func lock() { pthread_mutex_lock(mutex) }
  package func unlock() { pthread_mutex_unlock(mutex) }

  package func withLock<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    lock()
    defer { unlock() }
    return try body()
  }

  /// Wakes one that waits.
  package func signal() { pthread_cond_signal(changed) }

  /// Wakes all that wait.
  package func broadcast() { pthread_cond_broadcast(changed) }

  /// To be called with the lock held, which it gives away meanwhile. It may wake for no reason.
  package func wait() { pthread_cond_wait(changed, mutex) }

  /// The same; false where the monotonic clock has reached `deadline`. One that has passed is not waited for: even that
  /// wait would put the thread to sleep for as long as the kernel's timers are coarse.
  package func wait(until deadline: Deadline) -> Bool {
    guard monotonicMicroseconds() < deadline.microseconds else { return false }
    var time = timespec(
      tv_sec: Int(deadline.microseconds / 1_000_000),
      tv_nsec: Int(deadline.microseconds % 1_000_000) * 1000)
    return pthread_cond_timedwait(changed, mutex, &time) != ETIMEDOUT
  }

  /// A moment of the monotonic clock.
  package struct Deadline: Sendable {
    fileprivate let microseconds: Int64

    package init(in limit: Duration) {
      let (end, isOver) = monotonicMicroseconds().addingReportingOverflow(
        max(.zero, min(limit, Self.longest)).microseconds)
      microseconds = isOver ? .max : end
    }

    private static let longest = Duration.seconds(100 * 365 * 86400)
  }
}
