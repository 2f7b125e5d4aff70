internal import Campaigns
internal import Domain
internal import Running
internal import SendStore
internal import Store
internal import Time

/// Writes down what a message costs at most in each place of a campaign, so that claims can hold its ceiling.
struct CampaignPrices {
  private let pricing: CampaignPricing
  private let store: SendStore

  init(_ context: WorkerContext) {
    pricing = CampaignPricing(context.settings)
    store = context.store
  }

  var hasCard: Bool { pricing.hasCard }

  func price(
    _ places: [CampaignPlace], of campaign: StoredCampaign, _ definition: CampaignDefinition,
    at now: Timestamp
  ) throws(StoreError) {
    guard hasCard else { return }
    var changed: [Int: Int64?] = [:]
    for place in places {
      let price = pricing.price(in: place, of: campaign, definition, at: now)?.most
      // What was once known stays: a card that lost a row must not stop what runs.
      if let price, price != place.price { changed[place.number] = price }
    }
    try store.price(changed, of: campaign.key)
  }
}
