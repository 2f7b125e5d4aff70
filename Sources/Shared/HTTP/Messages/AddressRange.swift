internal import Glibc

/// One address, or those that share their first bits: `::1`, `10.0.0.0/8`. IPv4 counts as IPv4-mapped IPv6,
/// which is how a socket for both sees it.
package struct AddressRange: Sendable, Hashable {
  private let high: UInt64
  private let low: UInt64
  private let highMask: UInt64
  private let lowMask: UInt64

  package init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let address = Self.read(String(first)) else { return nil }
    let width = address.isVersion4 ? 32 : 128
    let bits = parts.count == 1 ? width : Int(parts[1]) ?? -1
    guard (0...width).contains(bits) else { return nil }
    let shared = bits + (128 - width)
    highMask = shared >= 64 ? .max : shared == 0 ? 0 : .max << UInt64(64 - shared)
    lowMask = shared <= 64 ? 0 : .max << UInt64(128 - shared)
    (high, low) = (address.high & highMask, address.low & lowMask)
  }

  package func contains(_ peer: PeerAddress) -> Bool {
    peer.mapped.high & highMask == high && peer.mapped.low & lowMask == low
  }

  /// Whether all of the other lies within.
  func contains(_ other: AddressRange) -> Bool {
    other.high & highMask == high && other.low & lowMask == low
      && other.highMask & highMask == highMask && other.lowMask & lowMask == lowMask
  }

  private static func read(
    _ text: String
  ) -> (high: UInt64, low: UInt64, isVersion4: Bool)? {
    var short = in_addr()
    if inet_pton(AF_INET, text, &short) == 1 {
      return (0, PeerAddress.mapping | UInt64(UInt32(bigEndian: short.s_addr)), true)
    }
    var words = (UInt64(0), UInt64(0))
    guard inet_pton(AF_INET6, text, &words) == 1 else { return nil }
    return (UInt64(bigEndian: words.0), UInt64(bigEndian: words.1), false)
  }
}
