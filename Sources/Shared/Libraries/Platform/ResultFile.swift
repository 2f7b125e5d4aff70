internal import Glibc

/// Where results go, however slowly they are read: standard output, or a file that stands there once it is whole. The
/// descriptor of a file is this object's, closed with it.
package final class ResultFile: Sendable {
  package struct Failed: Error, CustomStringConvertible {
    package let description: String
  }

  package enum Written: Hashable, Sendable {
    case whole
    /// Nobody reads any more.
    case readerGone
    /// What was written before stands, perhaps with a part of this.
    case stopped
    case failed(String)
  }

  private let descriptor: Int32
  /// nil: standard output.
  private let path: String?

  /// Milliseconds between two looks whether it is still wanted.
  private static let look: Int32 = 200

  /// Standard output. SIGPIPE has to be ignored.
  package init() { (descriptor, path) = (STDOUT_FILENO, nil) }

  /// A file for its owner alone.
  package init(_ path: String) throws(Failed) {
    self.path = path
    descriptor = open(Self.fresh(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw Failed(description: "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
  }

  deinit {
    guard path != nil else { return }
    close(descriptor)
  }

  /// Waits for its reader, unless `isOver`. With no bytes it only looks whether there is one.
  package func write(_ bytes: [UInt8], orUntil isOver: () -> Bool = { false }) -> Written {
    var written = 0
    repeat {
      var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      let ready = poll(&watched, 1, bytes.isEmpty ? 0 : Self.look)
      if ready > 0, watched.revents & Int16(POLLERR) != 0 { return .readerGone }
      if isOver() { return .stopped }
      guard ready > 0, written < bytes.count else { continue }
      // A pipe that says it has room takes so much at once without blocking.
      let part = min(bytes.count - written, path == nil ? Int(PIPE_BUF) : bytes.count)
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), part)
      }
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else {
        return errno == EPIPE ? .readerGone : .failed(String(cString: strerror(errno)))
      }
      written += count
    } while written < bytes.count
    return .whole
  }

  /// Puts a file in its place.
  package func finish() throws(Failed) {
    guard let path else { return }
    guard fsync(descriptor) == 0, rename(Self.fresh(path), path) == 0 else {
      throw Failed(description: "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
  }

  /// Leaves what stood there before.
  package func giveUp() {
    if let path { unlink(Self.fresh(path)) }
  }

  private static func fresh(_ path: String) -> String { "\(path).new" }
}
