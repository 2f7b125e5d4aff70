internal import Crypto

/// What a text may say to whoever knows how to read it: as it stands, backwards, in base64 and in hexadecimal digits.
enum Undisguised {
  /// The letters and digits of each reading.
  static func letters(of texts: [String]) -> [[UInt8]] {
    let whole = texts.joined(separator: " ")
    let bytes = Array(texts.joined().utf8)
    return [BareWords(whole).letters, BareWords(String(whole.reversed())).letters]
      + decoded(bytes.compactMap(base64Value), bits: 6)
      + decoded(bytes.compactMap(hexValue), bits: 4)
  }

  /// What stands before it is read as a part of it, so it may begin at any of some places.
  private static func decoded(_ digits: [UInt8], bits: Int) -> [[UInt8]] {
    let places = bits == 6 ? 4 : 2
    guard digits.count >= shortest else { return [] }
    return (0..<places).map { skipped in
      var bytes: [UInt8] = []
      var (held, count) = (UInt32(0), 0)
      for digit in digits.dropFirst(skipped) {
        held = (held << UInt32(bits) | UInt32(digit)) & 0xFFFF
        count += bits
        guard count >= 8 else { continue }
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: held >> UInt32(count)))
      }
      return BareWords(String(decoding: bytes, as: UTF8.self)).letters
    }
  }

  private static let shortest = 16

  /// Of the usual alphabet and of the one for addresses.
  private static func base64Value(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
    case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
