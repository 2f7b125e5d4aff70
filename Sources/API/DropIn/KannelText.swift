/// The text of a message in the character sets that Kannel's callers name.
enum KannelText {
  /// nil where the bytes are not of that set, or nobody here knows it. Without a name it is UTF-8, or what older
  /// versions of Kannel took it for where it cannot be that.
  static func read(_ bytes: [UInt8], charset: String?, isWide: Bool) -> String? {
    guard let charset else {
      return isWide ? wide(bytes, bigEndian: true) : utf8(bytes) ?? narrow(bytes, isWindows: true)
    }
    switch charset.lowercased().filter({ $0 != "-" && $0 != "_" }) {
    case "utf8": return utf8(bytes)
    case "usascii", "ascii": return bytes.allSatisfy { $0 < 0x80 } ? utf8(bytes) : nil
    case "iso88591", "latin1": return narrow(bytes, isWindows: false)
    case "windows1252", "cp1252": return narrow(bytes, isWindows: true)
    case "utf16be", "utf16", "ucs2": return wide(bytes, bigEndian: true)
    case "utf16le": return wide(bytes, bigEndian: false)
    default: return nil
    }
  }

  private static func utf8(_ bytes: [UInt8]) -> String? { String(validating: bytes, as: UTF8.self) }

  private static func wide(_ bytes: [UInt8], bigEndian: Bool) -> String? {
    guard bytes.count.isMultiple(of: 2) else { return nil }
    let units = stride(from: 0, to: bytes.count, by: 2).map { place in
      let (high, low) = bigEndian ? (place, place + 1) : (place + 1, place)
      return UInt16(bytes[high]) << 8 | UInt16(bytes[low])
    }
    return String(validating: units, as: UTF16.self)
  }

  /// ISO-8859-1 numbers its characters as Unicode does; Windows has others in place of its control characters.
  private static func narrow(_ bytes: [UInt8], isWindows: Bool) -> String? {
    let scalars = bytes.compactMap { byte in
      isWindows && 0x80..<0xA0 ~= byte
        ? windows[Int(byte) - 0x80].flatMap { Unicode.Scalar($0) } : Unicode.Scalar(byte)
    }
    guard scalars.count == bytes.count else { return nil }
    return String(String.UnicodeScalarView(scalars))
  }

  private static let windows: [UInt32?] = [
    0x20AC, nil, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039,
    0x0152, nil, 0x017D, nil, nil, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC,
    0x2122, 0x0161, 0x203A, 0x0153, nil, 0x017E, 0x0178,
  ]
}
