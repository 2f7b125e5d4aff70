internal import CSystem
internal import Glibc
internal import Time

/// Where files of ours lie.
package struct FileSystem {
  package let freeBytes: UInt64
  /// Of another machine: locks and syncs may not be what they are called.
  package let isRemote: Bool

  /// nil where there is nothing at that path.
  package init?(at path: String) {
    var (free, kind): (UInt64, Int64) = (0, 0)
    guard postrider_file_system(path, &free, &kind) == 0 else { return nil }
    freeBytes = free
    isRemote = Self.remote.contains(kind)
  }

  /// NFS, SMB, CIFS, SMB2, Ceph, FUSE, 9P.
  private static let remote: Set<Int64> = [
    0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42, 0x00C3_6400, 0x6573_5546, 0x0102_1997,
  ]

  /// How long a small write takes until it is on the disk, by the median of as many; nil where none can be made there.
  package static func syncTime(in folder: String, rounds: Int = 15) -> Duration? {
    let path = "\(folder)/.postrider-\(getpid())"
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return nil }
    defer {
      close(descriptor)
      unlink(path)
    }
    let page = [UInt8](repeating: 0x70, count: 4096)
    var times: [Int64] = []
    for _ in 0..<rounds {
      let start = bootMicroseconds()
      guard write(descriptor, page, page.count) == page.count, fdatasync(descriptor) == 0 else {
        return nil
      }
      times.append(bootMicroseconds() - start)
    }
    return .microseconds(times.sorted()[times.count / 2])
  }
}

/// Whether something keeps this machine's wall clock right; nil where the kernel does not tell.
package var isClockKept: Bool? {
  switch postrider_clock_is_kept() {
  case 1: true
  case 0: false
  default: nil
  }
}
