internal import Glibc

package struct FileLockError: Error, CustomStringConvertible {
  package let description: String
}

/// One holder among the threads and processes of a machine, in order of arrival, by files of its own.
/// The kernel lets go of what a dead process held; a frozen one keeps it until it wakes or is killed. Two
/// threads of one process that share an object need a lock of their own before it.
///
/// Who waits for its turn holds the queue meanwhile: a holder that comes straight back cannot overtake
/// it, which it could with one flock alone.
package final class FileLock: Sendable {
  private let queue: Int32
  private let turn: Int32

  package init(path: String) throws(FileLockError) {
    turn = try openLockFile(path)
    do { queue = try openLockFile(path + "-queue") } catch {
      close(turn)
      throw error
    }
  }

  deinit {
    close(queue)
    close(turn)
  }

  package func lock() {
    lockWholeFile(queue)
    lockWholeFile(turn)
    unlockWholeFile(queue)
  }

  package func unlock() { unlockWholeFile(turn) }

  package func hold<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    lock()
    defer { unlock() }
    return try body()
  }
}

private func openLockFile(_ path: String) throws(FileLockError) -> Int32 {
  let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
  guard descriptor >= 0 else {
    throw FileLockError(description: "\(path): \(String(cString: strerror(errno)))")
  }
  return descriptor
}

/// Names this run of the machine; another after a restart.
package func bootIdentity() -> String {
  let text = content(ofFile: "/proc/sys/kernel/random/boot_id") ?? []
  return String(decoding: text.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
}
