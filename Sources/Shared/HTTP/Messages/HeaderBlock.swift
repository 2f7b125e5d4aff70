internal import Glibc

/// The header fields of a request, copied once as libmicrohttpd leaves them behind its parser:
///
///     name NUL blanks value NUL NUL   name NUL blanks value NUL NUL   …
///
/// Where each stands was found when the head was judged.
package struct HeaderBlock: Sendable {
  /// Of one field.
  struct Place: Sendable {
    let name: Range<Int>
    let value: Range<Int>
  }

  static let empty = HeaderBlock(bytes: [], places: [])

  private let bytes: [UInt8]
  private let places: [Place]

  init(bytes: [UInt8], places: [Place]) { (self.bytes, self.places) = (bytes, places) }

  /// The first value of that name.
  package func first(_ name: String) -> String? {
    places.first { has($0, name) }.map { text($0.value) }
  }

  /// Every value of that name, in the order they came.
  package func all(_ name: String) -> [String] {
    places.filter { has($0, name) }.map { text($0.value) }
  }

  package var fields: [HTTPHeader] {
    places.map { HTTPHeader(text($0.name), text($0.value)) }
  }

  private func has(_ place: Place, _ name: String) -> Bool {
    let (name, bytes) = (name.utf8Span.span, bytes.span)
    return place.name.count == name.count
      && name.indices.allSatisfy {
        lowercase(bytes[place.name.lowerBound + $0]) == lowercase(name[$0])
      }
  }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }
}

/// Goes from field to field; stops where the layout is broken, which is short of the end.
struct FieldReader {
  private(set) var position = 0

  mutating func next(in bytes: UnsafeBufferPointer<UInt8>) -> HeaderBlock.Place? {
    guard let nameEnd = zero(in: bytes, from: position) else { return nil }
    var start = nameEnd + 1
    while start < bytes.count, isBlank(bytes[start]) { start += 1 }
    guard let end = zero(in: bytes, from: start), end + 1 < bytes.count, bytes[end + 1] == 0
    else { return nil }
    let name = position..<nameEnd
    position = end + 2
    return HeaderBlock.Place(name: name, value: start..<end)
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
