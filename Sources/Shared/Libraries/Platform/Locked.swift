package import Glibc

/// State that one thread at a time may touch: one allocation, as there are several for each request. Swift's
/// own `Mutex` would do, but ThreadSanitizer does not know it for a lock and reports all it guards; this one
/// is a lock to it.
package struct Locked<Value: Sendable>: @unchecked Sendable {
  // The value is touched only between lock and unlock of the mutex beside it.
  @usableFromInline let storage: ManagedBuffer<Value, pthread_mutex_t>

  @inlinable
  package init(_ value: Value) {
    storage = LockedStorage<Value>.create(minimumCapacity: 1) { buffer in
      buffer.withUnsafeMutablePointerToElements { mutex in _ = pthread_mutex_init(mutex, nil) }
      return value
    }
  }

  @inlinable
  package func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try storage.withUnsafeMutablePointers { value, mutex throws(Failure) in
      pthread_mutex_lock(mutex)
      defer { pthread_mutex_unlock(mutex) }
      return try body(&value.pointee)
    }
  }
}

package final class LockedStorage<Value>: ManagedBuffer<Value, pthread_mutex_t> {
  deinit {
    withUnsafeMutablePointerToElements { mutex in _ = pthread_mutex_destroy(mutex) }
  }
}
