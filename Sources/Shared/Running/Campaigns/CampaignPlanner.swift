internal import Campaigns
internal import Domain
package import Places
internal import Providers
package import SendStore
package import Settings
package import Store
internal import Time

/// Foretells when a campaign ends and what it costs, by the budgets that its lanes have left.
package struct CampaignPlanner: Sendable {
  private let settings: Settings
  private let zones: ZoneBook?
  private let pricing: CampaignPricing

  package init(_ settings: Settings, zones: ZoneBook?) {
    (self.settings, self.zones) = (settings, zones)
    pricing = CampaignPricing(settings)
  }

  /// `reserve`: how many recipients of each day are kept for replies and one-time codes where limits are to rise.
  package func plan(
    _ campaign: StoredCampaign, reserve: Int = 0, in store: SendStore
  ) throws(StoreError) -> CampaignPlan? {
    guard let definition = CampaignDefinition(stored: campaign.definition) else { return nil }
    let audience = try audience(of: campaign, store)
    let care = try store.care(of: campaign.key)
    let places = try store.places(of: campaign.key)
    let senders = settings.senders.map(\.sender)
    let (lanes, now) = try store.prospects(of: senders, besides: campaign.key)
    let used = Set(audience.map(\.sender))
    let mine = lanes.filter { used.contains($0.sender) }
    let hours = definition.care.quietHours.map { hours in
      CampaignHours(hours, zones: zones, places: places)
    }
    var people = CampaignPlan.People()
    let crowds = audience.compactMap { part -> ForecastCrowd? in
      let place = places.first { $0.number == part.place }
      var crowd = crowd(part, care, place, hours, &people)
      crowd?.price = place.flatMap { pricing.price(in: $0, of: campaign, definition, at: now) }
      return crowd
    }
    let start = max(now, campaign.started == nil ? campaign.startsAt ?? now : now)
    var input = ForecastInput(
      now: now, start: start, expires: campaign.expires ?? (start + campaign.expiry),
      firstWave: try wave(of: campaign, definition, care, store),
      lanes: mine.map { lane($0, definition) },
      groups: groups(of: mine), crowds: crowds)
    input.test = try test(of: campaign, definition, crowds, at: now, store)
    return CampaignPlan(
      at: now, people: people, forecast: CampaignForecast(input),
      currency: pricing.currency,
      tiers: try tiers(of: mine, crowds, reserve: reserve, at: now, store))
  }

  // MARK: Tiers

  private func tiers(
    of lanes: [LaneProspect], _ crowds: [ForecastCrowd], reserve: Int, at now: Timestamp,
    _ store: SendStore
  ) throws(StoreError) -> [CampaignPlan.Tiers] {
    let limited = lanes.compactMap { lane -> (lane: LaneProspect, limit: Int)? in
      guard case .recipients(let limit) = lane.budget.daily else { return nil }
      return (lane, limit)
    }
    let phones = try store.phones()
    var tiers: [CampaignPlan.Tiers] = []
    for (group, members) in Dictionary(grouping: limited, by: \.lane.group)
      .sorted(by: { $0.key.text < $1.key.text })
    {
      let senders = members.map(\.lane.sender).sorted { $0.text < $1.text }
      let limit = members.map(\.limit).min() ?? 0
      let used = try store.recipientsByDay(of: group)
      let audience = crowds.reduce(0) { sum, crowd in
        senders.contains(crowd.sender) ? sum + crowd.count - crowd.inWindow - crowd.counted : sum
      }
      var input = TierPlan.Input(now: now, limit: limit, used: used, audience: audience)
      input.reserve = reserve
      input.quality = TierPlan.Quality(
        phones.filter { senders.contains($0.sender) }
          .map { PhoneFacts(json: $0.facts).node?.text("quality_rating") })
      tiers.append(
        CampaignPlan.Tiers(
          senders: senders, used: used.suffix(7).reduce(0, +), limit: limit, plan: TierPlan(input)))
    }
    return tiers
  }

  /// Before the start each person is looked at; from then on those that wait are counted.
  private func audience(
    of campaign: StoredCampaign, _ store: SendStore
  ) throws(StoreError) -> [CampaignAudience] {
    if campaign.started == nil { return try store.audience(of: campaign) }
    return try store.crowds(of: campaign).map { CampaignAudience(waiting: $0) }
  }

  private func crowd(
    _ part: CampaignAudience, _ care: StoredCare, _ place: CampaignPlace?,
    _ hours: CampaignHours?, _ people: inout CampaignPlan.People
  ) -> ForecastCrowd? {
    let out = part.optedOut + (care.terms.isMarketing ? part.noMarketing : 0)
    let count = max(0, part.people - out)
    people.waiting += count
    people.optedOut += out
    people.resting += care.terms.isMarketing ? part.resting : 0
    people.inWindow += part.inWindow
    guard count > 0 else { return nil }
    var crowd = ForecastCrowd(part.sender, count: count)
    crowd.waitsForBest = part.variant == VariantShares.rest
    crowd.inWindow = min(count, part.inWindow)
    crowd.counted = min(count - crowd.inWindow, part.counted)
    if let hours {
      crowd.openings = hours.openings(of: place)
      if !hours.knows(place) { people.withoutHours += count }
    }
    return crowd
  }

  private func lane(_ prospect: LaneProspect, _ definition: CampaignDefinition) -> ForecastLane {
    var lane = ForecastLane(
      sender: prospect.sender, group: prospect.group, budget: prospect.budget,
      spent: prospect.spent)
    lane.inFlight = prospect.inFlight
    lane.isStopped = prospect.isStopped
    lane.heldUntil = prospect.heldUntil
    lane.pace = CampaignPace(
      pace: definition.pace, share: definition.share, lanes: max(1, definition.senders.count))
    lane.others = prospect.others.map { other in
      ForecastQueue(
        other.priority > definition.priority
          ? .before : other.priority == definition.priority ? .beside : .after,
        count: other.waiting)
    }
    return lane
  }

  private func groups(of lanes: [LaneProspect]) -> [ForecastGroup] {
    var known: Set<LaneGroupID> = []
    return lanes.compactMap { lane in
      guard let recipients = lane.recipients, known.insert(lane.group).inserted else { return nil }
      return ForecastGroup(lane.group, recipients)
    }
  }

  /// Who tries the messages, while the others wait for the best one.
  private func test(
    of campaign: StoredCampaign, _ definition: CampaignDefinition, _ crowds: [ForecastCrowd],
    at now: Timestamp, _ store: SendStore
  ) throws(StoreError) -> ForecastInput.FirstWave? {
    guard let rule = definition.variants.winner, let test = try store.test(of: campaign.key),
      test.winner == nil
    else { return nil }
    let left = crowds.reduce(0) { $0 + ($1.waitsForBest ? 0 : $1.count) }
    let known = test.tested.map { max(.zero, $0 + rule.wait - now) }
    return ForecastInput.FirstWave(left: left, look: known ?? rule.wait)
  }

  private func wave(
    of campaign: StoredCampaign, _ definition: CampaignDefinition, _ care: StoredCare,
    _ store: SendStore
  ) throws(StoreError) -> ForecastInput.FirstWave? {
    guard let wave = definition.care.firstWave, care.wave != .passed else { return nil }
    let begun = care.wave == .out ? try store.tally(of: campaign.key).begun : 0
    return ForecastInput.FirstWave(left: max(0, wave.size - begun), look: wave.wait)
  }
}

extension CampaignAudience {
  fileprivate init(waiting crowd: CampaignCrowd) {
    self.init(
      sender: crowd.sender, template: crowd.template, place: crowd.place, variant: crowd.variant,
      people: crowd.waiting)
  }
}

extension TierPlan.Quality {
  /// Of all numbers, as their provider told.
  fileprivate init(_ ratings: [String?]) {
    let known = ratings.compactMap(\.self)
    if known.contains(where: { ["YELLOW", "RED"].contains($0) }) {
      self = .notHigh
    } else {
      self = !ratings.isEmpty && ratings.allSatisfy { $0 == "GREEN" } ? .high : .unknown
    }
  }
}
