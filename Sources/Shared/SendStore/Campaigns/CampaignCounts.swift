package import Domain
internal import JSON
package import Store
package import Time

/// What one change of a send does to the counts of its campaign: it leaves one place and comes to another.
struct CampaignMove: Hashable {
  /// Where a send of a campaign is counted, whatever its state.
  struct Place: Hashable {
    let campaign: CampaignKey
    let lane: LaneKey
    let template: String
    /// Country, place and variant: see `FlowKind`.
    let spot: Int
  }

  struct Spot: Hashable {
    let place: Place
    let state: SendState
    /// Only where it ended without arriving, or its provider keeps it back.
    let code: String

    fileprivate init(_ place: Place, _ entry: HistoryEntry) {
      self.place = place
      state = entry.state
      let isTold = entry.state.isFailure || entry.code == ProviderHold.code
      code = isTold ? entry.code ?? "" : ""
    }
  }

  /// What its provider says of the price of a message that arrived.
  struct Charge: Hashable {
    let category: String
    let isBillable: Bool

    /// As it stands in what is kept of a change.
    fileprivate init?(_ entry: HistoryEntry?) {
      guard let pricing = entry?.detail?.value?["pricing"],
        let category = pricing["category"]?.string
      else { return nil }
      self.category = String(category.prefix(64))
      isBillable = pricing["billable"]?.bool ?? true
    }
  }

  let from: Spot?
  let to: Spot
  let charge: Charge?

  /// `before` is the change that was the send's last one; nil where there was none. What is only remarked moves nothing.
  init?(_ place: Place, from before: HistoryEntry?, to entry: HistoryEntry) {
    guard before?.state != entry.state else { return nil }
    from = before.map { Spot(place, $0) }
    to = Spot(place, entry)
    // Once for each message: as it arrives, by the callback of that or by the one before.
    let arrived: Set<SendState> = [.delivered, .read]
    let isArrival = arrived.contains(entry.state) && !arrived.contains(before?.state ?? .queued)
    charge = isArrival ? Charge(entry) ?? Charge(before) : nil
  }
}

/// Sends of a campaign that wait until their template may be used again.
package struct CampaignHold: Hashable, Sendable {
  package let template: String
  package let until: Timestamp
  package let reason: String
  package let waiting: Int
}

extension SendStore {
  /// How many of a campaign's sends stand where, as far as changes are published.
  package func tally(of campaign: CampaignKey) throws(StoreError) -> CampaignTally {
    try engine.read { transaction throws(StoreError) in try transaction.tally(of: campaign) }
  }

  /// What of a campaign is held for its templates.
  package func holds(of campaign: StoredCampaign) throws(StoreError) -> [CampaignHold] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        Campaigns.holds,
        [
          .campaign: .key(campaign.key), .load: .integer(campaign.load),
          .now: .time(try transaction.now()),
        ]
      ) { row in
        CampaignHold(
          template: TemplateKey(text: row.text(.template)).name, until: row.time(.until),
          reason: row.optionalText(.reason) ?? "", waiting: row.int(.waiting))
      }
    }
  }

  /// With how many of it wait in queues, read in one look.
  package func standing(
    of campaign: StoredCampaign
  ) throws(StoreError) -> (waiting: Int, tally: CampaignTally) {
    try engine.read { transaction throws(StoreError) in
      let waiting = try transaction.rows(
        Campaigns.waiting, [.campaign: .key(campaign.key), .load: .integer(campaign.load)]
      ) { $0.int(.count) }
      return (waiting.first ?? 0, try transaction.tally(of: campaign.key))
    }
  }
}

extension Transaction {
  func count(_ moves: [CampaignMove]) throws(StoreError) {
    var changes: [CampaignMove.Spot: Int] = [:]
    for move in moves {
      if let from = move.from { changes[from, default: 0] -= 1 }
      changes[move.to, default: 0] += 1
    }
    try charge(moves)
    // In one order, so that no two wait for each other.
    let sorted = changes.filter { $0.value != 0 }.sorted { $0.key.order < $1.key.order }
    guard !sorted.isEmpty else { return }
    try run(
      Campaigns.count,
      [
        .campaign: .keys(sorted, \.key.place.campaign), .lane: .keys(sorted, \.key.place.lane),
        .template: .texts(sorted.map(\.key.place.template)),
        .segment: .integers(sorted.map { Int64($0.key.place.spot) }),
        .state: .integers(sorted.map { Int64($0.key.state.rawValue) }),
        .code: .texts(sorted.map(\.key.code)), .count: .integers(sorted.map { Int64($0.value) }),
      ])
  }

  private func charge(_ moves: [CampaignMove]) throws(StoreError) {
    var charges: [ChargePlace: Int] = [:]
    for move in moves {
      guard let charge = move.charge else { continue }
      charges[ChargePlace(move.to.place, charge), default: 0] += 1
    }
    guard !charges.isEmpty else { return }
    let sorted = charges.sorted { $0.key.order < $1.key.order }
    try run(
      Care.charge,
      [
        .campaign: .keys(sorted, \.key.campaign),
        .place: .integers(sorted.map { Int64($0.key.place) }),
        .category: .texts(sorted.map(\.key.charge.category)),
        .isBillable: .integers(sorted.map { $0.key.charge.isBillable ? 1 : 0 }),
        .count: .integers(sorted.map { Int64($0.value) }),
      ])
  }

  fileprivate func tally(of campaign: CampaignKey) throws(StoreError) -> CampaignTally {
    CampaignTally(
      try rows(Campaigns.tally, [.campaign: .key(campaign)]) { row throws(StoreError) in
        guard let state = SendState(rawValue: row.int(.state)) else {
          throw .broken("a state \(row.int(.state))")
        }
        let kind = FlowKind(spot: row.int(.segment))
        return CampaignTally.Item(
          sender: SenderID(row.text(.sender)),
          template: TemplateKey(text: row.text(.template)).name,
          segment: kind.segment == 0 ? "" : "+\(kind.segment)", place: kind.place,
          variant: kind.variant, state: state, code: row.text(.code), count: row.int(.count))
      })
  }
}

private struct ChargePlace: Hashable {
  let campaign: CampaignKey
  let place: Int
  let charge: CampaignMove.Charge

  init(_ spot: CampaignMove.Place, _ charge: CampaignMove.Charge) {
    campaign = spot.campaign
    place = FlowKind(spot: spot.spot).place
    self.charge = charge
  }

  var order: (Int64, Int, String, Int) {
    (campaign.value, place, charge.category, charge.isBillable ? 1 : 0)
  }
}

extension CampaignMove.Spot {
  fileprivate var order: (Int64, Int64, Int, Int, String, String) {
    (
      place.campaign.value, place.lane.value, place.spot, state.rawValue, place.template, code
    )
  }
}

extension Campaigns {
  enum CountParameter: Int, Columns { case campaign, lane, template, segment, state, code, count }
  static let count = Command<CountParameter>("count")

  enum TallyColumn: Int, Columns { case sender, template, segment, state, code, count }
  static let tally = Query<CampaignParameter, TallyColumn>("tally")

  enum WaitingParameter: Int, Columns { case campaign, load }
  static let waiting = Query<WaitingParameter, CountColumn>("waiting")

  enum HoldsParameter: Int, Columns { case campaign, load, now }
  enum HoldColumn: Int, Columns { case template, until, reason, waiting }
  static let holds = Query<HoldsParameter, HoldColumn>("holds")
}
