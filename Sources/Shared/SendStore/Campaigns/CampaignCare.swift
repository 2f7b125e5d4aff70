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

extension SendStore {
  package func care(of campaign: CampaignKey) throws(StoreError) -> StoredCare {
    try engine.read { transaction throws(StoreError) in try transaction.care(of: campaign) }
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

  /// The others follow.
  package func passWave(of campaign: CampaignKey) throws(StoreError) {
    try engine.write(.campaigns) { transaction throws(StoreError) in
      try transaction.passWave(of: campaign)
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

  func wakeLanes(of campaign: CampaignKey) throws(StoreError) {
    let lanes = Set(try flows(of: campaign).map(\.lane)).sorted()
    try run(Lanes.wake, [.lane: .keys(lanes)])
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

  enum AllowParameter: Int, Columns { case campaign, lane, allowance }
  static let allow = Command<AllowParameter>("allow")
  static let lift = Command<CampaignParameter>("lift")
  enum CountColumn: Int, Columns { case count }

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
  static let pruneCare = Command<Campaigns.PruneParameter>("pruneCare")
}
