internal import Glibc

/// Shows others on the machine that a folder is in use, for as long as this object and its process live: the kernel lets
/// go of it however a process ends.
package final class FolderHold: Sendable {
  private let descriptor: Int32

  /// nil where another holds it, or there is no such folder of this user's.
  package convenience init?(of folder: String) { self.init(folder, O_RDWR | O_CREAT | O_CLOEXEC) }

  /// The same of a folder that somebody has held before.
  package convenience init?(leftBehind folder: String) { self.init(folder, O_RDWR | O_CLOEXEC) }

  private init?(_ folder: String, _ flags: Int32) {
    let descriptor = open(folder + "/held", flags, 0o600)
    guard descriptor >= 0 else { return nil }
    guard tryWholeFile(descriptor) else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
