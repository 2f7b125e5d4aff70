/// The standard alphabet with padding.
func base64(_ bytes: [UInt8]) -> String {
  var text: [UInt8] = []
  text.reserveCapacity((bytes.count + 2) / 3 * 4)
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let count = min(3, bytes.count - start)
    var word = 0
    for place in 0..<3 { word = word << 8 | (place < count ? Int(bytes[start + place]) : 0) }
    for place in 0..<4 {
      text.append(place > count ? UInt8(ascii: "=") : alphabet[word >> (18 - 6 * place) & 63])
    }
  }
  return String(decoding: text, as: UTF8.self)
}

private let alphabet = Array(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

/// nil where the text is not base64.
func bytes(fromBase64 text: Substring) -> [UInt8]? {
  let digits = text.utf8.filter { $0 != UInt8(ascii: "=") }
  var (found, word, bits): ([UInt8], UInt32, Int) = ([], 0, 0)
  for digit in digits {
    let value: UInt8
    switch digit {
    case 0x41...0x5A: value = digit - 0x41
    case 0x61...0x7A: value = digit - 0x61 + 26
    case 0x30...0x39: value = digit - 0x30 + 52
    case UInt8(ascii: "+"): value = 62
    case UInt8(ascii: "/"): value = 63
    default: return nil
    }
    word = word << 6 | UInt32(value)
    bits += 6
    guard bits >= 8 else { continue }
    bits -= 8
    found.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
  }
  return found
}
