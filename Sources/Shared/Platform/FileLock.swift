internal import CSystem
internal import Foundation

package struct FileLockError: Error, CustomStringConvertible {
  package let description: String
}

/// An advisory lock between processes on a file of its own, freed by the kernel when its holder dies. Two
/// threads of one process share it: they need a lock of their own before it.
package final class FileLock: Sendable {
  private let descriptor: Int32

  package init(path: String) throws(FileLockError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw FileLockError(description: "\(path): \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }

  /// Waits its turn; the kernel wakes waiters in the order in which they came.
  package func lock() {
    while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
  }

  package func unlock() { flock(descriptor, LOCK_UN) }
}

/// Names this run of the machine; another after a restart.
package func bootIdentity() -> String {
  let text = FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id") ?? Data()
  return String(decoding: text.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
}
