internal import CSystem
internal import Glibc

/// What the kernel knows of this process.
package enum ProcessFacts {
  /// Processor time of all threads, in the program and in the kernel for it.
  package static var processorMicroseconds: Int64 {
    var usage = rusage()
    guard getrusage(RUSAGE_SELF.rawValue, &usage) == 0 else { return 0 }
    return [usage.ru_utime, usage.ru_stime].reduce(0) {
      $0 + Int64($1.tv_sec) * 1_000_000 + Int64($1.tv_usec)
    }
  }

  package static var residentBytes: Int64? {
    numbers(ofFile: "/proc/self/statm").dropFirst().first.map { $0 * Int64(getpagesize()) }
  }

  package static var openDescriptors: Int? {
    guard let folder = opendir("/proc/self/fd") else { return nil }
    defer { closedir(folder) }
    var count = 0
    while let entry = readdir(folder) {
      if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
    }
    // The one by which they are counted is closed again.
    return count - 1
  }

  package static var mostDescriptors: Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
    return Int(clamping: limit.rlim_cur)
  }

  /// By the calendar as it stands now.
  package static var startedAtMicroseconds: Int64? {
    // Behind the name, which may hold blanks: the 20th number is the start, in ticks since the machine's.
    guard let stat = content(ofFile: "/proc/self/stat"),
      let name = stat.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    let fields = stat[(name + 1)...].split(separator: UInt8(ascii: " "))
    guard fields.count > 19, let ticks = Int64(String(decoding: fields[19], as: UTF8.self)) else {
      return nil
    }
    let sinceBoot = ticks * 1_000_000 / Int64(max(1, sysconf(Int32(_SC_CLK_TCK))))
    return wallMicroseconds() - bootMicroseconds() + sinceBoot
  }

  private static func numbers(ofFile path: String) -> [Int64] {
    (content(ofFile: path) ?? []).split(separator: UInt8(ascii: " ")).compactMap {
      Int64(String(decoding: $0, as: UTF8.self))
    }
  }
}
