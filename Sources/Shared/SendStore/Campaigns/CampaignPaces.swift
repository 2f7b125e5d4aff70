internal import Domain
internal import Store
internal import Time

/// How much the campaigns of one lane may take, and have taken, within one claim.
struct CampaignPaces {
  private struct Pace {
    /// nil where the campaign has no limit of its own.
    var bucket: TokenBucket?
    var served = 0
    /// nil where it has no ceiling.
    var money: Money?
  }

  /// What may still be spent, and what this claim spends.
  private struct Money {
    let campaign: PacedCampaign
    var left: Int64
    var spent: Int64 = 0
  }

  private let rate: Rate?
  private let now: Timestamp
  private var paces: [CampaignKey: Pace] = [:]
  /// What each tenant has spent on this day.
  private var days: [Tenant: Int64] = [:]

  /// `rate` is the lane's.
  init(rate: Rate?, at now: Timestamp) { (self.rate, self.now) = (rate, now) }

  private mutating func know(_ campaign: PacedCampaign) {
    guard paces[campaign.key] == nil else { return }
    paces[campaign.key] = Pace(bucket: campaign.bucket(in: rate))
  }

  /// How many more may go now.
  mutating func room(of campaign: PacedCampaign?) -> Int {
    guard let campaign else { return .max }
    know(campaign)
    guard let pace = paces[campaign.key] else { return .max }
    return min(pace.bucket?.room(at: now) ?? .max, max(0, campaign.allowed - pace.served))
  }

  func nextRoom(of campaign: PacedCampaign?) -> Timestamp? {
    campaign.flatMap { campaign in
      let pace = paces[campaign.key]
      // Whoever lets the rest of a first wave go wakes the lane.
      guard campaign.allowed > pace?.served ?? 0 else { return nil }
      return pace?.bucket?.nextRoom(after: now)
    }
  }

  /// How many messages of that price it may pay for. The campaign's money is locked from here on, so that no claim of
  /// another lane spends it as well.
  mutating func affordable(
    _ price: Int64?, of campaign: PacedCampaign?, _ transaction: any Transaction
  ) throws(StoreError) -> Int {
    guard let campaign, campaign.hasCeiling else { return .max }
    // What it costs has to be known first.
    guard let price else { return 0 }
    know(campaign)
    if paces[campaign.key]?.money == nil {
      paces[campaign.key]?.money = Money(
        campaign: campaign, left: try transaction.lockMoney(of: campaign))
    }
    if campaign.dayCeiling != nil, days[campaign.tenant] == nil {
      days[campaign.tenant] = try transaction.lockDay(of: campaign.tenant, at: now)
    }
    guard price > 0, let money = paces[campaign.key]?.money else { return .max }
    let today = (campaign.dayCeiling ?? .max) - days[campaign.tenant, default: 0]
    return Int(max(0, min(money.left - money.spent, today)) / price)
  }

  mutating func pay(_ price: Int64?, for campaign: PacedCampaign?) {
    guard let campaign, campaign.hasCeiling, let price else { return }
    paces[campaign.key]?.money?.spent += price
    days[campaign.tenant]? += price
  }

  func writeMoney(to transaction: any Transaction) throws(StoreError) {
    for (_, pace) in paces.sorted(by: { $0.key < $1.key }) {
      guard let money = pace.money, money.spent > 0 else { continue }
      try transaction.spend(money.spent, of: money.campaign, at: now)
    }
  }

  mutating func take(_ campaign: PacedCampaign?) {
    guard let campaign else { return }
    know(campaign)
    paces[campaign.key]?.bucket?.take(at: now)
    paces[campaign.key]?.served += 1
  }

  func write(_ lane: LaneKey, to transaction: any Transaction) throws(StoreError) {
    let served = paces.filter { $0.value.served > 0 }.sorted { $0.key < $1.key }
    guard !served.isEmpty else { return }
    try transaction.run(
      Campaigns.serve,
      [
        .campaign: .keys(served, \.key), .lane: .keys(served, { _ in lane }),
        .count: .integers(served.map { Int64($0.value.served) }),
        .paidBack: .integers(
          served.map { ($0.value.bucket?.paidBack ?? .distantPast).microseconds }),
      ])
  }
}

/// Flows that take their turns together: those of one campaign, or one alone.
struct FlowTurn {
  private(set) var flows: [Flow]

  /// Those that have had least first, and before them what has been put aside once.
  static func turns(of flows: some Sequence<Flow>) -> [FlowTurn] {
    var turns: [FlowTurn] = []
    var places: [CampaignKey: Int] = [:]
    for flow in flows {
      if let key = flow.paced?.key {
        if let place = places[key] {
          turns[place].flows.append(flow)
          continue
        }
        places[key] = turns.count
      }
      turns.append(FlowTurn(flows: [flow]))
    }
    // What is put aside stands first already, and the sort keeps the order of equals.
    return turns.enumerated().sorted { left, right in
      (left.element.rank, left.element.served, left.offset)
        < (right.element.rank, right.element.served, right.offset)
    }.map(\.element)
  }

  init(flows: [Flow]) { self.flows = flows }

  var campaign: PacedCampaign? { flows.first?.paced }

  private var rank: Int { flows.contains { $0.holdsNewRecipients } ? 0 : 1 }
  private var served: Int64 { campaign?.served ?? flows.first?.served ?? 0 }
}

extension Campaigns {
  enum ServeParameter: Int, Columns { case campaign, lane, count, paidBack }
  static let serve = Command<ServeParameter>("serve")
}
