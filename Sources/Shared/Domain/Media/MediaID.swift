/// What a file is called that was handed to us: 32 hex digits that nobody can guess.
package struct MediaID: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  /// nil for what is no such id.
  package init?(_ text: String) {
    guard text.utf8.count == Self.length,
      text.utf8.allSatisfy({
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      })
    else { return nil }
    self.text = text
  }

  package static let length = 32

  package var description: String { text }
}
