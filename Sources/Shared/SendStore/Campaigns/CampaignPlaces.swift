package import Domain
package import Store
package import Time

/// Where some of a campaign's people live.
package struct CampaignPlace: Hashable, Sendable {
  package let number: Int
  /// `IT`, or the calling code `+39` where the country is not known, or nothing.
  package let region: String
  /// `Europe/Rome`, where the row said so.
  package let zone: String
  package var opening: Range<Timestamp>
  /// What a message costs there at most.
  package var price: Int64?
}

/// How many wait in one lane and place.
package struct CampaignCrowd: Hashable, Sendable {
  package let sender: SenderID
  package let template: String
  package let place: Int
  package let variant: Int
  package let waiting: Int
}

extension SendStore {
  package func places(of campaign: CampaignKey) throws(StoreError) -> [CampaignPlace] {
    try engine.read { transaction throws(StoreError) in try transaction.places(of: campaign) }
  }

  package func crowds(of campaign: StoredCampaign) throws(StoreError) -> [CampaignCrowd] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        Care.crowds, [.campaign: .key(campaign.key), .load: .integer(campaign.load)]
      ) { row in
        CampaignCrowd(
          sender: SenderID(row.text(.sender)), template: row.text(.template),
          place: row.int(.place), variant: FlowKind(number: row.integer(.kind)).variant,
          waiting: row.int(.waiting))
      }
    }
  }

  /// When people of these places may be written to.
  package func open(
    _ openings: [Int: Range<Timestamp>], of campaign: CampaignKey
  ) throws(StoreError) {
    let sorted = openings.sorted { $0.key < $1.key }
    guard !sorted.isEmpty else { return }
    try engine.write(.campaigns) { transaction throws(StoreError) in
      try transaction.run(
        Care.openPlaces,
        [
          .campaign: .keys(sorted.map { _ in campaign }),
          .number: .integers(sorted.map { Int64($0.key) }),
          .openFrom: .integers(sorted.map(\.value.lowerBound.microseconds)),
          .openUntil: .integers(sorted.map(\.value.upperBound.microseconds)),
        ])
      try transaction.wakeLanes(of: campaign)
    }
  }

  package func price(_ prices: [Int: Int64?], of campaign: CampaignKey) throws(StoreError) {
    let sorted = prices.sorted { $0.key < $1.key }
    guard !sorted.isEmpty else { return }
    try engine.write(.campaigns) { transaction throws(StoreError) in
      try transaction.run(
        Care.pricePlaces,
        [
          .campaign: .keys(sorted.map { _ in campaign }),
          .number: .integers(sorted.map { Int64($0.key) }),
          .price: .optionalIntegers(sorted.map(\.value)),
        ])
      try transaction.wakeLanes(of: campaign)
    }
  }
}

extension Transaction {
  func places(of campaign: CampaignKey) throws(StoreError) -> [CampaignPlace] {
    try rows(Care.places, [.campaign: .key(campaign)]) { row in
      let from = row.time(.openFrom)
      return CampaignPlace(
        number: row.int(.number), region: row.text(.region), zone: row.text(.zone),
        opening: from..<max(from, row.time(.openUntil)), price: row.optionalInteger(.price))
    }
  }

  /// Numbers for those that have none yet.
  func add(_ places: [CampaignPlace], to campaign: CampaignKey) throws(StoreError) {
    guard !places.isEmpty else { return }
    try run(
      Care.addPlaces,
      [
        .campaign: .keys(places.map { _ in campaign }),
        .number: .integers(places.map { Int64($0.number) }), .region: .texts(places.map(\.region)),
        .zone: .texts(places.map(\.zone)),
        .openFrom: .integers(places.map(\.opening.lowerBound.microseconds)),
        .openUntil: .integers(places.map(\.opening.upperBound.microseconds)),
      ])
  }
}

extension Care {
  enum PlaceColumn: Int, Columns { case number, region, zone, openFrom, openUntil, price }
  static let places = Query<CampaignParameter, PlaceColumn>("places")
  enum AddPlacesParameter: Int, Columns { case campaign, number, region, zone, openFrom, openUntil }
  static let addPlaces = Command<AddPlacesParameter>("addPlaces")
  enum OpenPlacesParameter: Int, Columns { case campaign, number, openFrom, openUntil }
  static let openPlaces = Command<OpenPlacesParameter>("openPlaces")
  enum PricePlacesParameter: Int, Columns { case campaign, number, price }
  static let pricePlaces = Command<PricePlacesParameter>("pricePlaces")

  enum CrowdsParameter: Int, Columns { case campaign, load }
  enum CrowdColumn: Int, Columns { case sender, template, place, kind, waiting }
  static let crowds = Query<CrowdsParameter, CrowdColumn>("crowds")

  static let prunePlaces = Command<Campaigns.PruneParameter>("prunePlaces")
}
