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
    else { return refused("there is no campaign \(id)", .failed) }
    if let why = try refusal(of: campaign, in: access.store) { return refused(why, .refused) }
    let names = Set(try access.store.crowds(of: campaign).map(\.sender))
    let senders = access.settings.senders.filter { names.contains($0.sender.id) }
    guard senders.count == names.count else {
      let missing = names.subtracting(senders.map(\.sender.id)).map(\.text).sorted()
      return refused(
        "the settings do not name all senders of the campaign: \(missing.joined(separator: ", "))",
        .settings)
    }
    let planner = CampaignPlanner(access.settings, zones: zones)
    guard let plan = try planner.plan(campaign, in: access.store) else {
      return refused("there is no plan of the campaign", .failed)
    }
    let stop = StopSignal()
    let signals = SignalWatch(stop: stop)
    defer { withExtendedLifetime(signals) {} }
    let stage = try RehearsalStage(
      copying: access.store, campaign, definition, access.settings, at: plan.at, until: stop)
    let rehearsal = try Rehearsal(
      stage, senders: senders, faults: faults, display: isJSON ? nil : RehearsalDisplay())
    let now = stage.clock.now
    let start = max(now, campaign.started == nil ? campaign.startsAt ?? now : now)
    let outcome = try rehearsal.run(from: start)
    if let why = outcome.refusal { return refused(why, .refused) }
    let report = RehearsalReport(outcome: outcome, plan: plan, price: try price(outcome, stage))
    Terminal.show(
      isJSON
        ? String(decoding: report.json, as: UTF8.self) : report.lines.joined(separator: "\n"))
    return .done
  }

  private var zones: ZoneBook? {
    do throws(ZoneBookFault) { return try ZoneBook() } catch { return nil }
  }

  private func refusal(of campaign: StoredCampaign, in store: SendStore) throws -> String? {
    guard campaign.isLoaded, [.planned, .running, .paused].contains(campaign.state) else {
      return
        "the campaign is \(campaign.state.name): one is rehearsed from when its recipients are loaded until all of them were begun"
    }
    guard try store.care(of: campaign.key).wave != .out else {
      return "the campaign's first wave is out: rehearse it once that has passed"
    }
    return nil
  }

  /// Of all that did not fail.
  private func price(
    _ outcome: RehearsalOutcome, _ stage: RehearsalStage
  ) throws -> (least: Int64, most: Int64)? {
    let pricing = CampaignPricing(stage.settings)
    guard pricing.hasCard else { return nil }
    let places = try stage.store.places(of: stage.campaign.key)
    var sum: (least: Int64, most: Int64) = (0, 0)
    for item in outcome.tally.items where !item.state.isFailure {
      guard let place = places.first(where: { $0.number == item.place }),
        let price = pricing.price(
          in: place, of: stage.campaign, stage.definition, at: outcome.start)
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
