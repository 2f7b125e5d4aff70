internal import Domain
internal import Store
internal import Time

/// How much the campaigns of one lane may take, and have taken, within one claim.
struct CampaignPaces {
  private struct Pace {
    /// nil where the campaign has no limit of its own.
    var bucket: TokenBucket?
    var served = 0
  }

  private let rate: Rate?
  private let now: Timestamp
  private var paces: [CampaignKey: Pace] = [:]

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
    return paces[campaign.key]?.bucket?.room(at: now) ?? .max
  }

  func nextRoom(of campaign: PacedCampaign?) -> Timestamp? {
    campaign.flatMap { paces[$0.key]?.bucket?.nextRoom(after: now) }
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
