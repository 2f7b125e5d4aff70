import Domain
import PhoneLibrary
import Testing

@Suite struct RecipientRegionTests {
  static let known: [(String, String?)] = [
    ("+393331234567", "IT"), ("+390669812345", "VA"), ("+390612345678", "IT"),
    ("+12125550123", "US"), ("+14165550123", "CA"), ("+17875550123", "PR"),
    ("+18765550123", "JM"), ("+18095550123", "DO"), ("+16715550123", "GU"),
    ("+447400123456", "GB"), ("+447781123456", "GG"), ("+4402079460000", "GB"),
    ("+79123456789", "RU"), ("+77011234567", "KZ"), ("+5511961234567", "BR"),
    ("+5215512345678", "MX"), ("+919876543210", "IN"), ("+212650123456", "MA"),
    ("+38344123456", "XK"), ("+599" + "7171234", "BQ"), ("+35818123456", "AX"),
    // Of no region: free numbers of the world, a code that no region has, and no number of a shared code.
    ("+80012345678", nil), ("+21012345678", nil), ("+11234567890", nil),
    ("IT.123abc", "IT"), ("BR.ENT.9Zz", "BR"),
  ]

  @Test("a recipient's region is the one of the number, or of Meta's id", arguments: known)
  func ofRecipient(recipient: String, region: String?) throws {
    let recipient = try Recipient(written: recipient)
    #expect(recipient.region == region)
    // Once more, by what was found before.
    #expect(recipient.region == region)
  }

  @Test("texts that are no numbers have no region", arguments: ["", "+", "+1", "+39x", "39333"])
  func others(text: String) {
    #expect(numberRegion(text) == nil)
  }

  /// Codes that several regions share, and how many digits may follow.
  static let shared: [(String, ClosedRange<Int>)] = [
    ("1", 10...10), ("7", 10...10), ("39", 6...12), ("44", 7...10), ("47", 5...8), ("61", 5...12),
    ("212", 9...9), ("262", 9...9), ("290", 4...5), ("358", 5...12), ("590", 9...9), ("599", 7...8),
  ]

  @Test(
    "what was found for one number is right for all that it is used for", arguments: shared)
  func sharedCode(code: String, lengths: ClosedRange<Int>) {
    var random = Seeded(state: 39)
    func digits(_ count: Int) -> String {
      String((0..<count).map { _ in "0123456789".randomElement(using: &random) ?? "0" })
    }
    for _ in 0..<150 {
      let length = Int.random(in: lengths, using: &random)
      let start = "+\(code)\(digits(length - min(4, length)))"
      for _ in 0..<4 {
        let number = start + digits(min(4, length))
        #expect(numberRegion(number) == uncachedNumberRegion(number), "\(number)")
      }
    }
  }
}
