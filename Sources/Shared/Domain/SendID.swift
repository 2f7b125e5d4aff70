private import Crypto
package import Time

/// The name of one send for its whole life: a UUID. A fresh one is of version 7, so that sends of one
/// time lie together in an index; one derived from an idempotency key is of version 8, so that the same
/// request gives the same name on any machine at any time.
package struct SendID: Hashable, Sendable {
  package let high: UInt64
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// A new one. Within one millisecond the order is random.
  package static func random(at time: Timestamp) -> SendID {
    let random = randomBytes(10)
    let milliseconds = UInt64(max(0, time.microseconds / 1000))
    return SendID(
      high: milliseconds << 16 | word(random[0..<2]), low: word(random[2..<10]), version: 7)
  }

  /// The one for an item of a request that came with an idempotency key. The parts go into the hash
  /// with their lengths, so that no two different requests read the same.
  package static func derived(tenant: Tenant, idempotencyKey: String, item: Int) -> SendID {
    var message: [UInt8] = []
    for part in [tenant.app, tenant.company, idempotencyKey, String(item)] {
      message.append(contentsOf: "\(part.utf8.count):".utf8)
      message.append(contentsOf: part.utf8)
    }
    let hash = sha256(message)
    return SendID(high: word(hash[0..<8]), low: word(hash[8..<16]), version: 8)
  }

  private init(high: UInt64, low: UInt64, version: UInt64) {
    self.high = high & ~0xF000 | version << 12
    self.low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
  }

  private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }
}

extension SendID: CustomStringConvertible, Comparable {
  package init?(_ text: String) {
    guard text.utf8.count == 36 else { return nil }
    var (high, low) = (UInt64(0), UInt64(0))
    for (place, character) in text.utf8.enumerated() {
      if place == 8 || place == 13 || place == 18 || place == 23 {
        guard character == UInt8(ascii: "-") else { return nil }
        continue
      }
      guard let digit = Self.hexDigit(character) else { return nil }
      if place < 18 { high = high << 4 | digit } else { low = low << 4 | digit }
    }
    self.init(high: high, low: low)
  }

  private static func hexDigit(_ character: UInt8) -> UInt64? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(character - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(character - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(character - UInt8(ascii: "A") + 10)
    default: nil
    }
  }

  package init?(bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    self.init(high: Self.word(bytes[0..<8]), low: Self.word(bytes[8..<16]))
  }

  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(16)
    for place in 0..<16 {
      let word = place < 8 ? high : low
      bytes.append(UInt8(truncatingIfNeeded: word >> (56 - 8 * (place % 8))))
    }
    return bytes
  }

  package var description: String {
    var text: [UInt8] = []
    text.reserveCapacity(36)
    for place in 0..<32 {
      if place == 8 || place == 12 || place == 16 || place == 20 {
        text.append(UInt8(ascii: "-"))
      }
      let word = place < 16 ? high : low
      let digit = UInt8(truncatingIfNeeded: word >> (60 - 4 * (place % 16))) & 15
      text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
    return String(decoding: text, as: UTF8.self)
  }

  package static func < (left: SendID, right: SendID) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}
