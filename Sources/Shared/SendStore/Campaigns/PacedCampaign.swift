internal import Domain
internal import Store
internal import Time

/// What a claim has to know of a campaign whose sends wait in its lane.
struct PacedCampaign {
  let key: CampaignKey
  let expires: Timestamp?
  /// How much the campaign has had of this lane.
  let served: Int64
  let tenant: Tenant
  let isMarketing: Bool
  let cap: FrequencyCap?
  let ceiling: Int64?
  let dayCeiling: Int64?
  /// How many more may be claimed of this lane before its first wave has passed.
  let allowed: Int
  private let pace: CampaignPace

  init?(_ row: Row<Flows.WaitingColumn>) {
    let number = row.integer(.campaignKey)
    guard number != 0 else { return nil }
    key = CampaignKey(number)
    expires = row.optionalTime(.expires)
    served = row.optionalInteger(.campaignServed) ?? 0
    tenant = Tenant(app: row.optionalText(.app) ?? "", company: row.optionalText(.company) ?? "")
    isMarketing = row.optionalInteger(.isMarketing) == 1
    cap = FrequencyCap(
      row.optionalInt(.cap), .microseconds(row.optionalInteger(.capSpan) ?? 0))
    ceiling = row.optionalInteger(.ceiling)
    dayCeiling = row.optionalInteger(.dayCeiling)
    allowed =
      row.optionalInt(.allowance).map { max(0, $0 - (row.optionalInt(.taken) ?? 0)) } ?? .max
    pace = CampaignPace(
      pace: row.optionalText(.pace).flatMap { Rate($0) }, share: row.optionalInt(.share),
      lanes: row.optionalInt(.lanes) ?? 1, paidBack: row.optionalTime(.paidBack) ?? .distantPast)
  }

  /// What it may take of a lane with that rate; nil: as much as the lane lets out.
  func bucket(in lane: Rate?) -> TokenBucket? { pace.bucket(in: lane) }

  /// Whether it has to be known what its messages cost.
  var hasCeiling: Bool { ceiling != nil || dayCeiling != nil }
}
