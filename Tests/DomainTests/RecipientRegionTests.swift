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

  /// Where numbers begin that are told apart by the very next digit, and how many follow it.
  static let narrow: [(String, Int)] = [
    ("+152331", 4), ("+152460", 4), ("+4411470", 4), ("+4411373", 4), ("+4416977", 3),
    ("+4412763", 3), ("+6185122", 3), ("+6185117", 3), ("+390669", 3), ("+611345", 3),
  ]

  @Test("what was found for one number is right for all that it is used for", arguments: narrow)
  func likeNumbers(start: String, following: Int) {
    var random = Seeded(state: 39)
    for next in 0...9 {
      for _ in 0..<3 {
        let number = "\(start)\(next)\(Self.digits(following, &random))"
        #expect(numberRegion(number) == uncachedNumberRegion(number), "\(number)")
      }
    }
  }

  /// Codes that several regions share, and how many digits may follow.
  static let shared: [(String, ClosedRange<Int>)] = [
    ("1", 10...10), ("7", 10...10), ("39", 6...12), ("44", 7...10), ("47", 5...8), ("61", 5...12),
    ("212", 9...9), ("262", 9...9), ("290", 4...5), ("358", 5...12), ("590", 9...9), ("599", 7...8),
  ]

  @Test("and for numbers of all lengths, as they may come", arguments: shared)
  func anyNumbers(code: String, lengths: ClosedRange<Int>) {
    var random = Seeded(state: 39)
    for _ in 0..<150 {
      let length = Int.random(in: lengths, using: &random)
      let start = "+\(code)\(Self.digits(length - 4, &random))"
      for _ in 0..<4 {
        let number = start + Self.digits(4, &random)
        #expect(numberRegion(number) == uncachedNumberRegion(number), "\(number)")
      }
    }
  }

  private static func digits(_ count: Int, _ random: inout Seeded) -> String {
    String((0..<count).map { _ in "0123456789".randomElement(using: &random) ?? "0" })
  }
}
