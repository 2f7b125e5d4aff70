internal import Glibc

/// Who is at the other end of a connection. Sixteen bytes of a number: text is made when asked for.
package struct PeerAddress: Sendable, Hashable {
  private let high: UInt64
  private let low: UInt64
  package private(set) var port: UInt16
  private let isVersion4: Bool

  init(_ address: UnsafePointer<sockaddr>?) {
    let family = address.map { Int32($0.pointee.sa_family) }
    let raw = UnsafeRawPointer(address)
    if family == AF_INET, let found = raw?.loadUnaligned(as: sockaddr_in.self) {
      (high, low) = (0, UInt64(UInt32(bigEndian: found.sin_addr.s_addr)))
      port = UInt16(bigEndian: found.sin_port)
    } else if family == AF_INET6, let found = raw?.loadUnaligned(as: sockaddr_in6.self) {
      (high, low) = withUnsafeBytes(of: found.sin6_addr) {
        (
          UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
          UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
      }
      port = UInt16(bigEndian: found.sin6_port)
    } else {
      (high, low, port) = (0, 0, 0)
    }
    isVersion4 = family == AF_INET
  }

  var withoutPort: PeerAddress {
    var address = self
    address.port = 0
    return address
  }

  /// `::ffff:0:0`
  static let mapping: UInt64 = 0xFFFF << 32

  /// As IPv6, where IPv4 has its place too.
  var mapped: (high: UInt64, low: UInt64) { (high, isVersion4 ? Self.mapping | low : low) }

  /// The address without the port: `127.0.0.1`, `::1`.
  package var host: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    if isVersion4 {
      var address = in_addr(s_addr: UInt32(low).bigEndian)
      inet_ntop(AF_INET, &address, &text, socklen_t(text.count))
    } else {
      var words = (high.bigEndian, low.bigEndian)
      inet_ntop(AF_INET6, &words, &text, socklen_t(text.count))
    }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
