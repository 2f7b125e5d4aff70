private import PhoneLibrary

/// A number in E.164 form: `+`, then 8 to 15 digits of which the first is not 0.
package struct PhoneNumber: Hashable, Sendable, CustomStringConvertible {
  package let e164: String

  package var description: String { e164 }

  /// The digits without `+`, as `wa_id` and `WaId` have them.
  package var digits: Substring { e164.dropFirst() }

  /// Reads what people and systems type. A number without an international prefix gets
  /// `defaultPrefix` and keeps a leading 0, as Italian landlines need; twelve digits that start `393`
  /// are taken as international already.
  package init(_ text: String, defaultPrefix: DialPrefix = .italy) throws(PhoneNumberFault) {
    if let plain = Self.plainE164(text) {
      e164 = plain
    } else {
      e164 = try Self.international(Self.stripped(text), defaultPrefix)
    }
    guard (9...16).contains(e164.utf8.count), e164.utf8.dropFirst().first != UInt8(ascii: "0")
    else {
      throw .wrongLength
    }
    // Old Mexican mobiles are no longer in the library's data, but such ids still write to us.
    let isOldMexicanMobile = e164.hasPrefix("+521") && e164.utf8.count == 14
    // Too short for its country is left to the provider: +1234567890 stands in many a caller's examples.
    guard isOldMexicanMobile || !numberIsImpossible(e164) else { throw .impossible }
  }

  /// As `e164` gave it: asked once, when it came in, the library is not asked again. Anything else is read as what
  /// people type.
  package init(written text: String) throws(PhoneNumberFault) {
    guard let plain = Self.plainE164(text), (9...16).contains(plain.utf8.count),
      plain.utf8.dropFirst().first != UInt8(ascii: "0")
    else {
      self = try PhoneNumber(text)
      return
    }
    e164 = plain
  }

  /// The text itself where nothing has to be stripped or added.
  private static func plainE164(_ text: String) -> String? {
    guard text.utf8.first == UInt8(ascii: "+"), text.utf8.count > 1,
      text.utf8.dropFirst().allSatisfy(isDigit)
    else {
      return nil
    }
    return text
  }

  private static func stripped(_ text: String) throws(PhoneNumberFault) -> String {
    var kept = ""
    for scalar in text.unicodeScalars where !separators.contains(scalar) {
      let isLeadingPlus = scalar == "+" && kept.isEmpty
      guard isLeadingPlus || ("0"..."9").contains(scalar) else {
        throw .character(scalar)
      }
      kept.unicodeScalars.append(scalar)
    }
    guard kept.utf8.contains(where: isDigit) else { throw .noDigits }
    return kept
  }

  private static func international(_ number: String, _ prefix: DialPrefix) -> String {
    if number.hasPrefix("+") { return number }
    if number.hasPrefix("00") { return "+" + number.dropFirst(2) }
    if prefix == .italy, number.hasPrefix("393"), number.utf8.count == 12 { return "+" + number }
    return prefix.text + number
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// Spaces of every kind, the usual punctuation, and the invisible direction marks that come along when
  /// a number is copied from a chat.
  private static let separators: Set<Unicode.Scalar> = [
    " ", "-", ".", "(", ")", "/", "\t", "\u{A0}", "\u{202F}", "\u{2007}", "\u{2009}", "\u{2010}",
    "\u{2011}", "\u{200B}", "\u{200E}", "\u{200F}", "\u{202A}", "\u{202B}", "\u{202C}", "\u{202D}",
    "\u{202E}", "\u{2066}", "\u{2067}", "\u{2068}", "\u{2069}", "\u{FEFF}",
  ]
}

package enum PhoneNumberFault: Error, Hashable, CustomStringConvertible {
  case noDigits
  case character(Unicode.Scalar)
  case wrongLength
  case impossible

  package var description: String {
    switch self {
    case .noDigits: "has no digits"
    case .character(let scalar):
      "contains \(Self.shown(scalar)), which no phone number has"
    case .wrongLength: "must have 8 to 15 digits after the international prefix"
    case .impossible: "has no country's prefix, or a length that no number of its country has"
    }
  }

  /// As people see it, or its number where there is nothing to see.
  private static func shown(_ scalar: Unicode.Scalar) -> String {
    let properties = scalar.properties
    let isSeen =
      !properties.isWhitespace && !properties.isDefaultIgnorableCodePoint
      && properties.generalCategory != .control && properties.generalCategory != .format
    let code = String(scalar.value, radix: 16, uppercase: true)
    return isSeen
      ? "\"\(Character(scalar))\""
      : "the character U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code)"
  }
}

/// `+` and one to four digits, put before numbers that come without.
package struct DialPrefix: Hashable, Sendable {
  package let text: String

  package static let italy = DialPrefix(known: "+39")

  package init?(_ text: String) {
    let digits = text.utf8.dropFirst()
    guard text.hasPrefix("+"), (1...4).contains(digits.count), digits.first != UInt8(ascii: "0"),
      digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    self.text = text
  }

  private init(known text: String) { self.text = text }
}
