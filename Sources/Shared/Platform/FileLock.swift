internal import CSystem
internal import Glibc

package struct FileLockError: Error, CustomStringConvertible, Sendable {
  package let path: String
  package let code: Int32

  package var description: String { "\(path): \(String(cString: strerror(code)))" }
}

/// One holder among the threads and processes of a machine, in order of arrival. The kernel lets go of
/// what a dead process held; a frozen one keeps it until it wakes or is killed.
///
/// Who waits for the lock holds the queue: a holder that comes straight back cannot overtake it, which
/// it could with one flock alone.
package final class FileLock: Sendable {
  private let queue: Int32
  private let turn: Int32

  package init(path: String) throws(FileLockError) {
    queue = try Self.open(path + "-queue")
    do { turn = try Self.open(path + "-lock") } catch {
      Glibc.close(queue)
      throw error
    }
  }

  deinit {
    Glibc.close(turn)
    Glibc.close(queue)
  }

  /// One thread at a time may use one `FileLock`; others make their own.
  package func hold<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    lock(queue)
    lock(turn)
    flock(queue, LOCK_UN)
    defer { flock(turn, LOCK_UN) }
    return try body()
  }

  private func lock(_ descriptor: Int32) {
    while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
  }

  private static func open(_ path: String) throws(FileLockError) -> Int32 {
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileLockError(path: path, code: errno) }
    return descriptor
  }
}
