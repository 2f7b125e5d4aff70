package func percentDecoded(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool) -> [UInt8] {
  let (bytes, plus) = (bytes.span, plusIsSpace ? UInt8(ascii: " ") : UInt8(ascii: "+"))
  return [UInt8](capacity: bytes.count) { decoded in
    var place = 0
    while place < bytes.count {
      append(percentDecoding: bytes, at: &place, plus: plus, to: &decoded)
    }
  }
}

/// One byte or one escape; an escape that is none stays as it stands.
@inline(__always)
func append(
  percentDecoding bytes: Span<UInt8>, at place: inout Int, plus: UInt8,
  to decoded: inout OutputSpan<UInt8>
) {
  let byte = bytes[place]
  if byte == UInt8(ascii: "%"), let code = escapedByte(bytes, at: place) {
    decoded.append(code)
    place += 3
  } else {
    decoded.append(byte == UInt8(ascii: "+") ? plus : byte)
    place += 1
  }
}

private func escapedByte(_ bytes: Span<UInt8>, at place: Int) -> UInt8? {
  guard place + 2 < bytes.count, let high = nibble(bytes[place + 1]),
    let low = nibble(bytes[place + 2])
  else { return nil }
  return high << 4 | low
}

/// Every byte but letters, digits and `-._~`, and those that are kept on request, as `%XX`.
package func percentEncoded(_ text: String, keeping kept: String = "") -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(text.utf8.count)
  append(percentEncoding: text, keeping: Array(kept.utf8), to: &bytes)
  return bytes
}

func append(percentEncoding text: String, keeping kept: [UInt8] = [], to bytes: inout [UInt8]) {
  for byte in text.utf8 {
    if isUnreserved(byte) || kept.contains(byte) {
      bytes.append(byte)
    } else {
      bytes.append(UInt8(ascii: "%"))
      bytes.append(digits[Int(byte >> 4)])
      bytes.append(digits[Int(byte & 15)])
    }
  }
}

private let digits = Array("0123456789ABCDEF".utf8)

private func isUnreserved(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
    UInt8(ascii: "_"), UInt8(ascii: "~"):
    true
  default: false
  }
}

private func nibble(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
  default: nil
  }
}
