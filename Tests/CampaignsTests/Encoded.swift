/// The encodings in which people have their lists.
enum Encoded: CaseIterable {
  case utf8, utf8WithMark, utf16LittleEndian, utf16BigEndian
  case utf16LittleEndianWithMark, utf16BigEndianWithMark, windows1252

  /// Windows-1252 has few characters.
  func holds(_ text: String) -> Bool {
    self != .windows1252
      || text.unicodeScalars.allSatisfy {
        $0.value < 0x80 || $0.value > 0x9F && $0.value < 0x100 || $0 == "€"
      }
  }

  func bytes(_ text: String) -> [UInt8] {
    switch self {
    case .utf8: Array(text.utf8)
    case .utf8WithMark: [0xEF, 0xBB, 0xBF] + Array(text.utf8)
    case .utf16LittleEndian: text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    case .utf16BigEndian: text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    case .utf16LittleEndianWithMark: [0xFF, 0xFE] + Encoded.utf16LittleEndian.bytes(text)
    case .utf16BigEndianWithMark: [0xFE, 0xFF] + Encoded.utf16BigEndian.bytes(text)
    case .windows1252: text.unicodeScalars.map { $0 == "€" ? 0x80 : UInt8($0.value) }
    }
  }
}
