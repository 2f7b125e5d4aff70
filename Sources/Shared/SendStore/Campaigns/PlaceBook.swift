internal import Domain
internal import Store
internal import Time

/// The places of a campaign, each with its number. Those that come up are numbered on while the campaign is locked.
struct PlaceBook {
  private struct Name: Hashable {
    let region: String
    let zone: String
  }

  private var numbers: [Name: Int] = [:]
  private var last = 0
  private let opening: Range<Timestamp>
  private(set) var fresh: [CampaignPlace] = []

  /// A flow's number has room for so many; whoever lives elsewhere shares the last one, whose zone is not known.
  private static let most = 1022

  init(of campaign: CampaignKey, _ transaction: any Transaction) throws(StoreError) {
    let always = Timestamp.distantPast..<Timestamp.distantFuture
    let keepsHours = try transaction.care(of: campaign).terms.keepsHours
    opening = keepsHours ? Timestamp.distantPast..<Timestamp.distantPast : always
    for place in try transaction.places(of: campaign) {
      numbers[Name(region: place.region, zone: place.zone)] = place.number
      last = max(last, place.number)
    }
  }

  mutating func number(of region: String, zone: String) -> Int {
    let name = Name(region: region, zone: zone)
    if let known = numbers[name] { return known }
    guard last < Self.most else {
      return region.isEmpty && zone.isEmpty ? last : number(of: "", zone: "")
    }
    last += 1
    numbers[name] = last
    fresh.append(
      CampaignPlace(number: last, region: region, zone: zone, opening: opening, price: nil))
    return last
  }
}
