/// The pairs of a query or of a form body, decoded to the bytes that they stand for, in one run: two
/// allocations however many there are. A zero ends each name and each value, so that the run is UTF-8 where
/// all of them are.
package struct DecodedForm: Hashable, Sendable {
  package struct Pair: Hashable, Sendable {
    package let name: Range<Int>
    package let value: Range<Int>
  }

  package let bytes: [UInt8]
  package private(set) var pairs: [Pair]

  /// `a=1&b=two+words&c=%C3%AB`; a name without `=` has an empty value. No more than so many are read.
  ///
  /// Not generic: it would not be specialised in other modules, and take ten times as long.
  package init(_ text: ArraySlice<UInt8>, atMost limit: Int = .max) {
    var pairs: [Pair] = []
    let text = text.span
    // Each `&` and each `=` leaves its place to a zero; the last pair may have neither.
    bytes = [UInt8](capacity: text.count + 2) { output in
      var start = 0
      while start < text.count, pairs.count < limit {
        var end = start
        while end < text.count, text[end] != UInt8(ascii: "&") { end += 1 }
        if end > start { pairs.append(Self.decode(text, start..<end, to: &output)) }
        start = end + 1
      }
    }
    self.pairs = pairs
  }

  /// In the order of the names' bytes, which for UTF-8 is that of code points; those of one name stay in the
  /// order they came.
  package mutating func sort() {
    let bytes = bytes
    pairs.sort { precedes(bytes.span.extracting($0.name), bytes.span.extracting($1.name)) }
  }

  private static func decode(
    _ text: Span<UInt8>, _ pair: Range<Int>, to output: inout OutputSpan<UInt8>
  ) -> Pair {
    let equals = pair.first { text[$0] == UInt8(ascii: "=") } ?? pair.upperBound
    let name = append(text, pair.lowerBound..<equals, to: &output)
    let value = append(text, min(equals + 1, pair.upperBound)..<pair.upperBound, to: &output)
    return Pair(name: name, value: value)
  }

  private static func append(
    _ text: Span<UInt8>, _ part: Range<Int>, to output: inout OutputSpan<UInt8>
  ) -> Range<Int> {
    let start = output.count
    Forms.append(percentDecoding: text.extracting(part), plusIsSpace: true, to: &output)
    let end = output.count
    output.append(0)
    return start..<end
  }
}

/// The order of bytes.
package func precedes(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
  for place in 0..<min(left.count, right.count) where left[place] != right[place] {
    return left[place] < right[place]
  }
  return left.count < right.count
}
