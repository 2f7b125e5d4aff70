internal import Forms

/// A pair of a query or of a form body, as text.
package struct QueryItem: Sendable, Equatable {
  package let name: String
  package let value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  package static func all(in bytes: [UInt8]) -> [QueryItem] { all(in: bytes[...]) }

  package static func all(in bytes: ArraySlice<UInt8>) -> [QueryItem] {
    FormPair.all(in: bytes).map {
      QueryItem(String(decoding: $0.name, as: UTF8.self), String(decoding: $0.value, as: UTF8.self))
    }
  }
}
