internal import Campaigns
internal import Domain
internal import Places
internal import Running
internal import SendStore
internal import Settings
internal import Time

/// Rehearses a campaign of the settings' store: what is there is read, and nothing leaves the machine.
struct CampaignRehearsal {
  let id: CampaignID
  let faults: [RehearsalFault]
  let isJSON: Bool

  func run(_ access: StoreAccess) throws -> Exit {
    guard let campaign = try access.store.campaign(id),
      let definition = CampaignDefinition(stored: campaign.definition)
    else { return refused("there is no such campaign", .failed) }
    guard campaign.isLoaded, [.planned, .running, .paused].contains(campaign.state) else {
      return refused(
        "the campaign is \(campaign.state.name); its recipients must be loaded", .refused)
    }
    let zones: ZoneBook?
    do throws(ZoneBookFault) { zones = try ZoneBook() } catch { zones = nil }
    let planner = CampaignPlanner(access.settings, zones: zones)
    guard let plan = try planner.plan(campaign, in: access.store) else {
      return refused("there is no plan of the campaign", .failed)
    }
    let crowds = try access.store.crowds(of: campaign)
    let names = Set(crowds.map(\.sender))
    let senders = access.settings.senders.filter { names.contains($0.sender.id) }
    guard senders.count == names.count else {
      return refused("the settings do not name all senders of the campaign", .settings)
    }
    let stage = try RehearsalStage(copying: access.store, campaign, definition, access.settings)
    guard
      let rehearsal = try Rehearsal(
        stage, definition, access.settings, senders: senders, zones: zones, faults: faults)
    else {
      return refused("only campaigns that Meta sends can be rehearsed so far", .refused)
    }
    let now = stage.clock.now
    try rehearsal.run(from: max(now, campaign.started == nil ? campaign.startsAt ?? now : now))
    let outcome = rehearsal.outcome
    if let why = outcome.refusal { return refused(why, .refused) }
    let pricing = CampaignPricing(access.settings)
    let price = try price(outcome, stage, definition, pricing)
    if isJSON {
      Terminal.show(
        String(decoding: outcome.json(beside: plan, price, pricing.currency), as: UTF8.self))
    } else {
      Terminal.show(outcome.lines(beside: plan, price, pricing.currency).joined(separator: "\n"))
    }
    return .done
  }

  /// Of all that was not failed.
  private func price(
    _ outcome: RehearsalOutcome, _ stage: RehearsalStage, _ definition: CampaignDefinition,
    _ pricing: CampaignPricing
  ) throws -> (least: Int64, most: Int64)? {
    guard pricing.hasCard else { return nil }
    let places = try stage.store.places(of: stage.campaign.key)
    var sum: (least: Int64, most: Int64) = (0, 0)
    for item in outcome.tally.items where !item.state.isFailure {
      guard let place = places.first(where: { $0.number == item.place }),
        let price = pricing.price(
          in: place, of: stage.campaign, definition, at: outcome.start)
      else { continue }
      sum.least += price.least * Int64(item.count)
      sum.most += price.most * Int64(item.count)
    }
    return sum
  }

  private func refused(_ why: String, _ exit: Exit) -> Exit {
    Terminal.error("postrider: \(why)")
    return exit
  }
}
