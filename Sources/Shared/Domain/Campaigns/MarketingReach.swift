/// Where Meta lets marketing templates through.
package enum MarketingReach {
  /// Whether no marketing template reaches people there: since the first of April 2025 those whose number is one of the
  /// United States'. Canada and other countries with +1 are not among them.
  package static func isRefused(
    region: String, category: PriceCategory, channel: Sender.Channel
  ) -> Bool {
    region == "US" && isMarketing(category) && isWhatsApp(channel)
  }

  /// Whether Meta limits how many marketing templates of all businesses a person gets there (131049). It does not in the
  /// European Economic Area, the United Kingdom, Japan and South Korea; where the sender's number is of one of these, it
  /// does not anywhere.
  package static func isLimitedPerUser(region: String) -> Bool { !unlimited.contains(region) }

  private static func isMarketing(_ category: PriceCategory) -> Bool {
    category == .marketing || category == .marketingLite
  }

  private static func isWhatsApp(_ channel: Sender.Channel) -> Bool {
    switch channel {
    case .metaWhatsApp, .twilioWhatsApp, .twilioSandbox: true
    case .twilioSMS, .twilioRCS: false
    }
  }

  /// The Union, then Iceland, Liechtenstein and Norway, then the other three. Territories whose numbers have letters of
  /// their own are left out, so that a limit is rather expected than overlooked; the Aland Islands belong to the Union.
  private static let unlimited = Set(
    """
    AT AX BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK \
    IS LI NO GB JP KR
    """.split(separator: " ").map(String.init))
}
