internal import Glibc

/// The header fields of a request, copied once as libmicrohttpd leaves them behind its parser:
///
///     name NUL blanks value NUL NUL   name NUL blanks value NUL NUL   …
///
/// Fields are looked for when somebody asks.
package struct HeaderBlock: Sendable {
  let bytes: [UInt8]

  /// The first value of that name.
  package func first(_ name: String) -> String? { place(of: name).map { text($0) } }

  /// Every value of that name, in the order they came.
  package func all(_ name: String) -> [String] {
    var reader = FieldReader()
    var found: [String] = []
    while let field = reader.next(in: bytes) {
      if equalIgnoringCase(bytes[field.name], name.utf8) { found.append(text(field.value)) }
    }
    return found
  }

  package var fields: [HTTPHeader] {
    var reader = FieldReader()
    var found: [HTTPHeader] = []
    while let field = reader.next(in: bytes) {
      found.append(HTTPHeader(text(field.name), text(field.value)))
    }
    return found
  }

  private func place(of name: String) -> Range<Int>? {
    let name = name.utf8Span.span
    return bytes.withUnsafeBufferPointer { bytes in
      var reader = FieldReader()
      while let field = reader.next(in: bytes) {
        let isSame =
          field.name.count == name.count
          && name.indices.allSatisfy {
            lowercase(bytes[field.name.lowerBound + $0]) == lowercase(name[$0])
          }
        if isSame { return field.value }
      }
      return nil
    }
  }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }
}

/// Goes from field to field; stops where the layout is broken, which is short of the end.
struct FieldReader {
  private(set) var position = 0

  mutating func next(in bytes: [UInt8]) -> (name: Range<Int>, value: Range<Int>)? {
    bytes.withUnsafeBufferPointer { next(in: $0) }
  }

  mutating func next(
    in bytes: UnsafeBufferPointer<UInt8>
  ) -> (name: Range<Int>, value: Range<Int>)? {
    guard let nameEnd = zero(in: bytes, from: position) else { return nil }
    var start = nameEnd + 1
    while start < bytes.count, isBlank(bytes[start]) { start += 1 }
    guard let end = zero(in: bytes, from: start), end + 1 < bytes.count, bytes[end + 1] == 0
    else { return nil }
    let name = position..<nameEnd
    position = end + 2
    return (name, start..<end)
  }

  private func zero(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    guard let base = bytes.baseAddress, start < bytes.count,
      let found = memchr(base + start, 0, bytes.count - start)
    else { return nil }
    return UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }

  private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }
}
