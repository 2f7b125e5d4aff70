import Campaigns
import Domain
import JSON
import Testing

@Suite struct RecipientTextTests {
  /// One cell of somebody's list and what is made of it.
  struct Cell: CustomTestStringConvertible, Sendable {
    let text: String
    let prefix: String
    let recipient: String?
    let reason: String?
    let sentence: String?
    var testDescription: String { text }
  }

  static let cells: [Cell] = {
    guard let rows = JSONValue(whole: PackageResources.recipients_json)?["cells"]?.items else {
      return []
    }
    return rows.map { row in
      Cell(
        text: row["text"]?.string ?? "", prefix: row["prefix"]?.string ?? "+39",
        recipient: row["recipient"]?.string, reason: row["reason"]?.string,
        sentence: row["sentence"]?.string)
    }
  }()

  @Test("the cells are there")
  func cellsAreThere() {
    #expect(Self.cells.count >= 70)
    #expect(Self.cells.allSatisfy { ($0.recipient == nil) != ($0.reason == nil) })
  }

  @Test(
    "reads numbers as people have them, and says what a spreadsheet has spoilt", arguments: cells)
  func reads(cell: Cell) throws {
    let prefix = try #require(DialPrefix(cell.prefix))
    do throws(RecipientFault) {
      let recipient = try RecipientText.read(Array(cell.text.utf8)[...], defaultPrefix: prefix)
      #expect(recipient.description == cell.recipient, "\(cell.reason ?? "")")
    } catch {
      #expect(error.reason.rawValue == cell.reason, "\(error.detail)")
      if let sentence = cell.sentence { #expect(error.detail.contains(sentence)) }
    }
  }

  @Test("reads plain numbers as the send API does")
  func asTheAPI() throws {
    for text in [
      "+393331234567", "00393331234567", "333 123 4567", "06 12345678", "+1 (650) 253-0000",
    ] {
      let number = try PhoneNumber(text)
      #expect(
        try RecipientText.read(Array(text.utf8)[...], defaultPrefix: .italy) == .phone(number))
    }
  }
}
