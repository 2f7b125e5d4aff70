package import Domain
package import Store
package import Time

/// A template as its provider has it.
package struct MirroredTemplate: Hashable, Sendable {
  package let account: AccountID
  package let name: String
  package let language: String
  /// APPROVED, PAUSED, PENDING and so on, as the provider says; DELETED where its list no longer has it.
  package let status: String
  package let category: String
  package let quality: String
  /// JSON.
  package let components: [UInt8]
  package let changedAt: Timestamp

  package init(
    account: AccountID, name: String, language: String, status: String, category: String,
    quality: String, components: [UInt8], changedAt: Timestamp = .distantPast
  ) {
    (self.account, self.name, self.language) = (account, name, language)
    (self.status, self.category, self.quality) = (status, category, quality)
    self.components = components
    self.changedAt = changedAt
  }
}

/// When an account's list was read last as a whole.
package struct TemplateList: Hashable, Sendable {
  package let account: AccountID
  /// `distantPast` where it never was.
  package let listedAt: Timestamp
  /// Why it could not be read since; empty where it could.
  package let failure: String
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
          failure: row.text(.failure))
      }
    }
  }

  package func templates() throws(StoreError) -> [MirroredTemplate] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Templates.all) { row in
        MirroredTemplate(
          account: AccountID(row.text(.account)), name: row.text(.name),
          language: row.text(.language), status: row.text(.status), category: row.text(.category),
          quality: row.text(.quality), components: row.bytes(.components),
          changedAt: row.time(.changedAt))
      }
    }
  }

  /// The whole list of an account: what is not in it is gone.
  package func save(
    _ list: [MirroredTemplate], of account: AccountID
  ) throws(StoreError) {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      let now = try transaction.now()
      if !list.isEmpty {
        try transaction.run(
          Templates.save,
          [
            .account: .texts(list.map { _ in account.text }), .name: .texts(list.map(\.name)),
            .language: .texts(list.map(\.language)), .status: .texts(list.map(\.status)),
            .category: .texts(list.map(\.category)), .quality: .texts(list.map(\.quality)),
            .components: .bytes(list.map(\.components)),
            .at: .integers(list.map { _ in now.microseconds }),
          ])
      }
      try transaction.run(Templates.vanish, [.account: .text(account.text), .at: .time(now)])
      try transaction.run(
        Templates.touch, [.account: .text(account.text), .at: .time(now), .failure: .text("")])
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

  /// What a webhook has told of one.
  package func tell(
    _ status: String, ofTemplate name: String, _ language: String, in account: AccountID
  ) throws(StoreError) {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      let now = try transaction.now()
      try transaction.run(
        Templates.tell,
        [
          .account: .text(account.text), .name: .text(name), .language: .text(language),
          .status: .text(status), .at: .time(now),
        ])
      try transaction.run(
        Templates.touch,
        [.account: .text(account.text), .at: .time(.distantPast), .failure: .text("")])
    }
  }
}

extension Templates {
  enum StampColumn: Int, Columns { case count, versions }
  static let stamp = Query<Nothing, StampColumn>("stamp")

  enum ListsColumn: Int, Columns { case account, listedAt, failure }
  static let lists = Query<Nothing, ListsColumn>("lists")

  enum AllColumn: Int, Columns {
    case account, name, language, status, category, quality, components, changedAt
  }
  static let all = Query<Nothing, AllColumn>("all")

  enum SaveParameter: Int, Columns {
    case account, name, language, status, category, quality, components, at
  }
  static let save = Command<SaveParameter>("save")

  enum VanishParameter: Int, Columns { case account, at }
  static let vanish = Command<VanishParameter>("vanish")

  enum TellParameter: Int, Columns { case account, name, language, status, at }
  static let tell = Command<TellParameter>("tell")

  enum TouchParameter: Int, Columns { case account, at, failure }
  static let touch = Command<TouchParameter>("touch")
}
