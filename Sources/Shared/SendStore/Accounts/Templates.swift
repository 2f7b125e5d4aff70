internal import Platform
package import Domain
package import Store
package import Time

/// A template as its provider has it.
package struct MirroredTemplate: Hashable, Sendable {
  package let account: AccountID
  package let name: String
  package let language: String
  /// APPROVED, PAUSED, PENDING and so on, as the provider says; DELETED where its list no longer has it.
  package var status: String
  package var category: String
  package var quality: String
  /// JSON.
  package var components: [UInt8]
  package var changedAt: Timestamp
  /// The provider's; on Twilio `HX…`.
  package var id = ""
  /// POSITIONAL or NAMED; empty where nobody has told.
  package var format = ""
  /// Why it was rejected, as the provider says; empty where it was not.
  package var rejection = ""
  /// The category that the provider is going to give it; empty where it stays.
  package var announced = ""
  package var announcedAt = Timestamp.distantPast
  /// When the list had it last, or we made it.
  var seenAt = Timestamp.distantPast
  /// When the provider told its state, its quality and its category, by the provider's clock.
  var statusAt = Timestamp(microseconds: 0)
  package var qualityAt = Timestamp(microseconds: 0)
  var categoryAt = Timestamp(microseconds: 0)

  package init(
    account: AccountID, name: String, language: String, status: String, category: String,
    quality: String, components: [UInt8], changedAt: Timestamp = .distantPast
  ) {
    (self.account, self.name, self.language) = (account, name, language)
    (self.status, self.category, self.quality) = (status, category, quality)
    self.components = components
    self.changedAt = changedAt
  }

  package var key: TemplateKey { TemplateKey(name: name, language: language) }
}

/// When an account's list was read last as a whole.
package struct TemplateList: Hashable, Sendable {
  package let account: AccountID
  /// `distantPast` where it never was.
  package let listedAt: Timestamp
  /// Why it could not be read since; empty where it could.
  package let failure: String
  /// When somebody asked last for what it does not have.
  package let wantedAt: Timestamp

  /// It was read in whole since the last that makes it doubtful.
  package var isWhole: Bool {
    failure.isEmpty && listedAt > .distantPast && listedAt > wantedAt
  }

  package var isWanted: Bool { wantedAt >= listedAt }
}

/// What a provider tells of one template.
package enum TemplateNews: Hashable, Sendable {
  case status(String, rejection: String)
  case quality(String)
  /// It has another one from now on.
  case category(String)
  /// It will have another one.
  case announced(String)
}

extension MirroredTemplate {
  /// False where something newer is known: webhooks come in any order, and a list tells what there was when it was read.
  /// `ahead`: of the calendar, by which the provider tells, is the store's clock, by which lists are read.
  mutating func take(_ news: TemplateNews, at told: Timestamp, ahead: Duration) -> Bool {
    guard told + ahead + Self.listLag >= seenAt else { return false }
    switch news {
    case .status(let word, let reason):
      guard told >= statusAt else { return false }
      (status, rejection, statusAt) = (word, reason, told)
    case .quality(let word):
      guard told >= qualityAt else { return false }
      (quality, qualityAt) = (word, told)
    case .category(let word):
      guard told >= categoryAt else { return false }
      (category, announced, announcedAt, categoryAt) = (word, "", .distantPast, told)
    case .announced(let word):
      guard told >= categoryAt else { return false }
      (announced, announcedAt, categoryAt) = (word, told, told)
    }
    return true
  }

  /// The provider tells the second in which something happened, by its own clock.
  private static let listLag = Duration.seconds(60)
}

extension SendStore {
  package func templatesStamp() throws(StoreError) -> CredentialsStamp {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Templates.stamp) {
        CredentialsStamp(count: $0.integer(.count), versions: $0.integer(.versions))
      }.first ?? CredentialsStamp(count: 0, versions: 0)
    }
  }

  package func templateLists() throws(StoreError) -> [TemplateList] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Templates.lists) { row in
        TemplateList(
          account: AccountID(row.text(.account)), listedAt: row.time(.listedAt),
          failure: row.text(.failure), wantedAt: row.time(.wantedAt))
      }
    }
  }

  package func templates() throws(StoreError) -> [MirroredTemplate] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Templates.all) { MirroredTemplate($0) }
    }
  }

  /// The whole list of an account, whose reading began at `since`: what is not in it is gone.
  package func save(
    _ list: [MirroredTemplate], of account: AccountID, since: Timestamp? = nil
  ) throws(StoreError) {
    let ahead = try clock().ahead
    try engine.write(.upkeep) { transaction throws(StoreError) in
      let now = try transaction.now()
      let since = since ?? now
      let told = since - ahead
      if !list.isEmpty {
        try transaction.run(
          Templates.save,
          [
            .account: .texts(list.map { _ in account.text }), .name: .texts(list.map(\.name)),
            .language: .texts(list.map(\.language)), .status: .texts(list.map(\.status)),
            .category: .texts(list.map(\.category)), .quality: .texts(list.map(\.quality)),
            .components: .bytes(list.map(\.components)), .id: .texts(list.map(\.id)),
            .format: .texts(list.map(\.format)), .rejection: .texts(list.map(\.rejection)),
            .announced: .texts(list.map(\.announced)),
            .at: .integers(list.map { _ in now.microseconds }),
            .since: .integers(list.map { _ in since.microseconds }),
            .told: .integers(list.map { _ in told.microseconds }),
          ])
      }
      try transaction.run(
        Templates.vanish,
        [
          .account: .text(account.text), .at: .time(now), .since: .time(since),
          .told: .time(told),
        ])
      try transaction.run(
        Templates.touch, [.account: .text(account.text), .at: .time(since), .failure: .text("")])
    }
  }

  /// One that was made or changed by us.
  package func put(_ template: MirroredTemplate) throws(StoreError) {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      var template = template
      let now = try transaction.now()
      (template.seenAt, template.changedAt) = (now, now)
      try transaction.put(template)
      try transaction.run(Templates.stir, [.account: .text(template.account.text)])
    }
  }

  /// Why the list of an account could not be read.
  package func templatesFailed(
    of account: AccountID, because reason: String
  ) throws(StoreError) {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      try transaction.run(
        Templates.touch,
        [.account: .text(account.text), .at: .time(.distantPast), .failure: .text(reason)])
    }
  }

  /// The list of an account is read again soon.
  package func wantTemplates(of account: AccountID) throws(StoreError) {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      try transaction.run(
        Templates.want, [.account: .text(account.text), .at: .time(try transaction.now())])
    }
  }

  /// What a webhook has told of one, at the provider's time. False where something newer is known, so that nothing
  /// changes. Of one that is not known the list has to tell.
  package func tell(
    _ news: TemplateNews, ofTemplate name: String, _ language: String, in account: AccountID,
    at told: Timestamp
  ) throws(StoreError) -> Bool {
    let ahead = try clock().ahead
    return try engine.write(.upkeep) { transaction throws(StoreError) in
      let now = try transaction.now()
      let found = try transaction.rows(
        Templates.one,
        [.account: .text(account.text), .name: .text(name), .language: .text(language)]
      ) { MirroredTemplate($0) }.first
      guard var template = found else {
        try transaction.run(Templates.want, [.account: .text(account.text), .at: .time(now)])
        return true
      }
      let before = template
      guard template.take(news, at: told, ahead: ahead) else { return false }
      let isOther =
        (before.status, before.category, before.quality, before.announced)
        != (template.status, template.category, template.quality, template.announced)
      if isOther { template.changedAt = now }
      try transaction.put(template)
      try transaction.run(Templates.stir, [.account: .text(account.text)])
      return true
    }
  }

  /// How many sends wait for a template, by the senders that have any.
  package func waiting(
    forTemplate key: TemplateKey, of senders: [SenderID]
  ) throws(StoreError) -> [SenderID: Int] {
    let lanes = catalog.withLock { catalog in senders.compactMap { catalog.byName[$0] } }
    let names = Dictionary(lanes.map { ($0.key, $0.sender) }) { $1 }
    let keys = lanes.map(\.key).sorted()
    guard !keys.isEmpty else { return [:] }
    let rows = try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        Flows.ofTemplate, [.lane: .keys(keys), .template: .texts(keys.map { _ in key.text })]
      ) { ($0.key(.lane) as LaneKey, $0.int(.waiting)) }
    }
    return Dictionary(rows.compactMap { key, count in names[key].map { ($0, count) } }) { $1 }
  }
}

extension Transaction {
  fileprivate func put(_ template: MirroredTemplate) throws(StoreError) {
    try run(
      Templates.put,
      [
        .account: .text(template.account.text), .name: .text(template.name),
        .language: .text(template.language), .status: .text(template.status),
        .category: .text(template.category), .quality: .text(template.quality),
        .components: .bytes([template.components]), .changedAt: .time(template.changedAt),
        .seenAt: .time(template.seenAt), .id: .text(template.id),
        .format: .text(template.format), .rejection: .text(template.rejection),
        .announced: .text(template.announced), .announcedAt: .time(template.announcedAt),
        .statusAt: .time(template.statusAt), .qualityAt: .time(template.qualityAt),
        .categoryAt: .time(template.categoryAt),
      ])
  }
}

extension MirroredTemplate {
  fileprivate init(_ row: Row<Templates.AllColumn>) {
    self.init(
      account: AccountID(row.text(.account)), name: row.text(.name),
      language: row.text(.language), status: row.text(.status), category: row.text(.category),
      quality: row.text(.quality), components: row.bytes(.components),
      changedAt: row.time(.changedAt))
    (id, format, rejection) = (row.text(.id), row.text(.format), row.text(.rejection))
    (announced, announcedAt) = (row.text(.announced), row.time(.announcedAt))
    (seenAt, statusAt) = (row.time(.seenAt), row.time(.statusAt))
    (qualityAt, categoryAt) = (row.time(.qualityAt), row.time(.categoryAt))
  }
}

extension Templates {
  enum StampColumn: Int, Columns { case count, versions }
  static let stamp = Query<Nothing, StampColumn>("stamp")

  enum ListsColumn: Int, Columns { case account, listedAt, failure, wantedAt }
  static let lists = Query<Nothing, ListsColumn>("lists")

  enum AllColumn: Int, Columns {
    case account, name, language, status, category, quality, components, changedAt, seenAt, id,
      format, rejection, announced, announcedAt, statusAt, qualityAt, categoryAt
  }
  static let all = Query<Nothing, AllColumn>("all")

  enum OneParameter: Int, Columns { case account, name, language }
  static let one = Query<OneParameter, AllColumn>("one")

  enum SaveParameter: Int, Columns {
    case account, name, language, status, category, quality, components, id, format, rejection,
      announced, at, since, told
  }
  static let save = Command<SaveParameter>("save")
  static let put = Command<AllColumn>("put")

  enum VanishParameter: Int, Columns { case account, at, since, told }
  static let vanish = Command<VanishParameter>("vanish")

  enum TouchParameter: Int, Columns { case account, at, failure }
  static let touch = Command<TouchParameter>("touch")

  enum AccountParameter: Int, Columns { case account }
  static let stir = Command<AccountParameter>("stir")

  enum WantParameter: Int, Columns { case account, at }
  static let want = Command<WantParameter>("want")
}

extension Flows {
  enum OfTemplateParameter: Int, Columns { case lane, template }
  enum OfTemplateColumn: Int, Columns { case lane, waiting }
  static let ofTemplate = Query<OfTemplateParameter, OfTemplateColumn>("ofTemplate")
}
