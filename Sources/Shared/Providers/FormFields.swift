/// A body of the type `application/x-www-form-urlencoded`, decoded; names and values are the bytes that
/// signatures are over, whether or not they are UTF-8.
package struct FormFields: Hashable, Sendable {
  package struct Field: Hashable, Sendable {
    package let name: [UInt8]
    package let value: [UInt8]
  }

  package private(set) var all: [Field] = []

  /// Nobody sends as many; a body that does is not read.
  package static let limit = 2000

  package init(_ body: some Collection<UInt8>) throws(WebhookUnreadable) {
    let pairs = Array(body).split(separator: UInt8(ascii: "&"), maxSplits: Self.limit)
    guard pairs.count <= Self.limit else {
      throw WebhookUnreadable(description: "more than \(Self.limit) form fields")
    }
    all = pairs.map { pair in
      let parts = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      return Field(
        name: Self.decoded(parts[0]), value: parts.count == 2 ? Self.decoded(parts[1]) : [])
    }
  }

  /// For fields that were decoded elsewhere.
  package init(decoded pairs: [(name: String, value: String)]) {
    all = pairs.map { Field(name: Array($0.name.utf8), value: Array($0.value.utf8)) }
  }

  /// The first of each name, where every byte is UTF-8.
  package func texts() throws(WebhookUnreadable) -> [String: String] {
    var texts: [String: String] = [:]
    for field in all {
      guard let name = String(validating: field.name, as: UTF8.self),
        let value = String(validating: field.value, as: UTF8.self)
      else { throw WebhookUnreadable(description: "a form field is not UTF-8") }
      if texts[name] == nil { texts[name] = value }
    }
    return texts
  }

  package static func encoded(_ pairs: [(name: String, value: String)]) -> [UInt8] {
    var body: [UInt8] = []
    for (name, value) in pairs {
      if !body.isEmpty { body.append(UInt8(ascii: "&")) }
      body.append(contentsOf: percentEncoded(name))
      body.append(UInt8(ascii: "="))
      body.append(contentsOf: percentEncoded(value))
    }
    return body
  }

  /// An escape that is none stays as it stands.
  private static func decoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    guard bytes.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
      return Array(bytes)
    }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var rest = bytes
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let escaped = escapedByte(rest.prefix(2)) {
        decoded.append(escaped)
        rest = rest.dropFirst(2)
      } else {
        decoded.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return decoded
  }

  private static func escapedByte(_ digits: ArraySlice<UInt8>) -> UInt8? {
    guard digits.count == 2, let high = nibble(digits[digits.startIndex]),
      let low = nibble(digits[digits.startIndex + 1])
    else { return nil }
    return high << 4 | low
  }

  private static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

/// Every byte but letters, digits and `-._~`, and those that are kept on request, as `%XX`.
func percentEncoded(_ text: String, keeping kept: String = "") -> [UInt8] {
  let digits = Array("0123456789ABCDEF".utf8)
  var encoded: [UInt8] = []
  encoded.reserveCapacity(text.utf8.count)
  for byte in text.utf8 {
    if isUnreserved(byte) || kept.utf8.contains(byte) {
      encoded.append(byte)
    } else {
      encoded.append(contentsOf: [
        UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)],
      ])
    }
  }
  return encoded
}

private func isUnreserved(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
    UInt8(ascii: "_"), UInt8(ascii: "~"):
    true
  default: false
  }
}
