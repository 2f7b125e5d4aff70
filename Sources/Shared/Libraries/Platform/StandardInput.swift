internal import Glibc

/// What whoever started this process hands to it, and by which it shows that it is still there.
package enum StandardInput {
  /// All before the first zero byte; nil where it ended before, or is longer.
  package static func head(limit: Int) -> [UInt8]? {
    var head: [UInt8] = []
    while head.count <= limit {
      guard let part = part() else { return nil }
      head += part.prefix { $0 != 0 }
      if part.contains(0) { return head.count <= limit ? head : nil }
    }
    return nil
  }

  /// Returns once nothing more can come, as the other end is closed or its process has ended.
  package static func awaitEnd() { while part() != nil {} }

  /// nil at its end.
  private static func part() -> ArraySlice<UInt8>? {
    var part = [UInt8](repeating: 0, count: 4 << 10)
    var count = read(STDIN_FILENO, &part, part.count)
    while count < 0, errno == EINTR { count = read(STDIN_FILENO, &part, part.count) }
    return count > 0 ? part[..<count] : nil
  }
}

/// Where the machine has no memory left, this process is the first that the kernel ends.
package func offerMemoryFirst() {
  let descriptor = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  _ = write(descriptor, "1000", 4)
  close(descriptor)
}
