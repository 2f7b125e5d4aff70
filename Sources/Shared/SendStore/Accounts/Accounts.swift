package import Store
package import Time

/// An account that was made at run time, encrypted.
package struct StoredAccount: Hashable, Sendable {
  package let name: String
  /// nil where it was removed.
  package var sealed: [UInt8]?
  /// Of what was read; 0 where there is nothing yet.
  package let version: Int64
  package let changedAt: Timestamp

  package init(
    name: String, sealed: [UInt8]? = nil, version: Int64 = 0, changedAt: Timestamp = .distantPast
  ) {
    self.name = name
    self.sealed = sealed
    self.version = version
    self.changedAt = changedAt
  }
}

extension SendStore {
  package func accountsStamp() throws(StoreError) -> CredentialsStamp {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Accounts.stamp) {
        CredentialsStamp(count: $0.integer(.count), versions: $0.integer(.versions))
      }.first ?? CredentialsStamp(count: 0, versions: 0)
    }
  }

  package func accounts() throws(StoreError) -> [StoredAccount] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Accounts.all) { row in
        StoredAccount(
          name: row.text(.name), sealed: row.optionalBytes(.sealed), version: row.integer(.version),
          changedAt: row.time(.changedAt))
      }
    }
  }

  /// False where somebody else has changed it since it was read: nothing was written then.
  package func save(_ account: StoredAccount) throws(StoreError) -> Bool {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      let batch: Batch<Accounts.SaveParameter> = [
        .name: .text(account.name), .sealed: .optionalBytes([account.sealed]),
        .at: .time(try transaction.now()), .version: .integer(account.version),
      ]
      let statement = account.version == 0 ? Accounts.save : Accounts.replace
      return try !transaction.rows(statement, batch) { $0.text(.name) }.isEmpty
    }
  }
}

extension Accounts {
  enum StampColumn: Int, Columns { case count, versions }
  static let stamp = Query<Nothing, StampColumn>("stamp")

  enum AllColumn: Int, Columns { case name, sealed, version, changedAt }
  static let all = Query<Nothing, AllColumn>("all")

  enum SaveParameter: Int, Columns { case name, sealed, at, version }
  enum SaveColumn: Int, Columns { case name }
  static let save = Query<SaveParameter, SaveColumn>("save")
  static let replace = Query<SaveParameter, SaveColumn>("replace")
}
