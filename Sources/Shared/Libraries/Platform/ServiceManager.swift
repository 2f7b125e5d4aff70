internal import Glibc

/// What a service manager such as systemd is told over `NOTIFY_SOCKET`; nothing happens where none listens.
package enum ServiceManager {
  package enum Word: String {
    case ready = "READY=1"
    case stopping = "STOPPING=1"
  }

  /// Where it cannot be told it finds out by itself.
  package static func tell(_ word: Word) {
    guard let place = getenv("NOTIFY_SOCKET").map({ String(cString: $0) }),
      let first = place.utf8.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@")
    else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC, 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var path = Array(place.utf8)
    // A name that is in no folder begins with a zero.
    if path[0] == UInt8(ascii: "@") { path[0] = 0 }
    let start = MemoryLayout.offset(of: \sockaddr_un.sun_path) ?? 2
    guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
    let message = Array(word.rawValue.utf8)
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(
          descriptor, message, message.count, Int32(MSG_NOSIGNAL), $0,
          socklen_t(start + path.count))
      }
    }
  }
}
