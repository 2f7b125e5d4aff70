/// The header fields of a request, in its head as it came. Where each stands was found when the head was
/// read.
package struct HeaderBlock: Sendable {
  /// Of one field.
  package struct Place: Sendable {
    package let name: Range<Int>
    package let value: Range<Int>
  }

  private let bytes: [UInt8]
  private let places: [Place]

  package init(bytes: [UInt8], places: [Place]) { (self.bytes, self.places) = (bytes, places) }

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
