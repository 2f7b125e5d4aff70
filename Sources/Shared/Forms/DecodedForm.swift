/// The pairs of a query or of a form body, decoded to the bytes that they stand for, in one run: two
/// allocations however many there are. A zero ends each name and each value that stands there, so that the
/// run is UTF-8 where all of them are.
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
    var reader = PairReader()
    let text = text.span
    // Each `&` and each `=` leaves its place to a zero, but there may be no `&` at the end.
    bytes = [UInt8](capacity: text.count + 1) { output in
      reader.read(text, atMost: limit, to: &output)
    }
    pairs = reader.pairs
  }

  /// In the order of the names' bytes, which for UTF-8 is that of code points; those of one name stay in the
  /// order they came.
  package mutating func sort() {
    let bytes = bytes
    pairs.sort { precedes(bytes.span.extracting($0.name), bytes.span.extracting($1.name)) }
  }
}

/// Goes over the text once.
private struct PairReader {
  private(set) var pairs: [DecodedForm.Pair] = []
  /// Of the pair that is being read, once its `=` has come.
  private var name: Range<Int>?
  /// Where the name or the value that is being read began.
  private var start = 0

  mutating func read(
    _ text: Span<UInt8>, atMost limit: Int, to output: inout OutputSpan<UInt8>
  ) {
    var (place, begin) = (0, 0)
    while place < text.count, pairs.count < limit {
      switch text[place] {
      case UInt8(ascii: "&"):
        if place > begin { endPair(&output) }
        place += 1
        begin = place
      case UInt8(ascii: "=") where name == nil:
        name = endPart(&output)
        place += 1
      default:
        append(percentDecoding: text, at: &place, plus: UInt8(ascii: " "), to: &output)
      }
    }
    if place > begin, pairs.count < limit { endPair(&output) }
  }

  private mutating func endPair(_ output: inout OutputSpan<UInt8>) {
    let last = endPart(&output)
    let empty = last.upperBound..<last.upperBound
    pairs.append(DecodedForm.Pair(name: name ?? last, value: name == nil ? empty : last))
    name = nil
  }

  private mutating func endPart(_ output: inout OutputSpan<UInt8>) -> Range<Int> {
    let part = start..<output.count
    output.append(0)
    start = output.count
    return part
  }
}

/// The order of bytes.
package func precedes(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
  for place in 0..<min(left.count, right.count) where left[place] != right[place] {
    return left[place] < right[place]
  }
  return left.count < right.count
}
