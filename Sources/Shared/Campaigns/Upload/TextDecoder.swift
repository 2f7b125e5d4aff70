/// Turns the bytes of an upload, as they come, into UTF-8. What is no text in its encoding comes out as a byte that no
/// UTF-8 has, so that only the row in which it stands is refused.
package struct TextDecoder: Sendable {
  /// nil until the first 64 KB have come, or all of a shorter upload.
  package private(set) var encoding: TextEncoding?
  /// Of the byte order mark.
  package private(set) var markLength = 0
  /// The beginning until the encoding is told; after that a character of UTF-16 that was cut, at most 3 bytes.
  private var held: [UInt8] = []

  package init() {}

  /// For what comes after the beginning.
  package init(_ encoding: TextEncoding) { self.encoding = encoding }

  package mutating func decode(_ bytes: [UInt8]) -> [UInt8] {
    guard let encoding else {
      held += bytes
      return held.count < UploadLimits.sampleLength ? [] : begin(isWhole: false)
    }
    switch encoding {
    case .utf8: return bytes
    case .windows1252: return Self.fromWindows1252(bytes)
    case .utf16LittleEndian, .utf16BigEndian:
      held += bytes
      return fromUTF16(isLast: false)
    }
  }

  /// What the end of the upload leaves.
  package mutating func finish() -> [UInt8] {
    let text = encoding == nil ? begin(isWhole: true) : []
    switch encoding {
    case .utf16LittleEndian, .utf16BigEndian: return text + fromUTF16(isLast: true)
    case .utf8, .windows1252, nil: return text
    }
  }

  private mutating func begin(isWhole: Bool) -> [UInt8] {
    let sample = held.prefix(UploadLimits.sampleLength)
    let told = TextEncoding.told(by: sample, isWhole: isWhole)
    (encoding, markLength) = (told.encoding, told.markLength)
    let bytes = Array(held.dropFirst(markLength))
    held = []
    return decode(bytes)
  }

  private mutating func fromUTF16(isLast: Bool) -> [UInt8] {
    let (high, low) = encoding == .utf16BigEndian ? (0, 1) : (1, 0)
    var text: [UInt8] = []
    text.reserveCapacity(held.count)
    var place = 0
    while place + 1 < held.count {
      let unit = UInt32(held[place + high]) << 8 | UInt32(held[place + low])
      switch unit {
      case 0xD800...0xDBFF:
        if place + 3 >= held.count {
          guard isLast else {
            held.removeFirst(place)
            return text
          }
          text.append(TextEncoding.noText)
          place += 2
          continue
        }
        let next = UInt32(held[place + 2 + high]) << 8 | UInt32(held[place + 2 + low])
        if (0xDC00...0xDFFF).contains(next) {
          append(0x10000 + (unit - 0xD800) << 10 + (next - 0xDC00), to: &text)
          place += 4
        } else {
          text.append(TextEncoding.noText)
          place += 2
        }
      case 0xDC00...0xDFFF:
        text.append(TextEncoding.noText)
        place += 2
      default:
        append(unit, to: &text)
        place += 2
      }
    }
    held.removeFirst(place)
    if isLast, !held.isEmpty {
      text.append(TextEncoding.noText)
      held = []
    }
    return text
  }

  private static func fromWindows1252(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count + bytes.count / 8)
    for byte in bytes {
      switch byte {
      case 0..<0x80: text.append(byte)
      case 0x80..<0xA0:
        let scalar = windows1252[Int(byte) - 0x80]
        if scalar == 0 { text.append(TextEncoding.noText) } else { append(scalar, to: &text) }
      default: append(UInt32(byte), to: &text)
      }
    }
    return text
  }

  /// 0x80 to 0x9F; the rest is as in Latin-1. Zero where it has no character.
  private static let windows1252: [UInt32] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039,
    0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC,
    0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
  ]
}

private func append(_ scalar: UInt32, to text: inout [UInt8]) {
  func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | scalar >> shift & 0x3F) }
  switch scalar {
  case 0..<0x80: text.append(UInt8(scalar))
  case 0x80..<0x800:
    text.append(UInt8(0xC0 | scalar >> 6))
    text.append(tail(0))
  case 0x800..<0x10000:
    text.append(UInt8(0xE0 | scalar >> 12))
    text.append(tail(6))
    text.append(tail(0))
  default:
    text.append(UInt8(0xF0 | scalar >> 18))
    text.append(tail(12))
    text.append(tail(6))
    text.append(tail(0))
  }
}
