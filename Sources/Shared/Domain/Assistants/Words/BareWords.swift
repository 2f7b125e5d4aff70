/// A text without all that one can change and still have it read: case, accents, signs, spaces, and letters of other
/// alphabets that look the same.
struct BareWords: Hashable, Sendable {
  let words: [String]

  init(_ text: String) {
    var words: [String] = []
    var word = String.UnicodeScalarView()
    let scalars = Array(text.unicodeScalars)
    for place in scalars.indices where !HiddenCharacters.isHidden(at: place, of: scalars) {
      if scalars[place].isASCII {
        // Most of it: nothing has to be looked up.
        if Self.isUsual(scalars[place]) {
          word.append(scalars[place])
        } else if !word.isEmpty {
          words.append(String(word).folded)
          word = String.UnicodeScalarView()
        }
        continue
      }
      let scalar = PlainScalars.lookAlike(PlainScalars.plain(scalars[place]))
      let properties = scalar.properties
      if properties.isAlphabetic || properties.numericType == .decimal {
        word.append(scalar)
      } else if !Self.isMark(properties), !word.isEmpty {
        words.append(String(word).folded)
        word = String.UnicodeScalarView()
      }
    }
    if !word.isEmpty { words.append(String(word).folded) }
    self.words = words
  }

  private static func isUsual(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9": true
    default: false
    }
  }

  /// An accent that stands by itself belongs to the letter before it.
  private static func isMark(_ properties: Unicode.Scalar.Properties) -> Bool {
    properties.generalCategory == .nonspacingMark || properties.generalCategory == .enclosingMark
      || properties.isVariationSelector
  }

  /// All letters and digits in a row.
  var letters: [UInt8] { words.flatMap { Array($0.utf8) } }
}
