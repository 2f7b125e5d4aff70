package import Domain
package import Store
package import Time

/// A campaign as it is asked for, with what the claims of its sends have to know.
package struct NewCampaign: Hashable, Sendable {
  package var id: CampaignID
  package var tenant: Tenant
  package var name: String
  /// JSON, as it was asked for.
  package var definition: [UInt8]
  /// How many of its sends may go in a time, over all of its lanes.
  package var pace: Rate?
  /// In hundredths of the rate of each of its lanes.
  package var share: Int?
  package var lanes: Int
  /// How long after its start it may take, unless it says when it ends.
  package var expiry: Duration
  package var expires: Timestamp?
  package var startsAt: Timestamp?
  /// The campaign whose outcome it is made from.
  package var source: CampaignKey?
  package var care = CareTerms()

  package init(
    id: CampaignID, tenant: Tenant, name: String, definition: [UInt8], pace: Rate? = nil,
    share: Int? = nil, lanes: Int = 1, expiry: Duration = .seconds(7 * 86400),
    expires: Timestamp? = nil, startsAt: Timestamp? = nil, source: CampaignKey? = nil
  ) {
    (self.id, self.tenant, self.name, self.definition) = (id, tenant, name, definition)
    (self.pace, self.share, self.lanes, self.expiry) = (pace, share, lanes, expiry)
    (self.expires, self.startsAt, self.source) = (expires, startsAt, source)
  }
}

/// A campaign as it stands.
package struct StoredCampaign: Hashable, Sendable {
  package let key: CampaignKey
  package let id: CampaignID
  package let tenant: Tenant
  package let name: String
  package let definition: [UInt8]
  package var state: CampaignState
  package var reason: CampaignReason?
  /// Which of its uploads counts.
  package var load: Int
  /// JSON: how far the upload has come.
  package var upload: [UInt8]?
  package let uploadVersion: Int64
  /// All of its rows are taken in.
  package var isLoaded: Bool
  package var wantsStart: Bool
  package var rows: Int
  package var duplicates: Int
  package let expiry: Duration
  package var expires: Timestamp?
  package let startsAt: Timestamp?
  package let source: CampaignKey?
  /// Up to where that was read.
  package var sourceFlow: FlowKey
  package var sourcePlace: SendKey
  /// The loads up to this one have nothing in a queue that would never be sent.
  package var sweptLoad: Int
  package let created: Timestamp
  package var started: Timestamp?
  package var ended: Timestamp?
  package var changed: Timestamp
  package var version: Int
}

/// One change of a campaign, to be told.
package struct CampaignChange: Hashable, Sendable {
  package let campaign: CampaignKey
  package let version: Int
  package let state: CampaignState
  package let reason: CampaignReason?
  package let at: Timestamp
}

extension SendStore {
  /// Makes it, or answers with the one of that id that is there.
  package func create(_ campaign: NewCampaign) throws(StoreError) -> (
    campaign: StoredCampaign, isNew: Bool
  ) {
    try engine.write(.campaigns) { transaction throws(StoreError) in
      let now = try transaction.now()
      let made = try transaction.rows(
        Campaigns.create,
        [
          .id: .bytes([campaign.id.bytes]), .app: .text(campaign.tenant.app),
          .company: .text(campaign.tenant.company), .name: .text(campaign.name),
          .definition: .bytes([campaign.definition]),
          .pace: .optionalTexts([campaign.pace?.description]),
          .share: .optionalIntegers([campaign.share.map { Int64($0) }]),
          .lanes: .integer(campaign.lanes), .expiry: .integer(campaign.expiry.microseconds),
          .expires: .optionalIntegers([campaign.expires?.microseconds]),
          .startsAt: .optionalIntegers([campaign.startsAt?.microseconds]),
          .source: .optionalIntegers([campaign.source?.value]), .now: .time(now),
        ]
      ) { $0.key(.key) as CampaignKey }
      guard let stored = try transaction.campaign(campaign.id) else {
        throw .broken("no campaign was made")
      }
      if !made.isEmpty {
        try transaction.create(campaign.care, of: stored.key)
        try transaction.noteChange(of: stored)
      }
      return (stored, !made.isEmpty)
    }
  }

  package func campaign(_ id: CampaignID) throws(StoreError) -> StoredCampaign? {
    try engine.read { transaction throws(StoreError) in try transaction.campaign(id) }
  }

  package func campaign(_ key: CampaignKey) throws(StoreError) -> StoredCampaign? {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        Campaigns.ofKey, [.key: .key(key)], StoredCampaign.init(reading:)
      ).first
    }
  }

  /// The newest first; a tenant's own, or everybody's.
  package func campaigns(
    of tenant: Tenant?, before key: CampaignKey? = nil, limit: Int
  ) throws(StoreError) -> [StoredCampaign] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        Campaigns.page,
        [
          .before: .key(key ?? CampaignKey(.max)), .app: .text(tenant?.app ?? ""),
          .company: .text(tenant?.company ?? ""), .limit: .integer(limit),
        ], StoredCampaign.init(reading:))
    }
  }

  /// Those that may still move by themselves, or have rows to be swept.
  package func openCampaigns() throws(StoreError) -> [StoredCampaign] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Campaigns.open, StoredCampaign.init(reading:))
    }
  }

  /// All that it went through.
  package func changes(of campaign: CampaignKey) throws(StoreError) -> [CampaignChange] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Campaigns.changes, [.campaign: .key(campaign)]) {
        row throws(StoreError) in
        CampaignChange(
          campaign: campaign, version: row.int(.version),
          state: try CampaignState(column: row.int(.state)),
          reason: CampaignReason(row.optionalText(.cause), row.optionalText(.reason)),
          at: row.time(.at))
      }
    }
  }

  /// Changes that nobody was told of yet.
  package func untoldCampaignChanges(limit: Int = 100) throws(StoreError) -> [CampaignChange] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Campaigns.untold, [.limit: .integer(limit)]) {
        row throws(StoreError) in
        CampaignChange(
          campaign: row.key(.campaign), version: row.int(.version),
          state: try CampaignState(column: row.int(.state)),
          reason: CampaignReason(row.optionalText(.cause), row.optionalText(.reason)),
          at: row.time(.at))
      }
    }
  }

  package func told(_ changes: [CampaignChange]) throws(StoreError) {
    try engine.write(.campaigns) { transaction throws(StoreError) in
      try transaction.run(
        Campaigns.told,
        [
          .campaign: .keys(changes, \.campaign),
          .version: .integers(changes.map { Int64($0.version) }),
        ])
    }
  }
}

extension Transaction {
  func campaign(_ id: CampaignID) throws(StoreError) -> StoredCampaign? {
    try rows(Campaigns.one, [.id: .bytes([id.bytes])], StoredCampaign.init(reading:)).first
  }

  func lockCampaign(_ id: CampaignID) throws(StoreError) -> StoredCampaign? {
    try rows(Campaigns.lock, [.id: .bytes([id.bytes])], StoredCampaign.init(reading:)).first
  }

  func lockCampaign(_ key: CampaignKey) throws(StoreError) -> StoredCampaign? {
    try rows(Campaigns.byKey, [.key: .key(key)], StoredCampaign.init(reading:)).first
  }

  /// Of one that is locked. A new state is a change that is told.
  func save(_ campaign: StoredCampaign, was before: StoredCampaign) throws(StoreError) {
    var campaign = campaign
    let isChange = campaign.state != before.state || campaign.reason != before.reason
    if isChange { campaign.version += 1 }
    try run(
      Campaigns.save,
      [
        .key: .key(campaign.key), .state: .integer(campaign.state.rawValue),
        .cause: .optionalTexts([campaign.reason?.cause.rawValue]),
        .reason: .optionalTexts([campaign.reason?.text]), .load: .integer(campaign.load),
        .upload: .optionalBytes([campaign.upload]),
        .isLoaded: .integer(campaign.isLoaded ? 1 : 0),
        .wantsStart: .integer(campaign.wantsStart ? 1 : 0), .rows: .integer(campaign.rows),
        .duplicates: .integer(campaign.duplicates),
        .expires: .optionalIntegers([campaign.expires?.microseconds]),
        .sourceFlow: .key(campaign.sourceFlow),
        .sourcePlace: .key(campaign.sourcePlace), .sweptLoad: .integer(campaign.sweptLoad),
        .started: .optionalIntegers([campaign.started?.microseconds]),
        .ended: .optionalIntegers([campaign.ended?.microseconds]),
        .changed: .time(campaign.changed), .version: .integer(campaign.version),
      ])
    if isChange { try noteChange(of: campaign) }
  }

  func noteChange(of campaign: StoredCampaign) throws(StoreError) {
    try run(
      Campaigns.addChange,
      [
        .campaign: .key(campaign.key), .version: .integer(campaign.version),
        .state: .integer(campaign.state.rawValue),
        .cause: .optionalTexts([campaign.reason?.cause.rawValue]),
        .reason: .optionalTexts([campaign.reason?.text]), .at: .time(campaign.changed),
      ])
  }
}

extension StoredCampaign {
  init(reading row: Row<Campaigns.Column>) throws(StoreError) {
    guard let id = CampaignID(bytes: row.bytes(.id)) else { throw .broken("a campaign's id") }
    self.init(
      key: row.key(.key), id: id,
      tenant: Tenant(app: row.text(.app), company: row.text(.company)), name: row.text(.name),
      definition: row.bytes(.definition), state: try CampaignState(column: row.int(.state)),
      reason: CampaignReason(row.optionalText(.cause), row.optionalText(.reason)),
      load: row.int(.load), upload: row.optionalBytes(.upload),
      uploadVersion: row.integer(.uploadVersion), isLoaded: row.isTrue(.isLoaded),
      wantsStart: row.isTrue(.wantsStart), rows: row.int(.rows), duplicates: row.int(.duplicates),
      expiry: row.span(.expiry), expires: row.optionalTime(.expires),
      startsAt: row.optionalTime(.startsAt),
      source: row.optionalInteger(.source).map { CampaignKey($0) },
      sourceFlow: row.key(.sourceFlow), sourcePlace: row.key(.sourcePlace),
      sweptLoad: row.int(.sweptLoad),
      created: row.time(.created), started: row.optionalTime(.started),
      ended: row.optionalTime(.ended), changed: row.time(.changed), version: row.int(.version))
  }
}

extension CampaignState {
  init(column number: Int) throws(StoreError) {
    guard let state = CampaignState(rawValue: number) else {
      throw .broken("a campaign's state \(number)")
    }
    self = state
  }
}

extension CampaignReason {
  init?(_ cause: String?, _ text: String?) {
    guard let cause = cause.flatMap(Cause.init), let text else { return nil }
    self.init(cause, text)
  }
}

extension Campaigns {
  enum CreateParameter: Int, Columns {
    case id, app, company, name, definition, pace, share, lanes, expiry, expires, startsAt, source,
      now
  }
  enum KeyColumn: Int, Columns { case key }
  static let create = Query<CreateParameter, KeyColumn>("create")

  enum Column: Int, Columns {
    case key, id, app, company, name, definition, state, cause, reason, load, upload,
      uploadVersion, isLoaded, wantsStart, rows, duplicates, expiry, expires, startsAt, source,
      sourceFlow, sourcePlace, sweptLoad, created, started, ended, changed, version
  }
  enum OneParameter: Int, Columns { case id }
  static let one = Query<OneParameter, Column>("one")
  static let lock = Query<OneParameter, Column>("lock")
  enum ByKeyParameter: Int, Columns { case key }
  static let byKey = Query<ByKeyParameter, Column>("byKey")
  static let ofKey = Query<ByKeyParameter, Column>("ofKey")
  enum PageParameter: Int, Columns { case before, app, company, limit }
  static let page = Query<PageParameter, Column>("page")
  static let open = Query<Nothing, Column>("open")

  enum SaveParameter: Int, Columns {
    case key, state, cause, reason, load, upload, isLoaded, wantsStart, rows, duplicates, expires,
      sourceFlow, sourcePlace, sweptLoad, started, ended, changed, version
  }
  static let save = Command<SaveParameter>("save")

  enum AddChangeParameter: Int, Columns { case campaign, version, state, cause, reason, at }
  static let addChange = Command<AddChangeParameter>("addChange")
  enum CampaignParameter: Int, Columns { case campaign }
  enum ChangeColumn: Int, Columns { case version, state, cause, reason, at }
  static let changes = Query<CampaignParameter, ChangeColumn>("changes")
  enum UntoldParameter: Int, Columns { case limit }
  enum UntoldColumn: Int, Columns { case campaign, version, state, cause, reason, at }
  static let untold = Query<UntoldParameter, UntoldColumn>("untold")
  enum ToldParameter: Int, Columns { case campaign, version }
  static let told = Command<ToldParameter>("told")
}
