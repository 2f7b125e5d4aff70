package import Domain
package import Store
package import Time

/// What the claims of a campaign's sends have to take care of.
package struct CareTerms: Hashable, Sendable {
  /// It is claimed from only while somebody sees how its sends fare.
  package var needsSight = false
  /// Its places are closed until somebody has found when they are open.
  package var keepsHours = false
  /// Whoever rests from marketing is left alone.
  package var isMarketing = false
  package var cap: FrequencyCap?
  /// What it may cost, and what all campaigns of its tenant may cost in a day: in millionths of the currency.
  package var ceiling: Int64?
  package var dayCeiling: Int64?
  package var currency: String?
  /// How many go before the others.
  package var wave: Int?
  /// Its messages are tried before the rest of it is sent.
  package var isTest = false

  package init() {}
}

package struct StoredCare: Hashable, Sendable {
  package enum Wave: Int, Sendable {
    case none, out, passed

    package var name: String {
      switch self {
      case .none: "waiting"
      case .out: "out"
      case .passed: "passed"
      }
    }
  }

  package var terms = CareTerms()
  package var seenUntil = Timestamp.distantPast
  package var wave = Wave.none
  /// JSON: what was foretold at its start.
  package var plan: [UInt8]?
}

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

/// A part of a campaign that waits since too many of it failed for one cause.
package struct CampaignStop: Hashable, Sendable {
  package let segment: ErrorBudget.Segment
  package let cause: String
  package let since: Timestamp
  package let until: Timestamp
  package let reason: String

  package init(
    _ segment: ErrorBudget.Segment, cause: String, since: Timestamp, until: Timestamp,
    reason: String
  ) {
    (self.segment, self.cause, self.since) = (segment, cause, since)
    (self.until, self.reason) = (until, reason)
  }
}

/// In millionths of the campaign's currency.
package struct CampaignMoney: Hashable, Sendable {
  package var reserved: Int64 = 0
  /// Of those that ended without arriving.
  package var released: Int64 = 0
}

/// How many messages a provider says that it charges, or not.
package struct CampaignCharge: Hashable, Sendable {
  package let place: Int
  package let category: String
  package let isBillable: Bool
  package let count: Int
}

extension SendStore {
  package func care(of campaign: CampaignKey) throws(StoreError) -> StoredCare {
    try engine.read { transaction throws(StoreError) in try transaction.care(of: campaign) }
  }

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

  package func stops(of campaign: CampaignKey) throws(StoreError) -> [CampaignStop] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Care.stops, [.campaign: .key(campaign)]) { row in
        CampaignStop(
          ErrorBudget.Segment(
            sender: SenderID(row.text(.sender)), template: row.text(.template),
            place: row.int(.place)),
          cause: row.text(.cause), since: row.time(.since), until: row.time(.until),
          reason: row.text(.reason))
      }
    }
  }

  package func money(of campaign: CampaignKey) throws(StoreError) -> CampaignMoney {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Care.money, [.campaign: .key(campaign)]) {
        CampaignMoney(reserved: $0.integer(.reserved), released: $0.integer(.released))
      }.first ?? CampaignMoney()
    }
  }

  package func charges(of campaign: CampaignKey) throws(StoreError) -> [CampaignCharge] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Care.charges, [.campaign: .key(campaign)]) { row in
        CampaignCharge(
          place: row.int(.place), category: row.text(.category),
          isBillable: row.isTrue(.isBillable), count: row.int(.count))
      }
    }
  }

  /// How many of those that it wrote to have opted out since it began.
  package func optOuts(of campaign: StoredCampaign) throws(StoreError) -> Int {
    guard let started = campaign.started else { return 0 }
    return try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        Care.optOuts, [.campaign: .key(campaign.key), .since: .time(started)]
      ) { $0.int(.count) }.first ?? 0
    }
  }

  /// Somebody sees how its sends fare, and will for a while.
  package func see(_ campaigns: [CampaignKey], until time: Timestamp) throws(StoreError) {
    guard !campaigns.isEmpty else { return }
    try engine.write(.campaigns) { transaction throws(StoreError) in
      try transaction.run(
        Care.see,
        [
          .campaign: .keys(campaigns),
          .until: .integers(campaigns.map { _ in time.microseconds }),
        ])
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

  /// These wait from now on. Nothing of them is claimed once it answers, as each of their lanes is locked for it.
  package func stop(
    _ stops: [CampaignStop], of campaign: CampaignKey
  ) throws(StoreError) {
    guard !stops.isEmpty else { return }
    try engine.write(.campaigns) { transaction throws(StoreError) in
      try transaction.lockGroups(of: campaign)
      try transaction.run(
        Care.stop,
        [
          .campaign: .keys(stops.map { _ in campaign }),
          .sender: .texts(stops.map(\.segment.sender.text)),
          .template: .texts(stops.map(\.segment.template)),
          .place: .integers(stops.map { Int64($0.segment.place) }),
          .cause: .texts(stops.map(\.cause)),
          .since: .integers(stops.map(\.since.microseconds)),
          .until: .integers(stops.map(\.until.microseconds)),
          .reason: .texts(stops.map(\.reason)),
        ])
    }
  }

  /// The others follow.
  package func passWave(of campaign: CampaignKey) throws(StoreError) {
    try engine.write(.campaigns) { transaction throws(StoreError) in
      try transaction.passWave(of: campaign)
    }
  }

  package func release(_ amount: Int64, of campaign: CampaignKey) throws(StoreError) {
    try engine.write(.campaigns) { transaction throws(StoreError) in
      try transaction.run(
        Care.release, [.campaign: .key(campaign), .amount: .integer(amount)])
      try transaction.wakeLanes(of: campaign)
    }
  }

  package func save(plan: [UInt8], of campaign: CampaignKey) throws(StoreError) {
    try engine.write(.campaigns) { transaction throws(StoreError) in
      try transaction.run(Care.savePlan, [.campaign: .key(campaign), .plan: .bytes([plan])])
    }
  }
}

extension Transaction {
  func care(of campaign: CampaignKey) throws(StoreError) -> StoredCare {
    try rows(Care.one, [.campaign: .key(campaign)]) { row in
      var care = StoredCare()
      care.terms.needsSight = row.isTrue(.needsSight)
      care.terms.keepsHours = row.isTrue(.keepsHours)
      care.terms.isMarketing = row.isTrue(.isMarketing)
      care.terms.cap = FrequencyCap(row.optionalInt(.cap), row.span(.capSpan))
      care.terms.ceiling = row.optionalInteger(.ceiling)
      care.terms.dayCeiling = row.optionalInteger(.dayCeiling)
      care.terms.currency = row.optionalText(.currency)
      care.terms.wave = row.optionalInt(.wave)
      care.seenUntil = row.time(.seenUntil)
      care.wave = StoredCare.Wave(rawValue: row.int(.waveState)) ?? .passed
      care.plan = row.optionalBytes(.plan)
      return care
    }.first ?? StoredCare()
  }

  func create(_ terms: CareTerms, of campaign: CampaignKey) throws(StoreError) {
    try run(
      Care.create,
      [
        .campaign: .key(campaign), .needsSight: .integer(terms.needsSight ? 1 : 0),
        .keepsHours: .integer(terms.keepsHours ? 1 : 0),
        .isMarketing: .integer(terms.isMarketing ? 1 : 0),
        .cap: .optionalIntegers([terms.cap.map { Int64($0.messages) }]),
        .capSpan: .integer(terms.cap?.span.microseconds ?? 0),
        .ceiling: .optionalIntegers([terms.ceiling]),
        .dayCeiling: .optionalIntegers([terms.dayCeiling]),
        .currency: .optionalTexts([terms.currency]),
        .wave: .optionalIntegers([terms.wave.map { Int64($0) }]),
      ])
    if terms.isTest { try run(Choices.test, [.campaign: .key(campaign)]) }
  }

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

  func wakeLanes(of campaign: CampaignKey) throws(StoreError) {
    let lanes = Set(try flows(of: campaign).map(\.lane)).sorted()
    try run(Lanes.wake, [.lane: .keys(lanes)])
  }

  /// Why it cannot be started: where it has a ceiling, it has to be known what its messages cost.
  func unpriced(_ campaign: StoredCampaign) throws(StoreError) -> String? {
    let terms = try care(of: campaign.key).terms
    guard terms.ceiling != nil || terms.dayCeiling != nil else { return nil }
    let unknown = try places(of: campaign.key).filter { $0.price == nil }
    guard let first = unknown.first else { return nil }
    let place = first.region.isEmpty ? "people whose country is not known" : first.region
    return
      "it is not known yet what a message costs for \(place), and the campaign may not cost more than it says: add a row to the rate card, or leave the ceiling out"
  }

  func passWave(of campaign: CampaignKey) throws(StoreError) {
    try run(
      Care.saveWave,
      [.campaign: .key(campaign), .state: .integer(StoredCare.Wave.passed.rawValue)])
    try run(Care.lift, [.campaign: .key(campaign)])
    try wakeLanes(of: campaign)
  }

  /// As a campaign starts or goes on. A first wave is shared out by how many wait in each lane.
  func beginCare(of campaign: StoredCampaign, at now: Timestamp) throws(StoreError) {
    let care = try care(of: campaign.key)
    try run(Care.addMoney, [.campaign: .key(campaign.key)])
    try run(Care.endStops, [.campaign: .key(campaign.key), .now: .time(now)])
    guard let wave = care.terms.wave else { return }
    switch care.wave {
    case .passed: break
    // Whoever lets it go on has looked at its first wave.
    case .out: try passWave(of: campaign.key)
    case .none:
      let waiting = Dictionary(
        grouping: try flows(of: campaign.key).filter { $0.load == campaign.load }, by: \.lane
      )
      .mapValues { $0.reduce(0) { $0 + $1.waiting } }.sorted { $0.key < $1.key }
      var left = wave
      var behind = waiting.reduce(0) { $0 + $1.value }
      for (lane, count) in waiting where behind > 0 {
        let part = min(count, (left * count + behind - 1) / behind)
        try run(
          Care.allow,
          [.campaign: .key(campaign.key), .lane: .key(lane), .allowance: .integer(part)])
        left -= part
        behind -= count
      }
      try run(
        Care.saveWave,
        [.campaign: .key(campaign.key), .state: .integer(StoredCare.Wave.out.rawValue)])
    }
  }
}

extension FrequencyCap {
  init?(_ messages: Int?, _ span: Duration) {
    guard let messages else { return nil }
    self.init(messages, in: span)
  }
}

extension Care {
  enum CreateParameter: Int, Columns {
    case campaign, needsSight, keepsHours, isMarketing, cap, capSpan, ceiling, dayCeiling, currency,
      wave
  }
  static let create = Command<CreateParameter>("create")
  enum CampaignParameter: Int, Columns { case campaign }
  enum OneColumn: Int, Columns {
    case needsSight, seenUntil, keepsHours, isMarketing, cap, capSpan, ceiling, dayCeiling,
      currency, wave, waveState, plan
  }
  static let one = Query<CampaignParameter, OneColumn>("one")
  enum SeeParameter: Int, Columns { case campaign, until }
  static let see = Command<SeeParameter>("see")
  enum SaveWaveParameter: Int, Columns { case campaign, state }
  static let saveWave = Command<SaveWaveParameter>("saveWave")
  enum SavePlanParameter: Int, Columns { case campaign, plan }
  static let savePlan = Command<SavePlanParameter>("savePlan")

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

  enum StopColumn: Int, Columns { case sender, template, place, cause, since, until, reason }
  static let stops = Query<CampaignParameter, StopColumn>("stops")
  enum StopParameter: Int, Columns {
    case campaign, sender, template, place, cause, since, until, reason
  }
  static let stop = Command<StopParameter>("stop")
  enum EndStopsParameter: Int, Columns { case campaign, now }
  static let endStops = Command<EndStopsParameter>("endStops")

  enum AllowParameter: Int, Columns { case campaign, lane, allowance }
  static let allow = Command<AllowParameter>("allow")
  static let lift = Command<CampaignParameter>("lift")
  enum CountColumn: Int, Columns { case count }
  static let taken = Query<CampaignParameter, CountColumn>("taken")

  static let addMoney = Command<CampaignParameter>("addMoney")
  enum MoneyColumn: Int, Columns { case reserved, released }
  static let money = Query<CampaignParameter, MoneyColumn>("money")
  static let lockMoney = Query<CampaignParameter, MoneyColumn>("lockMoney")
  enum AmountParameter: Int, Columns { case campaign, amount }
  static let reserve = Command<AmountParameter>("reserve")
  static let release = Command<AmountParameter>("release")

  enum TenantParameter: Int, Columns { case app, company, day }
  static let addTenantMoney = Command<TenantParameter>("addTenantMoney")
  enum TenantColumn: Int, Columns { case reserved }
  static let lockTenantMoney = Query<TenantParameter, TenantColumn>("lockTenantMoney")
  enum TenantAmountParameter: Int, Columns { case app, company, day, amount }
  static let reserveOfTenant = Command<TenantAmountParameter>("reserveOfTenant")

  enum ChargeParameter: Int, Columns { case campaign, place, category, isBillable, count }
  static let charge = Command<ChargeParameter>("charge")
  enum ChargeColumn: Int, Columns { case place, category, isBillable, count }
  static let charges = Query<CampaignParameter, ChargeColumn>("charges")

  enum OptOutsParameter: Int, Columns { case campaign, since }
  static let optOuts = Query<OptOutsParameter, CountColumn>("optOuts")

  enum RestParameter: Int, Columns { case lane, address, at }
  static let restFromMarketing = Command<RestParameter>("restFromMarketing")

  enum ReachedParameter: Int, Columns { case app, company, address, since }
  enum ReachedColumn: Int, Columns { case address, at }
  static let reached = Query<ReachedParameter, ReachedColumn>("reached")
  enum PeopleParameter: Int, Columns { case app, company, address }
  static let lockPeople = Query<PeopleParameter, CountColumn>("lockPeople")
  enum ReachParameter: Int, Columns { case app, company, address, at, send }
  static let reach = Command<ReachParameter>("reach")

  static let pruneReach = Command<Campaigns.PruneParameter>("pruneReach")
  static let pruneRests = Command<Campaigns.PruneParameter>("pruneRests")
  static let pruneMoney = Command<Campaigns.PruneParameter>("pruneMoney")
  static let pruneTenantMoney = Command<Campaigns.PruneParameter>("pruneTenantMoney")
  static let pruneCharges = Command<Campaigns.PruneParameter>("pruneCharges")
  static let pruneStops = Command<Campaigns.PruneParameter>("pruneStops")
  static let prunePlaces = Command<Campaigns.PruneParameter>("prunePlaces")
  static let pruneCare = Command<Campaigns.PruneParameter>("pruneCare")
}
