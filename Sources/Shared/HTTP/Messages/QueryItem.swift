/// A pair of a query or of a form body, decoded.
package struct QueryItem: Sendable, Equatable {
  package let name: String
  package let value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// `a=1&b=two+words&c=%C3%AB`; a name without `=` has an empty value.
  package static func all(in bytes: some Collection<UInt8>) -> [QueryItem] {
    bytes.split(separator: UInt8(ascii: "&")).map { pair in
      let parts = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count == 2 ? percentDecoded(parts[1], plusIsSpace: true) : []
      return QueryItem(
        String(decoding: percentDecoded(parts[0], plusIsSpace: true), as: UTF8.self),
        String(decoding: value, as: UTF8.self))
    }
  }
}

/// An escape that is none stays as it stands.
func percentDecoded(_ bytes: some Collection<UInt8>, plusIsSpace: Bool) -> [UInt8] {
  var decoded: [UInt8] = []
  decoded.reserveCapacity(bytes.count)
  var rest = bytes[...]
  while let byte = rest.popFirst() {
    if byte == UInt8(ascii: "%"), let escaped = escapedByte(rest.prefix(2)) {
      decoded.append(escaped)
      rest = rest.dropFirst(2)
    } else {
      decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
    }
  }
  return decoded
}

private func escapedByte(_ digits: some Collection<UInt8>) -> UInt8? {
  guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
    return nil
  }
  return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
}
