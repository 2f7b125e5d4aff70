/// `application/x-www-form-urlencoded`, with everything escaped that is not plainly safe.
func formEncoded(_ pairs: [(String, String)]) -> [UInt8] {
  var bytes: [UInt8] = []
  for (name, value) in pairs {
    if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
    append(percentEncoding: name, to: &bytes)
    bytes.append(UInt8(ascii: "="))
    append(percentEncoding: value, to: &bytes)
  }
  return bytes
}

func percentEncoded(_ text: String) -> String {
  var bytes: [UInt8] = []
  append(percentEncoding: text, to: &bytes)
  return String(decoding: bytes, as: UTF8.self)
}

private func append(percentEncoding text: String, to bytes: inout [UInt8]) {
  let digits = Array("0123456789ABCDEF".utf8)
  for byte in text.utf8 {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
    default:
      bytes.append(UInt8(ascii: "%"))
      bytes.append(digits[Int(byte >> 4)])
      bytes.append(digits[Int(byte & 15)])
    }
  }
}
