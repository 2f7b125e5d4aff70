internal import CSystem
private import Glibc

/// Microseconds of the wall clock since 1970; it may be set, so it can jump.
package func wallMicroseconds() -> Int64 { postrider_wall_microseconds() }

/// Microseconds since the machine started, counted while it sleeps too; nobody can set it. Deadlines
/// of a worker are on this clock: a process that was frozen sees that its time has passed.
package func bootMicroseconds() -> Int64 { postrider_boot_microseconds() }

/// Another one after every start of the machine, so that a boot time written before is not believed.
package func bootIdentity() -> String {
  guard let file = fopen("/proc/sys/kernel/random/boot_id", "r") else { return "" }
  defer { fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 36)
  let count = fread(&bytes, 1, bytes.count, file)
  return String(decoding: bytes.prefix(count), as: UTF8.self)
}
