package import Store
package import Time

/// What stands in the store in place of a secret of the settings.
package struct StoredCredentials: Hashable, Sendable {
  /// Names the settings' secret without telling it.
  package let owner: String
  /// nil where only facts about it are known.
  package var sealed: [UInt8]?
  /// Not secret: JSON.
  package var facts: [UInt8]
  /// Of what was read; 0 where there is nothing yet.
  package let version: Int64
  package let changedAt: Timestamp

  package init(
    owner: String, sealed: [UInt8]? = nil, facts: [UInt8], version: Int64 = 0,
    changedAt: Timestamp = .distantPast
  ) {
    self.owner = owner
    self.sealed = sealed
    self.facts = facts
    self.version = version
    self.changedAt = changedAt
  }
}

/// Differs where anything was changed.
package struct CredentialsStamp: Hashable, Sendable {
  let count: Int64
  let versions: Int64
}

extension SendStore {
  package func credentialsStamp() throws(StoreError) -> CredentialsStamp {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Credentials.stamp) {
        CredentialsStamp(count: $0.integer(.count), versions: $0.integer(.versions))
      }.first ?? CredentialsStamp(count: 0, versions: 0)
    }
  }

  package func credentials() throws(StoreError) -> [StoredCredentials] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Credentials.all) { row in
        StoredCredentials(
          owner: row.text(.owner), sealed: row.optionalBytes(.sealed), facts: row.bytes(.facts),
          version: row.integer(.version), changedAt: row.time(.changedAt))
      }
    }
  }

  /// False where somebody else has changed it since it was read: nothing was written then.
  package func save(_ credentials: StoredCredentials) throws(StoreError) -> Bool {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      let batch: Batch<Credentials.SaveParameter> = [
        .owner: .text(credentials.owner), .sealed: .optionalBytes([credentials.sealed]),
        .facts: .bytes([credentials.facts]), .at: .time(try transaction.now()),
        .version: .integer(credentials.version),
      ]
      let statement = credentials.version == 0 ? Credentials.save : Credentials.replace
      return try !transaction.rows(statement, batch) { $0.text(.owner) }.isEmpty
    }
  }

  package func forget(_ credentials: StoredCredentials) throws(StoreError) {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      try transaction.run(
        Credentials.delete,
        [.owner: .text(credentials.owner), .version: .integer(credentials.version)])
    }
  }
}

extension Credentials {
  enum StampColumn: Int, Columns { case count, versions }
  static let stamp = Query<Nothing, StampColumn>("stamp")

  enum AllColumn: Int, Columns { case owner, sealed, facts, version, changedAt }
  static let all = Query<Nothing, AllColumn>("all")

  enum SaveParameter: Int, Columns { case owner, sealed, facts, at, version }
  enum SaveColumn: Int, Columns { case owner }
  static let save = Query<SaveParameter, SaveColumn>("save")
  static let replace = Query<SaveParameter, SaveColumn>("replace")

  enum DeleteParameter: Int, Columns { case owner, version }
  static let delete = Command<DeleteParameter>("delete")
}
