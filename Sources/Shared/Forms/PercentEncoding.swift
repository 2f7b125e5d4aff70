/// An escape that is none stays as it stands.
package func percentDecoded(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool) -> [UInt8] {
  var decoded: [UInt8] = []
  decoded.reserveCapacity(bytes.count)
  append(percentDecoding: bytes, plusIsSpace: plusIsSpace, to: &decoded)
  return decoded
}

/// What stands for itself is copied as it stands, run by run.
func append(
  percentDecoding bytes: ArraySlice<UInt8>, plusIsSpace: Bool, to decoded: inout [UInt8]
) {
  let percent = UInt8(ascii: "%")
  let plus = plusIsSpace ? UInt8(ascii: "+") : percent
  var (clean, place) = (bytes.startIndex, bytes.startIndex)
  while place < bytes.endIndex {
    let byte = bytes[place]
    guard byte == percent || byte == plus else {
      place += 1
      continue
    }
    let code = byte == percent ? escapedByte(bytes[place...]) : UInt8(ascii: " ")
    guard let code else {
      place += 1
      continue
    }
    decoded.append(contentsOf: bytes[clean..<place])
    decoded.append(code)
    place += byte == percent ? 3 : 1
    clean = place
  }
  decoded.append(contentsOf: bytes[clean...])
}

private func escapedByte(_ bytes: ArraySlice<UInt8>) -> UInt8? {
  let start = bytes.startIndex
  guard bytes.count > 2, let high = nibble(bytes[start + 1]), let low = nibble(bytes[start + 2])
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
