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

  /// The one for an item of a request that came with an idempotency key.
  package static func derived(tenant: Tenant, idempotencyKey: String, item: Int) -> SendID {
    derived(from: [tenant.app, tenant.company, idempotencyKey, String(item)])
  }

  /// The one for a row of a campaign: by the person where each is written to once, else by the line.
  package static func ofRow(_ row: String, in campaign: CampaignID, load: Int) -> SendID {
    derived(from: ["campaign", campaign.description, String(load), row])
  }

  /// The one for what is sent again once that one did not arrive.
  package static func again(after id: SendID) -> SendID {
    derived(from: ["again", id.description])
  }

  /// The parts go into the hash with their lengths, so that no two different requests read the same.
  private static func derived(from parts: [String]) -> SendID {
    var message: [UInt8] = []
    for part in parts {
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
    let text = text.utf8Span.span
    guard text.count == 36 else { return nil }
    var (high, low) = (UInt64(0), UInt64(0))
    for place in text.indices {
      if place == 8 || place == 13 || place == 18 || place == 23 {
        guard text[place] == UInt8(ascii: "-") else { return nil }
      } else {
        guard let value = hexValue(text[place]) else { return nil }
        high = high << 4 | low >> 60
        low = low << 4 | UInt64(value)
      }
    }
    self.init(high: high, low: low)
  }

  package init?(bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    var (high, low) = (UInt64(0), UInt64(0))
    for place in 0..<8 {
      high = high << 8 | UInt64(bytes[place])
      low = low << 8 | UInt64(bytes[place + 8])
    }
    self.init(high: high, low: low)
  }

  package var bytes: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 16)
    for place in 0..<8 {
      bytes[place] = UInt8(truncatingIfNeeded: high >> (56 - 8 * place))
      bytes[place + 8] = UInt8(truncatingIfNeeded: low >> (56 - 8 * place))
    }
    return bytes
  }

  package var description: String {
    let text = [UInt8](capacity: 36) { text in
      append(lowerHex: high >> 32, digits: 8, to: &text)
      text.append(UInt8(ascii: "-"))
      append(lowerHex: high >> 16, digits: 4, to: &text)
      text.append(UInt8(ascii: "-"))
      append(lowerHex: high, digits: 4, to: &text)
      text.append(UInt8(ascii: "-"))
      append(lowerHex: low >> 48, digits: 4, to: &text)
      text.append(UInt8(ascii: "-"))
      append(lowerHex: low, digits: 12, to: &text)
    }
    return String(decoding: text, as: UTF8.self)
  }

  package static func < (left: SendID, right: SendID) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}
