internal import Campaigns
internal import Domain
internal import Places
internal import Running
internal import SendStore
internal import Store
internal import Telemetry
internal import Time

/// Looks after what campaigns take care of while they run: that people are written to in their hours, that somebody sees
/// how their sends fare, and that those stop which fail too often.
///
/// All that it grants ends by itself: openings have an end, sight lasts some seconds. Where it is gone, campaigns that need
/// it stand still, and nobody is written to who should not be.
final class CampaignKeeper {
  private let context: WorkerContext
  private let zones: ZoneBook?
  private let prices: CampaignPrices
  private let stopped: Counter
  private var kept: [CampaignKey: Kept] = [:]
  private var sightLookedAt = Timestamp.distantPast
  private var isBlind = false

  private struct Kept {
    let definition: CampaignDefinition
    var care: StoredCare
    var watch: ErrorBudget.Watch?
    var placesLookedAt = Timestamp.distantPast
    var released: Int64 = 0
    /// When what is known of its first wave last changed.
    var wave: (found: FirstWave.Found, since: Timestamp)?
  }

  private var store: SendStore { context.store }

  /// So long somebody who looked is believed.
  private static let sight = Duration.seconds(15)
  /// What is told later than that is no sight.
  private static let mostLag = Duration.seconds(10)
  private static let sightEach = Duration.milliseconds(500)
  private static let placesEach = Duration.seconds(5)

  init(_ context: WorkerContext) {
    self.context = context
    do throws(ZoneBookFault) { zones = try ZoneBook() } catch {
      zones = nil
      context.log.error(
        "campaigns that keep quiet hours wait, as no time zones can be read",
        ["reason": "\(error)"])
    }
    prices = CampaignPrices(context)
    stopped = context.metrics.counter(
      "postrider_campaign_stops_total",
      "Parts of campaigns that wait since too many of them failed for one cause.")
  }

  /// Whether any of those looked at needs to be looked at again soon.
  private(set) var isUrgent = false

  func begin(_ open: [StoredCampaign]) {
    isUrgent = false
    kept = kept.filter { key, _ in open.contains { $0.key == key && !$0.state.hasEnded } }
  }

  func keep(_ campaign: StoredCampaign, waiting: Int, _ tally: CampaignTally) throws {
    guard var item = try known(campaign) else { return }
    defer { kept[campaign.key] = item }
    try lookAtPlaces(of: campaign, &item)
    guard campaign.state.isClaimable else { return }
    try lookAtFailures(of: campaign, tally, &item)
    try lookAtWave(of: campaign, tally, &item)
    try lookAtMoney(of: campaign, waiting: waiting, tally, &item)
  }

  private func known(_ campaign: StoredCampaign) throws -> Kept? {
    if let known = kept[campaign.key] {
      var known = known
      if known.care.terms.wave != nil { known.care = try store.care(of: campaign.key) }
      return known
    }
    guard let definition = CampaignDefinition(stored: campaign.definition) else { return nil }
    return Kept(
      definition: definition, care: try store.care(of: campaign.key),
      watch: definition.care.errorBudget.map { ErrorBudget.Watch($0) })
  }

  // MARK: Places

  private func lookAtPlaces(of campaign: StoredCampaign, _ item: inout Kept) throws {
    let terms = item.care.terms
    guard campaign.isLoaded,
      terms.keepsHours || terms.ceiling != nil || terms.dayCeiling != nil || prices.hasCard,
      case let now = try store.now(), now >= item.placesLookedAt + Self.placesEach
    else { return }
    let places = try store.places(of: campaign.key)
    if let hours = item.definition.care.quietHours {
      let hours = CampaignHours(hours, zones: zones, places: places)
      var openings: [Int: Range<Timestamp>] = [:]
      // Whose hours are over, or have not been looked for yet.
      for place in places where place.opening.upperBound <= now + SendStore.postSpan {
        let from = max(now, place.opening.upperBound)
        openings[place.number] = hours.opening(of: place, from: from)
      }
      try store.open(openings, of: campaign.key)
    }
    try prices.price(places, of: campaign, item.definition, at: now)
    item.placesLookedAt = now
  }

  // MARK: Sight and failures

  /// After all of them were looked at: those that need it may go on for a while.
  func see() throws {
    let needing = kept.filter { $0.value.care.terms.needsSight }.map(\.key).sorted()
    guard !needing.isEmpty else { return }
    isUrgent = true
    let now = try store.now()
    guard now >= sightLookedAt + Self.sightEach else { return }
    sightLookedAt = now
    let oldest = try store.unpublished(limit: 1)
    let lag = oldest.entries.first.map { oldest.at - $0.change.at } ?? .zero
    if (lag > Self.mostLag) != isBlind {
      isBlind = lag > Self.mostLag
      if isBlind {
        context.log.warning(
          "what becomes of sends is told too late to be judged: campaigns that depend on it wait",
          ["lag": "\(lag)"])
      } else {
        context.log.info("what becomes of sends is told in time again", [:])
      }
    }
    guard !isBlind else { return }
    try store.see(needing, until: now + Self.sight)
  }

  private func lookAtFailures(
    of campaign: StoredCampaign, _ tally: CampaignTally, _ item: inout Kept
  ) throws {
    guard let budget = item.definition.care.errorBudget, item.watch != nil else { return }
    let breaches = item.watch?.look(at: tally) ?? []
    guard !breaches.isEmpty else { return }
    let now = try store.now()
    let running = try store.stops(of: campaign.key).filter { $0.until > now }
    var stops: [CampaignStop] = []
    for breach in breaches {
      // Whatever of it comes in while it waits is not held against it later.
      item.watch?.forget(breach.segment, as: tally)
      guard
        !running.contains(where: { $0.segment == breach.segment && $0.cause == breach.code })
      else { continue }
      stops.append(
        CampaignStop(
          breach.segment, cause: breach.code, since: now,
          until: budget.rest.map { now + $0 } ?? .distantFuture,
          reason: "\(breach.failed) of the last \(breach.of) failed with \(breach.code)"))
    }
    guard !stops.isEmpty else { return }
    try store.stop(stops, of: campaign.key)
    stopped.add(stops.count)
    for stop in stops {
      context.log.warning(
        "a part of a campaign waits as too many of it failed",
        [
          "campaign": campaign.id.description, "sender": stop.segment.sender.text,
          "template": stop.segment.template, "code": stop.cause, "reason": stop.reason,
        ])
    }
  }

  // MARK: First wave

  private func lookAtWave(
    of campaign: StoredCampaign, _ tally: CampaignTally, _ item: inout Kept
  ) throws {
    guard let wave = item.definition.care.firstWave, item.care.wave == .out,
      campaign.state == .running
    else { return }
    isUrgent = true
    let now = try store.now()
    let found = FirstWave.Found(
      begun: tally.begun, arrived: tally.count(.delivered, .read),
      failed: tally.items.reduce(0) { $0 + ($1.state.isFailure ? $1.count : 0) },
      optedOut: try store.optOuts(of: campaign),
      open: tally.count(.queued, .sending, .inDoubt, .accepted, .sent))
    if item.wave?.found != found { item.wave = (found, now) }
    switch wave.verdict(
      on: found, of: campaign.rows, quiet: now - (item.wave?.since ?? now))
    {
    case .wait: break
    case .pass:
      try store.passWave(of: campaign.key)
      context.log.info(
        "a campaign's first wave has passed, the rest follows",
        ["campaign": campaign.id.description])
    case .fail(let why):
      _ = try store.order(.pause, campaign.id, because: CampaignReason(.firstWave, why))
      context.log.warning(
        "a campaign is paused for its first wave",
        ["campaign": campaign.id.description, "reason": why])
    }
  }

  // MARK: Money

  private func lookAtMoney(
    of campaign: StoredCampaign, waiting: Int, _ tally: CampaignTally, _ item: inout Kept
  ) throws {
    guard let ceiling = item.care.terms.ceiling else { return }
    let places = try store.places(of: campaign.key)
    let priceOf = Dictionary(places.map { ($0.number, $0.price ?? 0) }) { $1 }
    let released = tally.items.reduce(Int64(0)) { sum, item in
      item.state.isFailure ? sum + Int64(item.count) * priceOf[item.place, default: 0] : sum
    }
    if released > item.released {
      try store.release(released, of: campaign.key)
      item.released = released
    }
    guard waiting > 0, campaign.state == .running else { return }
    let money = try store.money(of: campaign.key)
    let left = ceiling - money.reserved + released
    let cheapest = places.compactMap(\.price).filter { $0 > 0 }.min() ?? 0
    guard left < cheapest, tally.count(.queued, .sending) == 0 else { return }
    let currency = item.care.terms.currency.map { " \($0)" } ?? ""
    _ = try store.order(
      .pause, campaign.id,
      because: CampaignReason(
        .ceiling,
        "another message could cost more than the \(Millionths.text(ceiling))\(currency) that the campaign may cost"
      ))
  }
}
