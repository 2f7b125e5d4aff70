/// Bytes as they come, in lines. One that is too long is the last.
package struct LineSplitter {
  private let longest: Int
  private var rest: [UInt8] = []
  /// A line was longer than any may be; nothing is taken from then on.
  package private(set) var isOver = false

  package init(longest: Int) { self.longest = longest }

  /// The lines that are whole now, each without its end.
  package mutating func take(_ bytes: some Collection<UInt8>) -> [[UInt8]] {
    guard !isOver else { return [] }
    var lines: [[UInt8]] = []
    for part in bytes.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    ).enumerated() {
      if part.offset > 0 {
        lines.append(rest)
        rest = []
      }
      rest += part.element
      guard rest.count <= longest else {
        isOver = true
        rest = []
        return lines
      }
    }
    return lines
  }
}
