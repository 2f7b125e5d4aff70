/// About how many tokens a text is to a model, without its vocabulary. Rather too many than too few: a token is four letters of
/// English, three of other Latin languages, two of Greek or Cyrillic, one of Chinese, and half an emoji. So each ASCII
/// character counts a third of a token, the others a half, one, or two, by the bytes that they have.
package enum TokenEstimate {
  package static func tokens(of text: String) -> Int {
    var sixths = 0
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case ..<0x80: sixths += 2
      case ..<0x800: sixths += 3
      case ..<0x10000: sixths += 6
      default: sixths += 12
      }
    }
    return (sixths + 5) / 6
  }

  /// Each message has a role and marks around it.
  static let perMessage = 4
}
