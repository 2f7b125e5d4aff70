/// Characters that nobody sees and that carry words all the same, turn others round, or split them: controls, marks of
/// direction, spaces without width, tags. Where a script or an emoji needs one it is not hidden.
package enum HiddenCharacters {
  package static func isFound(in text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    return scalars.indices.contains { isHidden(at: $0, of: scalars) }
  }

  static func isHidden(at place: Int, of scalars: [Unicode.Scalar]) -> Bool {
    let scalar = scalars[place]
    if scalar.value < 0x7F {
      return scalar.value < 0x20 && !"\n\t\r".unicodeScalars.contains(scalar)
    }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .control, .privateUse, .surrogate, .lineSeparator, .paragraphSeparator: return true
    default: break
    }
    // Interlinear notes, and a letter of Braille without a dot.
    if (0xFFF9...0xFFFB).contains(scalar.value) || scalar.value == 0x2800 { return true }
    guard properties.isDefaultIgnorableCodePoint || properties.isNoncharacterCodePoint else {
      return false
    }
    return !isNeeded(at: place, of: scalars)
  }

  /// In the midst of what it belongs to.
  private static func isNeeded(at place: Int, of scalars: [Unicode.Scalar]) -> Bool {
    guard place > 0 else { return false }
    let before = scalars[place - 1]
    let after = place + 1 < scalars.count ? scalars[place + 1] : nil
    switch scalars[place].value {
    case 0xFE0E, 0xFE0F: return before.properties.isEmoji
    case 0x200C: return joins(before) && (after.map(joins) ?? false)
    case 0x200D:
      guard let after else { return false }
      let isShaped = before.value == 0xFE0F && place > 1 && isPicture(scalars[place - 2])
      return joins(before) && joins(after) || (isPicture(before) || isShaped) && isPicture(after)
    case 0xE0020...0xE007F: return isInFlag(place, scalars)
    default: return false
    }
  }

  /// A part of an emoji that is made of several.
  private static func isPicture(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value > 0xFF && scalar.properties.isEmoji
  }

  /// Letters of Arabic and of the scripts of India, whose shapes depend on it.
  private static func joins(_ scalar: Unicode.Scalar) -> Bool {
    (0x0600...0x0DFF).contains(scalar.value) && !scalar.properties.isDefaultIgnorableCodePoint
  }

  /// Of England, Scotland or Wales: the only ones that are spelt with tags.
  private static func isInFlag(_ place: Int, _ scalars: [Unicode.Scalar]) -> Bool {
    func isTag(_ scalar: Unicode.Scalar) -> Bool { (0xE0020...0xE007F).contains(scalar.value) }
    let longest = 6
    var start = place
    while start > 0, isTag(scalars[start]), place - start <= longest { start -= 1 }
    guard scalars[start].value == 0x1F3F4 else { return false }
    let tags = scalars[(start + 1)...].prefix(longest + 1).prefix(while: isTag)
    let word = String(
      String.UnicodeScalarView(tags.compactMap { Unicode.Scalar($0.value - 0xE0000) }))
    return ["gbeng\u{7F}", "gbsct\u{7F}", "gbwls\u{7F}"].contains(word)
  }
}
