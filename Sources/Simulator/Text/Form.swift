internal import HTTP

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

private let digits = Array("0123456789ABCDEF".utf8)

private func append(percentEncoding text: String, to bytes: inout [UInt8]) {
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

/// The pairs of a form body, decoded. Its own reader: the one of the HTTP module is what the callers of the
/// simulator are built on.
func formItems(_ body: [UInt8]) -> [QueryItem] {
  var items: [QueryItem] = []
  var start = 0
  while start < body.count {
    var end = start
    var equals: Int?
    while end < body.count, body[end] != UInt8(ascii: "&") {
      if equals == nil, body[end] == UInt8(ascii: "=") { equals = end }
      end += 1
    }
    if end > start {
      let value = equals.map { formText(body, $0 + 1, end) } ?? ""
      items.append(QueryItem(formText(body, start, equals ?? end), value))
    }
    start = end + 1
  }
  return items
}

/// An escape that is none stays as it stands.
private func formText(_ body: [UInt8], _ start: Int, _ end: Int) -> String {
  var text: [UInt8] = []
  text.reserveCapacity(end - start)
  var place = start
  while place < end {
    let byte = body[place]
    if byte == UInt8(ascii: "%"), place + 2 < end, let high = nibble(body[place + 1]),
      let low = nibble(body[place + 2])
    {
      text.append(high << 4 | low)
      place += 3
    } else {
      text.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      place += 1
    }
  }
  return String(decoding: text, as: UTF8.self)
}
