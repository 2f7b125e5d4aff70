/// The alphabet of RFC 4648, section 4, with padding. Not generic: it would not be specialised in other modules.
package func base64(_ bytes: [UInt8]) -> String {
  let (alphabet, length) = (alphabet, (bytes.count + 2) / 3 * 4)
  return String(unsafeUninitializedCapacity: length) { text in
    for (group, start) in stride(from: 0, to: bytes.count, by: 3).enumerated() {
      let count = min(3, bytes.count - start)
      var word = 0
      for place in 0..<3 { word = word << 8 | (place < count ? Int(bytes[start + place]) : 0) }
      for place in 0..<4 {
        text[group * 4 + place] =
          place > count ? UInt8(ascii: "=") : alphabet[word >> (18 - 6 * place) & 63]
      }
    }
    return length
  }
}

private let alphabet = Array(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

/// nil where the text is not base64 with its padding.
package func bytes(fromBase64 text: some StringProtocol) -> [UInt8]? {
  let digits = Array(text.utf8)
  guard digits.count.isMultiple(of: 4) else { return nil }
  let padding = digits.reversed().prefix { $0 == UInt8(ascii: "=") }.count
  guard padding <= 2 else { return nil }
  var found: [UInt8] = []
  found.reserveCapacity(digits.count / 4 * 3)
  for start in stride(from: 0, to: digits.count, by: 4) {
    var word = 0
    for (offset, digit) in digits[start..<start + 4].enumerated() {
      let isPadding = start + offset >= digits.count - padding
      guard let value = isPadding ? 0 : sextet(digit) else { return nil }
      word = word << 6 | value
    }
    found.append(contentsOf: [word >> 16, word >> 8, word].map { UInt8(truncatingIfNeeded: $0) })
  }
  found.removeLast(padding)
  return found
}

private func sextet(_ digit: UInt8) -> Int? {
  switch digit {
  case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(digit) - 65
  case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(digit) - 71
  case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(digit) + 4
  case UInt8(ascii: "+"): 62
  case UInt8(ascii: "/"): 63
  default: nil
  }
}
