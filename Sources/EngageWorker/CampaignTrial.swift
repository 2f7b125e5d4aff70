internal import Campaigns
internal import Domain
internal import Running
internal import SendStore
internal import Store
internal import Telemetry
internal import Time

/// Finds which message of a campaign is the best, and gives it to those who wait for it.
struct CampaignTrial {
  private let context: WorkerContext
  /// Of which it was said that somebody has to decide.
  private var told: Set<CampaignKey> = []

  private var store: SendStore { context.store }

  init(_ context: WorkerContext) { self.context = context }

  /// True where there is more to do at once.
  mutating func go(on campaign: StoredCampaign, _ tally: CampaignTally) throws -> Bool {
    guard let test = try store.test(of: campaign.key),
      let definition = CampaignDefinition(stored: campaign.definition),
      let rule = definition.variants.winner
    else { return false }
    let now = try store.now()
    if let winner = test.winner { return try settle(campaign, definition, on: winner.variant) }
    if let expires = campaign.expires, expires <= now {
      // Nothing of it is sent any more: its rows end as expired, whatever they would have said.
      return try settle(campaign, definition, on: 1)
    }
    guard try isOut(campaign, tally) else { return false }
    guard let tested = test.tested else {
      try store.noteTested(campaign.key)
      return false
    }
    switch rule.verdict(on: definition.variants.found(in: tally), out: now - tested) {
    case .wait: return false
    case .open(let why):
      if told.insert(campaign.key).inserted {
        context.log.warning(
          "somebody has to say which message of a campaign is the best",
          ["campaign": campaign.id.description, "reason": why])
      }
      return false
    case .best(let place, let why):
      guard try store.choose(place + 1, of: campaign.key, because: why) else { return true }
      context.log.info(
        "the best message of a campaign is known, and the rest of it follows",
        [
          "campaign": campaign.id.description,
          "variant": definition.variants.items[place].name, "reason": why,
        ])
      return true
    }
  }

  /// Whether all of the test have gone.
  private func isOut(_ campaign: StoredCampaign, _ tally: CampaignTally) throws -> Bool {
    guard tally.count(.queued, .sending) == 0 else { return false }
    let crowds = try store.crowds(of: campaign)
    // Claimed, and counted as such.
    return crowds.allSatisfy { $0.variant == VariantShares.rest }
      && tally.begun + crowds.reduce(0) { $0 + $1.waiting } >= campaign.rows
  }

  private func settle(
    _ campaign: StoredCampaign, _ definition: CampaignDefinition, on variant: Int
  ) throws -> Bool {
    let items = definition.variants.items
    let template = items.indices.contains(variant - 1) ? items[variant - 1].template : ""
    return try store.settle(campaign, on: variant, template: template)
  }
}
