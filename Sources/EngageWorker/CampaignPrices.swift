internal import Campaigns
internal import Domain
internal import Running
internal import SendStore
internal import Store
internal import Time

/// Writes down what a message costs at most in each place of a campaign, by the rate card of the settings.
final class CampaignPrices {
  private let context: WorkerContext

  init(_ context: WorkerContext) { self.context = context }

  var hasCard: Bool { false }

  func price(
    _ places: [CampaignPlace], of campaign: StoredCampaign, _ definition: CampaignDefinition,
    at now: Timestamp
  ) throws {}
}
