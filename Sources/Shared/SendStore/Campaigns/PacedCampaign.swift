internal import Domain
internal import Store
internal import Time

/// What a claim has to know of a campaign whose sends wait in its lane.
struct PacedCampaign {
  let key: CampaignKey
  let expires: Timestamp?
  /// How much the campaign has had of this lane.
  let served: Int64
  private let pace: CampaignPace

  init?(_ row: Row<Flows.WaitingColumn>) {
    let number = row.integer(.campaignKey)
    guard number != 0 else { return nil }
    key = CampaignKey(number)
    expires = row.optionalTime(.expires)
    served = row.optionalInteger(.campaignServed) ?? 0
    pace = CampaignPace(
      pace: row.optionalText(.pace).flatMap { Rate($0) }, share: row.optionalInt(.share),
      lanes: row.optionalInt(.lanes) ?? 1, paidBack: row.optionalTime(.paidBack) ?? .distantPast)
  }

  /// What it may take of a lane with that rate; nil: as much as the lane lets out.
  func bucket(in lane: Rate?) -> TokenBucket? { pace.bucket(in: lane) }
}
