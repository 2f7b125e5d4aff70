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
  let listener: RehearsalListener
  var stop = StopSignal()

  func run(_ access: StoreAccess) throws -> Exit {
    guard let campaign = try access.store.campaign(id),
      let definition = CampaignDefinition(stored: campaign.definition)
    else { return refused("there is no campaign \(id)", .failed) }
    let senders: [SenderSettings]
    do {
      senders = try RehearsalTerms(access.settings).senders(of: campaign, in: access.store)
    } catch let refusal as RehearsalTerms.Refusal {
      if case .unknownSenders = refusal { return refused(refusal.sentence, .settings) }
      return refused(refusal.sentence, .refused)
    }
    let planner = CampaignPlanner(access.settings, zones: zones)
    guard let plan = try planner.plan(campaign, in: access.store) else {
      return refused("there is no plan of the campaign", .failed)
    }
    let signals = SignalWatch(stop: stop)
    defer { withExtendedLifetime(signals) {} }
    let stage = try RehearsalStage(
      copying: access.store, campaign, definition, access.settings, at: plan.at,
      mostMemory: listener.mostMemory, until: stop)
    let rehearsal = try Rehearsal(
      stage, senders: senders, faults: faults, display: RehearsalDisplay(listener))
    let now = stage.clock.now
    let start = max(now, campaign.started == nil ? campaign.startsAt ?? now : now)
    let outcome = try rehearsal.run(from: start)
    if let why = outcome.refusal { return refused(why, .refused) }
    listener.show(RehearsalReport(outcome: outcome, plan: plan, price: try price(outcome, stage)))
    return .done
  }

  private var zones: ZoneBook? {
    do throws(ZoneBookFault) { return try ZoneBook() } catch { return nil }
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
    listener.refuse(why)
    return exit
  }
}
