/// A text of somebody's in which nothing hides: what nobody sees is written out, as in ⟨U+202E⟩, and it has an end.
package struct VisibleText: Hashable, Sendable, CustomStringConvertible {
  package let description: String
  package let wasCut: Bool

  /// Characters are counted in code points.
  package init(_ text: String, most: Int = Self.most) {
    // One more tells that there is more.
    let scalars = Array(text.unicodeScalars.prefix(most + 1))
    var shown = String.UnicodeScalarView()
    var (place, length) = (0, 0)
    while place < scalars.count, length < most {
      if HiddenCharacters.isHidden(at: place, of: scalars) {
        let mark = Self.mark(scalars[place]).unicodeScalars
        shown.append(contentsOf: mark)
        length += mark.count
      } else {
        shown.append(scalars[place])
        length += 1
      }
      place += 1
    }
    wasCut = place < scalars.count
    if wasCut { shown.append(contentsOf: "⟨…⟩".unicodeScalars) }
    description = String(shown)
  }

  /// As long as a text can be that a person writes.
  package static let most = 4096

  private static func mark(_ scalar: Unicode.Scalar) -> String {
    let code = String(scalar.value, radix: 16, uppercase: true)
    return "⟨U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code)⟩"
  }
}
