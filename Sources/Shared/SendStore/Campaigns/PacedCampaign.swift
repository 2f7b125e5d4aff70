internal import Domain
internal import Store
internal import Time

/// What a claim has to know of a campaign whose sends wait in its lane.
struct PacedCampaign {
  let key: CampaignKey
  let expires: Timestamp?
  /// How much the campaign has had of this lane.
  let served: Int64
  private let pace: Rate?
  private let share: Int?
  private let lanes: Int
  private let paidBack: Timestamp

  init?(_ row: Row<Flows.WaitingColumn>) {
    let number = row.integer(.campaignKey)
    guard number != 0 else { return nil }
    key = CampaignKey(number)
    expires = row.optionalTime(.expires)
    served = row.optionalInteger(.campaignServed) ?? 0
    pace = row.optionalText(.pace).flatMap { Rate($0) }
    share = row.optionalInt(.share)
    lanes = max(1, row.optionalInt(.lanes) ?? 1)
    paidBack = row.optionalTime(.paidBack) ?? .distantPast
  }

  /// What it may take of a lane with that rate; nil: as much as the lane lets out.
  func bucket(in lane: Rate?) -> TokenBucket? {
    let own = pace.map { $0.divided(by: lanes).spread }
    let shared = share.flatMap { share in lane?.share(ofHundred: share) }
    guard let rate = [own, shared].compactMap(\.self).min(by: { $0.perSecond < $1.perSecond })
    else { return nil }
    return TokenBucket(rate, paidBack: paidBack, guardSpan: .zero)
  }
}
