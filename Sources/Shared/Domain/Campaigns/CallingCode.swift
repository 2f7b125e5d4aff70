/// The part of an E.164 number that says the country, or the few countries that share it. The codes are made so that none
/// begins another, so the first digits tell how many there are.
package struct CallingCode: Hashable, Sendable, CustomStringConvertible {
  package let number: Int

  /// nil where the text is no number with `+`.
  package init?(e164 text: String) {
    let digits = text.utf8.dropFirst().prefix(3).map { Int($0) - 0x30 }
    guard text.utf8.first == UInt8(ascii: "+"), digits.count == 3,
      digits.allSatisfy({ (0...9).contains($0) }), digits[0] != 0
    else { return nil }
    let two = digits[0] * 10 + digits[1]
    number =
      switch digits[0] {
      case 1, 7: digits[0]
      case _ where Self.ofTwoDigits.contains(two): two
      default: two * 10 + digits[2]
      }
  }

  private static let ofTwoDigits = Set(
    [20, 27, 36, 39, 81, 82, 84, 86, 98] + Array(30...34) + [40, 41] + Array(43...49)
      + Array(51...58) + Array(60...66) + Array(90...95))

  package var description: String { "+\(number)" }
}
