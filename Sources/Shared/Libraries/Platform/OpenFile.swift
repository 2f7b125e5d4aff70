internal import Glibc

/// A file that is read in parts, however long it is. The descriptor is this object's, closed with it.
package final class OpenFile: Sendable {
  private let descriptor: Int32
  /// When it was opened.
  package let size: Int
  /// Of its content, in seconds since 1970.
  package let modifiedAt: Int64

  package struct Failed: Error, CustomStringConvertible {
    package let description: String
  }

  /// Anything but a file has no size to tell and no place to go back to.
  package init(_ path: String) throws(Failed) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failed(description: "\(path) cannot be read: \(String(cString: strerror(errno)))")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw Failed(description: "\(path) is not a file")
    }
    size = Int(status.st_size)
    modifiedAt = Int64(status.st_mtim.tv_sec)
  }

  deinit { close(descriptor) }

  /// Fewer only at its end; nil where it cannot be read.
  package func bytes(from offset: Int, count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var read = 0
    while read < count {
      let got = bytes.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress?.advanced(by: read), count - read, off_t(offset + read))
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { return nil }
      if got == 0 { break }
      read += got
    }
    bytes.removeLast(count - read)
    return bytes
  }
}
