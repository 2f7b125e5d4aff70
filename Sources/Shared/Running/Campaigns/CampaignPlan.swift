package import Domain
package import Time

/// What is foretold of a campaign, from the state of its lanes at one moment.
package struct CampaignPlan: Sendable {
  package let at: Timestamp
  /// Still to be written to, opted out, and whatever else is known of them beforehand.
  package let people: People
  package let forecast: CampaignForecast
  package let currency: String?
  /// Of the portfolios whose limit of recipients holds it.
  package let tiers: [Tiers]

  /// How the limit of some of its senders may rise.
  package struct Tiers: Sendable {
    package let senders: [SenderID]
    /// In the last seven days.
    package let used: Int
    package let limit: Int
    package let plan: TierPlan
  }

  package struct People: Hashable, Sendable {
    /// Not begun yet.
    package var waiting = 0
    package var optedOut = 0
    /// Nobody sends them marketing now, as its provider spared them.
    package var resting = 0
    package var inWindow = 0
    /// How many live where nobody knows the hours.
    package var withoutHours = 0
  }
}
