import Domain
import Testing

@Suite struct MarketingReachTests {
  static let refusals: [(String, PriceCategory, Sender.Channel, Bool)] = [
    ("US", .marketing, .metaWhatsApp, true), ("US", .marketing, .twilioWhatsApp, true),
    ("US", .marketing, .twilioSandbox, true), ("US", .marketingLite, .metaWhatsApp, true),
    ("US", .utility, .metaWhatsApp, false), ("US", .authentication, .metaWhatsApp, false),
    ("US", .service, .metaWhatsApp, false), ("US", .marketing, .twilioSMS, false),
    ("US", .marketing, .twilioRCS, false), ("CA", .marketing, .metaWhatsApp, false),
    ("PR", .marketing, .metaWhatsApp, false), ("JM", .marketing, .metaWhatsApp, false),
    ("GU", .marketing, .metaWhatsApp, false), ("IT", .marketing, .metaWhatsApp, false),
  ]

  @Test("only marketing by WhatsApp to the United States is refused", arguments: refusals)
  func refused(region: String, category: PriceCategory, channel: Sender.Channel, isRefused: Bool) {
    #expect(
      MarketingReach.isRefused(region: region, category: category, channel: channel) == isRefused)
  }

  @Test(
    "Meta's limit for a person is off in some countries",
    arguments: [
      ("IT", false), ("DE", false), ("IS", false), ("LI", false), ("NO", false), ("GB", false),
      ("JP", false), ("KR", false), ("CH", true), ("IN", true), ("BR", true), ("US", true),
      ("TR", true), ("KP", true), ("", true),
    ])
  func limited(region: String, isLimited: Bool) {
    #expect(MarketingReach.isLimitedPerUser(region: region) == isLimited)
  }
}
