/// In how many parts a text goes out by SMS, and so what it costs.
///
///     GSM-7: 160 septets alone, 153 a part; some characters take two
///     UCS-2: 70 units alone, 67 a part; what stands outside the basic plane takes two
package struct SMSSegments: Hashable, Sendable {
  package enum Encoding: Hashable, Sendable { case gsm7, ucs2 }

  package let encoding: Encoding
  /// One for a text that says nothing: it is a message all the same.
  package let count: Int

  package init(_ text: String) {
    let septets = text.unicodeScalars.map(Self.septets)
    if septets.contains(0) {
      encoding = .ucs2
      count = Self.parts(text.unicodeScalars.map { $0.value > 0xFFFF ? 2 : 1 }, alone: 70, part: 67)
    } else {
      encoding = .gsm7
      count = Self.parts(septets, alone: 160, part: 153)
    }
  }

  /// What takes two places is never divided between parts.
  private static func parts(_ widths: [Int], alone: Int, part: Int) -> Int {
    guard widths.reduce(0, +) > alone else { return 1 }
    var (parts, used) = (1, 0)
    for width in widths {
      if used + width > part { (parts, used) = (parts + 1, 0) }
      used += width
    }
    return parts
  }

  /// 0 where GSM 03.38 has no such character.
  private static func septets(_ scalar: Unicode.Scalar) -> Int {
    basic.contains(scalar) ? 1 : extended.contains(scalar) ? 2 : 0
  }

  private static let basic = Set(
    ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
      + "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà").unicodeScalars)

  private static let extended = Set("\u{0C}^{}\\[~]|€".unicodeScalars)
}
