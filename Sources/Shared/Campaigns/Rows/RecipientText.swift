package import Domain

/// A recipient as it stands in somebody's list, spoilt as spreadsheets spoil numbers.
///
///     +39 333 123-4567   0039 333…   333 1234567   '+39…   ="+39…"   ＋３９…      read
///     393331234567.0     +49 (0) 151 …   tel:+39…   whatsapp:+39…                  read
///     3,93E+11           4915112345678 where +39 is the prefix   #N/A   a / b      refused, each with its sentence
package enum RecipientText {
  package static func read(
    _ text: ArraySlice<UInt8>, defaultPrefix: DialPrefix
  ) throws(RecipientFault) -> Recipient {
    if isPlain(text) {
      return .phone(try number(String(decoding: text, as: UTF8.self), defaultPrefix))
    }
    let given = unwrapped(String(decoding: text, as: UTF8.self))
    guard !given.isEmpty else {
      throw RecipientFault(.noRecipient, "is empty; every row needs a recipient")
    }
    let bare = given.hasPrefix("bsuid:") ? String(given.dropFirst("bsuid:".count)) : given
    if Recipient.isBusinessScoped(bare) { return .businessScoped(bare) }
    try refuseSpoilt(given)
    return .phone(try number(wholeNumber(withoutTrunkZero(given)), defaultPrefix))
  }

  /// `+` and digits, which most lists have.
  private static func isPlain(_ text: ArraySlice<UInt8>) -> Bool {
    text.first == UInt8(ascii: "+") && text.dropFirst().allSatisfy(isDigit)
  }

  /// Without what spreadsheets and contact lists put around a number, and with every digit as 0 to 9.
  private static func unwrapped(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { scalars.append(plain(scalar)) }
    var given = String(scalars).trimmed
    if given.hasPrefix("=") { given = String(given.dropFirst()).trimmed }
    for quotes in ["\"", "'", "`"] {
      if given.hasPrefix(quotes) { given.removeFirst() }
      if given.hasSuffix(quotes) { given.removeLast() }
    }
    for scheme in ["tel:", "whatsapp:", "sms:"] where given.lowercased().hasPrefix(scheme) {
      given = String(given.dropFirst(scheme.count))
    }
    return given.trimmed
  }

  /// Full-width and other digits, signs and dashes as on a keyboard; marks that nobody sees as a space.
  private static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    guard scalar.value >= 0x80 else { return scalar }
    if scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue {
      return Unicode.Scalar(UInt8(ascii: "0") + UInt8(value))
    }
    switch scalar.value {
    case 0xFF0B, 0xFE62: return "+"
    case 0x2010...0x2015, 0x2212, 0xFE63, 0xFF0D: return "-"
    case 0xFF08: return "("
    case 0xFF09: return ")"
    case 0x2018, 0x2019, 0x201B, 0xB4: return "'"
    case 0x201C, 0x201D: return "\""
    default:
      let isUnseen =
        scalar.properties.isWhitespace || scalar.properties.isDefaultIgnorableCodePoint
        || scalar.properties.generalCategory == .format
      return isUnseen ? " " : scalar
    }
  }

  private static func refuseSpoilt(_ given: String) throws(RecipientFault) {
    if isShortened(given) {
      throw RecipientFault(
        .shortenedNumber,
        "is \(given.prefix(30)), to which a spreadsheet has shortened the number; its last digits are lost: format the "
          + "column as text, enter the numbers again and export the list again")
    }
    if given.hasPrefix("#") {
      throw RecipientFault(
        .spreadsheetError,
        "is \(given.prefix(30)), a spreadsheet's sign that it has no value or no room to show it; correct the cell and "
          + "export the list again")
    }
    let separators = given.unicodeScalars.filter { ";,|/".unicodeScalars.contains($0) }
    let digits = given.utf8.count(where: isDigit)
    if digits > 15, !separators.isEmpty || given.utf8.count(where: { $0 == UInt8(ascii: "+") }) > 1
    {
      throw RecipientFault(
        .severalNumbers, "has more than one number; give each recipient a row of its own")
    }
  }

  /// `3.93E+11`, `3,93331e11`.
  private static func isShortened(_ given: String) -> Bool {
    let parts = given.utf8.split(omittingEmptySubsequences: false) {
      $0 == UInt8(ascii: "E") || $0 == UInt8(ascii: "e")
    }
    guard parts.count == 2, let exponent = parts.last, let mantissa = parts.first else {
      return false
    }
    let power = exponent.first == UInt8(ascii: "+") ? exponent.dropFirst() : exponent
    let points = mantissa.count { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ",") }
    return (1...3).contains(power.count) && power.allSatisfy(isDigit) && points <= 1
      && mantissa.first.map(isDigit) == true
      && mantissa.allSatisfy { isDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ",") }
  }

  /// A number that a program took for a quantity ends `.0` or `,00`; it has all of its digits.
  private static func wholeNumber(_ given: String) -> String {
    let bytes = given.utf8
    guard let point = bytes.lastIndex(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ",") })
    else { return given }
    let (whole, decimals) = (bytes[..<point], bytes[bytes.index(after: point)...])
    let isQuantity =
      (1...2).contains(decimals.count) && decimals.allSatisfy { $0 == UInt8(ascii: "0") }
      && (9...15).contains(whole.count) && whole.allSatisfy(isDigit)
      && whole.first != UInt8(ascii: "0")
    return isQuantity ? String(given[..<point]) : given
  }

  /// `+49 (0) 151 …` is dialled with the prefix or with the 0, never with both. Only Italian numbers keep theirs.
  private static func withoutTrunkZero(_ given: String) -> String {
    guard let zero = given.firstRange(of: "(0)") else { return given }
    let before = String(given[..<zero.lowerBound].filter { $0.isASCII && $0.isNumber || $0 == "+" })
    let isInternational = before.hasPrefix("+") || before.hasPrefix("00")
    guard isInternational, before != "+39", before != "0039" else { return given }
    return String(given[..<zero.lowerBound] + given[zero.upperBound...])
  }

  private static func number(
    _ text: String, _ prefix: DialPrefix
  ) throws(RecipientFault) -> PhoneNumber {
    let isNational = !text.hasPrefix("+") && !text.hasPrefix("00")
    let number: PhoneNumber
    do throws(PhoneNumberFault) {
      number = try PhoneNumber(text, defaultPrefix: prefix)
    } catch {
      if isNational, let lost = lostPlus(text, prefix) { throw lost }
      throw RecipientFault(.notANumber, "must be a phone number: it \(error)")
    }
    if isNational, prefix == .italy { try refuseSpoiltItalian(number, text) }
    return number
  }

  /// Italian numbers begin with 3 where they are mobiles, of at most ten digits, else with 0, which no spreadsheet keeps
  /// in front of a quantity. What is neither gets no message: it would be another person's.
  private static func refuseSpoiltItalian(
    _ number: PhoneNumber, _ text: String
  ) throws(RecipientFault) {
    let national = number.digits.dropFirst(2)
    guard national.first != "0" else { return }
    if national.utf8.count > 10, let lost = lostPlus(text, .italy) { throw lost }
    guard national.first != "3" else { return }
    throw RecipientFault(
      .lostZero,
      "begins with neither 3 nor 0, as no Italian number does; if a spreadsheet has taken its 0, or its + and prefix, "
        + "write them again in a column that is formatted as text")
  }

  private static func lostPlus(_ text: String, _ prefix: DialPrefix) -> RecipientFault? {
    guard text.utf8.first != UInt8(ascii: "0"), let meant = withPlus(text) else { return nil }
    return RecipientFault(
      .lostPlus,
      "is no number of \(prefix.text); if it is \(meant.e164), a spreadsheet has taken its +: write it with the +, in a "
        + "column that is formatted as text")
  }

  private static func withPlus(_ text: String) -> PhoneNumber? {
    do { return try PhoneNumber("+" + text) } catch { return nil }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}

package struct RecipientFault: Error, Hashable, Sendable {
  package let reason: RowFault.Reason
  package let detail: String

  init(_ reason: RowFault.Reason, _ detail: String) {
    (self.reason, self.detail) = (reason, detail)
  }
}
