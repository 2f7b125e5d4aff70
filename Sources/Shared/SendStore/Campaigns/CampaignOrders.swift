package import Domain
package import Store
internal import Time

/// What an order to a campaign led to.
package enum CampaignOrdered: Hashable, Sendable {
  /// How many of its sends had been claimed by then and have no record yet: those may still go, within a second.
  case done(StoredCampaign, underWay: Int)
  case refused(String)
  case unknown
}

extension SendStore {
  /// Starts, pauses, resumes or cancels. Once it answers, nothing more of a campaign that is stopped is claimed.
  ///
  /// Every claim holds its lane group's row from its beginning to its commit and reads the campaign's state in between.
  /// So the groups of all its lanes are locked here before its row is: a claim that has read the former state has ended
  /// by then, and the next one reads the new one.
  package func order(
    _ order: CampaignOrder, _ id: CampaignID, because reason: CampaignReason? = nil
  ) throws(StoreError) -> CampaignOrdered {
    try engine.write(.campaigns) { transaction throws(StoreError) in
      guard let known = try transaction.campaign(id) else { return .unknown }
      try transaction.lockGroups(of: known.key)
      guard let before = try transaction.lockCampaign(id) else { return .unknown }
      var campaign = before
      switch order.effect(on: before.state) {
      case .refused(let why): return .refused(why)
      case .nothing:
        // What waits since too much of it failed goes on.
        if order == .resume, before.state == .running {
          try transaction.beginCare(of: before, at: try transaction.now())
          try transaction.wakeLanes(of: before.key)
        }
      case .startsOnceLoaded: campaign.wantsStart = true
      case .moves(let state):
        if order == .start, before.rows == 0 {
          return .refused("the campaign has no recipients")
        }
        if order == .start, let why = try transaction.unpriced(before) { return .refused(why) }
        if order == .start, let startsAt = before.startsAt, startsAt > (try transaction.now()) {
          campaign.wantsStart = true
          break
        }
        try transaction.move(&campaign, to: state, because: reason)
      }
      try transaction.save(campaign, was: before)
      let underWay = campaign.state.isClaimable ? 0 : try transaction.underWay(of: campaign.key)
      return .done(try transaction.campaign(id) ?? campaign, underWay: underWay)
    }
  }

  /// Moves a campaign by a rule of ours, where it still stands as it was read.
  package func move(
    _ campaign: StoredCampaign, to state: CampaignState, because reason: CampaignReason? = nil
  ) throws(StoreError) -> Bool {
    try engine.write(.campaigns) { transaction throws(StoreError) in
      if !state.isClaimable { try transaction.lockGroups(of: campaign.key) }
      guard let before = try transaction.lockCampaign(campaign.key),
        before.state == campaign.state, before.version == campaign.version
      else { return false }
      var moved = before
      try transaction.move(&moved, to: state, because: reason)
      try transaction.save(moved, was: before)
      return true
    }
  }

  /// Of these, the campaigns whose sends must not go.
  package func stopped(_ campaigns: Set<CampaignKey>) throws(StoreError) -> Set<CampaignKey> {
    guard !campaigns.isEmpty else { return [] }
    return try engine.read { transaction throws(StoreError) in
      Set(
        try transaction.rows(
          Campaigns.stopped, [.campaign: .keys(campaigns.sorted())]
        ) { $0.key(.key) as CampaignKey })
    }
  }
}

extension Transaction {
  /// In their order, as whoever needs several does.
  func lockGroups(of campaign: CampaignKey) throws(StoreError) {
    let groups = try rows(Campaigns.groups, [.campaign: .key(campaign)]) {
      $0.key(.laneGroup) as GroupKey
    }
    for group in groups { _ = try lockGroup(group) }
  }

  func underWay(of campaign: CampaignKey) throws(StoreError) -> Int {
    try rows(Campaigns.underWay, [.campaign: .key(campaign)]) { $0.int(.count) }.first ?? 0
  }

  /// With all that follows: times, its place among the campaigns of its lanes, and that the lanes look again.
  func move(
    _ campaign: inout StoredCampaign, to state: CampaignState, because reason: CampaignReason?
  ) throws(StoreError) {
    let now = try now()
    campaign.state = state
    campaign.reason = reason
    campaign.changed = now
    campaign.wantsStart = false
    campaign.ended = state.hasEnded ? now : nil
    if state == .done { campaign.sweptLoad = campaign.load }
    guard state == .running else { return }
    if campaign.started == nil {
      campaign.started = now
      campaign.expires = campaign.expires ?? now + campaign.expiry
    }
    try run(Campaigns.join, [.campaign: .key(campaign.key)])
    try beginCare(of: campaign, at: now)
    let lanes = Set(try flows(of: campaign.key).map(\.lane)).sorted()
    try run(Lanes.wake, [.lane: .keys(lanes)])
  }

  func flows(of campaign: CampaignKey) throws(StoreError) -> [CampaignFlow] {
    try rows(Campaigns.flows, [.campaign: .key(campaign)]) { row in
      CampaignFlow(
        key: row.key(.key), lane: row.key(.lane), load: row.int(.load), waiting: row.int(.waiting))
    }
  }
}

/// A queue of a campaign.
struct CampaignFlow {
  let key: FlowKey
  let lane: LaneKey
  let load: Int
  let waiting: Int
}

extension Campaigns {
  enum GroupColumn: Int, Columns { case laneGroup }
  static let groups = Query<CampaignParameter, GroupColumn>("groups")
  enum CountColumn: Int, Columns { case count }
  static let underWay = Query<CampaignParameter, CountColumn>("underWay")
  static let stopped = Query<CampaignParameter, KeyColumn>("stopped")
  static let join = Command<CampaignParameter>("join")
  enum FlowColumn: Int, Columns { case key, lane, load, waiting }
  static let flows = Query<CampaignParameter, FlowColumn>("flows")
}
