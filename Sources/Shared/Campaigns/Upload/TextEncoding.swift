/// How the text of an upload is written.
package enum TextEncoding: String, Hashable, Sendable, CaseIterable {
  case utf8 = "utf-8"
  case utf16LittleEndian = "utf-16le"
  case utf16BigEndian = "utf-16be"
  case windows1252 = "windows-1252"

  /// Stands in decoded text for what is no text: no byte of UTF-8, so the row with it fails its check.
  static let noText: UInt8 = 0xFF

  /// How many bytes of the upload a stretch of decoded text was.
  func sourceLength(of text: ArraySlice<UInt8>) -> Int {
    switch self {
    case .utf8: text.count
    case .windows1252: text.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
    case .utf16LittleEndian, .utf16BigEndian:
      text.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : (0xF0...0xF7).contains($1) ? $0 + 4 : $0 + 2 }
    }
  }

  /// By the byte order mark, else by what the sample is made of.
  static func told(
    by sample: ArraySlice<UInt8>, isWhole: Bool
  ) -> (encoding: TextEncoding, markLength: Int) {
    if sample.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
    if sample.starts(with: [0xFF, 0xFE]) { return (.utf16LittleEndian, 2) }
    if sample.starts(with: [0xFE, 0xFF]) { return (.utf16BigEndian, 2) }
    if let encoding = toldByZeros(sample) { return (encoding, 0) }
    let census = UTF8Census(of: sample, isWhole: isWhole)
    // A broken byte in a text full of proper UTF-8 is a fault of its row. By chance the two bytes of a character of
    // UTF-8 stand beside each other in almost no text of Windows-1252.
    let isUTF8 = census.broken == 0 || census.characters > 4 * census.broken
    return (isUTF8 ? .utf8 : .windows1252, 0)
  }

  /// In UTF-16 each second byte of digits, commas and Latin letters is zero.
  private static func toldByZeros(_ sample: ArraySlice<UInt8>) -> TextEncoding? {
    var zeros = [0, 0]
    for (place, byte) in sample.enumerated() where byte == 0 { zeros[place & 1] += 1 }
    let (first, second, pairs) = (zeros[0], zeros[1], sample.count / 2)
    if second * 2 > pairs, first * 8 < second { return .utf16LittleEndian }
    if first * 2 > pairs, second * 8 < first { return .utf16BigEndian }
    return nil
  }
}

/// How much of a sample is UTF-8 beyond ASCII, and how much cannot be.
private struct UTF8Census {
  private(set) var characters = 0
  private(set) var broken = 0

  init(of sample: ArraySlice<UInt8>, isWhole: Bool) {
    var rest = sample
    while let place = rest.firstIndex(where: { $0 >= 0x80 }) {
      rest = rest[place...]
      switch Self.length(at: rest) {
      case .some(let length) where length <= rest.count:
        characters += 1
        rest = rest.dropFirst(length)
      case .some:
        // Cut where the sample ends, which says nothing.
        if isWhole { broken += 1 }
        return
      case nil:
        broken += 1
        rest = rest.dropFirst()
      }
    }
  }

  /// Of the character that begins there, as far as its bytes are there.
  private static func length(at rest: ArraySlice<UInt8>) -> Int? {
    guard let first = rest.first else { return nil }
    let length: Int
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF: length = 3
    case 0xF0...0xF4: length = 4
    default: return nil
    }
    let rightBytes = rest.dropFirst().prefix(length - 1).allSatisfy { $0 & 0xC0 == 0x80 }
    return rightBytes ? length : nil
  }
}
