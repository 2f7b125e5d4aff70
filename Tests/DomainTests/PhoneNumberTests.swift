import Domain
import JSON
import Testing

@Suite struct PhoneNumberTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let input: String
    let e164: String?
    var testDescription: String { input }
  }

  static let rows: [Row] = {
    guard let rows = try? JSONDocument(PackageResources.e164_json).root["rows"]?.items else {
      return []
    }
    return rows.map {
      Row(input: $0["input"]?.string ?? "", e164: $0["libphonenumber_region_IT"]?.string)
    }
  }()

  @Test("agrees with libphonenumber's E.164 wherever a send may go", arguments: rows)
  func vectors(row: Row) {
    let refusedHere = ["112", "+393331234567x12"]
    let expected = refusedHere.contains(row.input) ? nil : row.e164
    #expect((try? PhoneNumber(row.input))?.e164 == expected)
  }

  @Test("the vectors are there")
  func vectorsAreThere() { #expect(Self.rows.count == 19) }

  @Test("a number that was checked is believed when it is read again, and nothing else is")
  func written() throws {
    for row in Self.rows {
      guard let e164 = row.e164, let number = try? PhoneNumber(e164) else { continue }
      #expect(try PhoneNumber(written: number.e164) == number)
    }
    // The library's data may be others where it was checked.
    #expect(try PhoneNumber(written: "+99912345678").e164 == "+99912345678")
    #expect(try PhoneNumber(written: "333 1234567") == PhoneNumber("+393331234567"))
    for text in ["", "+", "+0123456789", "+1234567", "+1234567890123456", "+39333x234567"] {
      #expect(throws: PhoneNumberFault.self) { try PhoneNumber(written: text) }
    }
    #expect(try Recipient(written: "IT.abc123") == .businessScoped("IT.abc123"))
  }

  @Test(
    "says why it refuses",
    arguments: [
      ("", PhoneNumberFault.noDigits), ("+", .noDigits), (" () ", .noDigits),
      ("+39 333 123 4567 ext 2", .character("e")), ("++393331234567", .character("+")),
      ("39+3331234567", .character("+")), ("٣٣٣١٢٣٤٥٦٧", .character("٣")),
      ("+1234567", .wrongLength), ("+1234567890123456", .wrongLength),
      ("+0123456789", .wrongLength),
      ("+393", .wrongLength), ("+391", .wrongLength), ("+15550", .wrongLength),
      ("+1650253000012", .impossible), ("+441", .wrongLength), ("+99912345678", .impossible),
    ])
  func refusals(text: String, fault: PhoneNumberFault) {
    #expect(throws: fault) { try PhoneNumber(text) }
  }

  @Test(
    "leaves it to the provider whether a number is too short for its country",
    arguments: ["+1234567890", "+3912345678"])
  func short(text: String) throws {
    #expect(try PhoneNumber(text).e164 == text)
  }

  @Test(
    "puts the sender's own prefix before a number that has none",
    arguments: [
      ("07911123456", "+4407911123456"), ("7911123456", "+447911123456"),
      ("+393331234567", "+393331234567"), ("00393331234567", "+393331234567"),
    ])
  func otherPrefix(text: String, e164: String) throws {
    let prefix = try #require(DialPrefix("+44"))
    #expect((try? PhoneNumber(text, defaultPrefix: prefix))?.e164 == e164)
  }

  @Test("drops what comes along when a number is copied from a chat")
  func invisibleMarks() throws {
    #expect(
      try PhoneNumber("\u{202A}+39\u{A0}333\u{202F}123-45.67\u{202C}").e164 == "+393331234567")
  }

  @Test(
    "is the default prefix of Italy unless it is a prefix",
    arguments: ["39", "+", "+0", "+12345", "+3a"])
  func prefixes(text: String) {
    #expect(DialPrefix(text) == nil)
  }

  @Test(
    "knows the other form under which a person may write",
    arguments: [
      ("+5541988887777", ["+554188887777"]), ("+554188887777", ["+5541988887777"]),
      ("+554132345678", []), ("+5541932345678", []),
      ("+5215512345678", ["+525512345678"]), ("+525512345678", ["+5215512345678"]),
      ("+5491112345678", ["+541112345678"]), ("+541112345678", []), ("+393331234567", []),
    ])
  func variants(number: String, others: [String]) throws {
    #expect(try PhoneNumber(number).variants.map(\.e164) == others)
  }

  @Test(
    "tells a business-scoped id from a number",
    arguments: [
      ("US.13491208655302741918", true), ("IT.ENT.1a2B", true), ("US.", false), ("USA.123", false),
      ("us.123", false), ("US.12 3", false), ("+393331234567", false), ("US.1.2", false),
    ])
  func businessScoped(text: String, isOne: Bool) {
    #expect(Recipient.isBusinessScoped(text) == isOne)
  }
}
