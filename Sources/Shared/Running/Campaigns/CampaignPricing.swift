package import Campaigns
package import Domain
package import SendStore
package import Settings
package import Time

/// What a message of a campaign costs in each of its places, by the rate card of the settings.
package struct CampaignPricing: Sendable {
  private let card: RateCard?

  package init(_ settings: Settings) { card = settings.prices?.card }

  package var hasCard: Bool { card != nil }
  package var currency: String? { card?.currency }

  /// The least and the most from now to the end of the campaign: prices may change meanwhile. nil where the card has none.
  package func price(
    of category: PriceCategory, in region: String, from now: Timestamp, until end: Timestamp?
  ) -> MessagePrice? {
    guard let card else { return nil }
    let ranges = [now, end ?? now].compactMap {
      card.price(region: region, category: category, at: $0)
    }
    guard let least = ranges.map(\.least.millionths).min(),
      let most = ranges.map(\.most.millionths).max()
    else { return nil }
    return MessagePrice(least: least, most: most)
  }

  package func price(
    in place: CampaignPlace, of campaign: StoredCampaign, _ definition: CampaignDefinition,
    at now: Timestamp
  ) -> MessagePrice? {
    price(of: definition.category, in: place.region, from: now, until: campaign.expires)
  }
}
