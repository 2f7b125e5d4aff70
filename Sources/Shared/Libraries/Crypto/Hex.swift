package func lowerHex(_ bytes: [UInt8]) -> String { lowerHex(bytes[...]) }

package func lowerHex(_ bytes: ArraySlice<UInt8>) -> String {
  String(unsafeUninitializedCapacity: bytes.count * 2) { text in
    for (place, byte) in bytes.enumerated() {
      text[place * 2] = lowerHexDigit(byte >> 4)
      text[place * 2 + 1] = lowerHexDigit(byte & 15)
    }
    return bytes.count * 2
  }
}

/// The low digits of a word, as many as are asked for.
package func append(
  lowerHex word: UInt64, digits count: Int, to text: inout OutputSpan<UInt8>
) {
  for place in (0..<count).reversed() {
    text.append(lowerHexDigit(UInt8(truncatingIfNeeded: word >> (4 * place)) & 15))
  }
}

private func lowerHexDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
}

/// nil where a character is no hexadecimal digit or one is left over.
package func bytes(fromHex hex: some StringProtocol) -> [UInt8]? {
  let digits = Array(hex.utf8)
  guard digits.count.isMultiple(of: 2) else { return nil }
  var found: [UInt8] = []
  found.reserveCapacity(digits.count / 2)
  for index in stride(from: 0, to: digits.count, by: 2) {
    guard let high = hexValue(digits[index]), let low = hexValue(digits[index + 1]) else {
      return nil
    }
    found.append(high << 4 | low)
  }
  return found
}

package func hexValue(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
  default: nil
  }
}
