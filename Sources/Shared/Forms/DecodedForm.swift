/// The pairs of a query or of a form body, decoded to the bytes that they stand for, in one run: two
/// allocations however many there are. A zero ends each name and each value, so that the run is UTF-8 where
/// all of them are.
package struct DecodedForm: Hashable, Sendable {
  package struct Pair: Hashable, Sendable {
    package let name: Range<Int>
    package let value: Range<Int>
  }

  package private(set) var bytes: [UInt8] = []
  package private(set) var pairs: [Pair] = []

  /// `a=1&b=two+words&c=%C3%AB`; a name without `=` has an empty value. No more than so many are read.
  ///
  /// Not generic: it would not be specialised in other modules, and take ten times as long.
  package init(_ text: ArraySlice<UInt8>, atMost limit: Int = .max) {
    bytes.reserveCapacity(text.count + 16)
    pairs.reserveCapacity(16)
    var start = text.startIndex
    while start < text.endIndex, pairs.count < limit {
      let end = text[start...].firstIndex(of: UInt8(ascii: "&")) ?? text.endIndex
      if end > start { append(text[start..<end]) }
      start = end + 1
    }
  }

  private mutating func append(_ pair: ArraySlice<UInt8>) {
    let equals = pair.firstIndex(of: UInt8(ascii: "="))
    let name = append(decoding: pair[..<(equals ?? pair.endIndex)])
    let value = append(decoding: equals.map { pair[($0 + 1)...] } ?? [])
    pairs.append(Pair(name: name, value: value))
  }

  private mutating func append(decoding part: ArraySlice<UInt8>) -> Range<Int> {
    let start = bytes.count
    Forms.append(percentDecoding: part, plusIsSpace: true, to: &bytes)
    defer { bytes.append(0) }
    return start..<bytes.count
  }
}
