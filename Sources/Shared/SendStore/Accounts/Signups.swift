package import Store
package import Time

/// The connection of an account by a person's log-in, as far as it has come.
package struct StoredSignup: Hashable, Sendable {
  package let id: String
  package var sealed: [UInt8]?
  /// Not secret: JSON.
  package var facts: [UInt8]
  /// Of what was read; 0 where there is nothing yet.
  package let version: Int64
  package let changedAt: Timestamp

  package init(
    id: String, sealed: [UInt8]? = nil, facts: [UInt8], version: Int64 = 0,
    changedAt: Timestamp = .distantPast
  ) {
    self.id = id
    self.sealed = sealed
    self.facts = facts
    self.version = version
    self.changedAt = changedAt
  }
}

extension SendStore {
  package func signups() throws(StoreError) -> [StoredSignup] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Signups.all, Self.signup)
    }
  }

  package func signup(_ id: String) throws(StoreError) -> StoredSignup? {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Signups.one, [.id: .text(id)], Self.signup).first
    }
  }

  private static func signup(_ row: Row<Signups.Column>) throws(StoreError) -> StoredSignup {
    StoredSignup(
      id: row.text(.id), sealed: row.optionalBytes(.sealed), facts: row.bytes(.facts),
      version: row.integer(.version), changedAt: row.time(.changedAt))
  }

  /// False where somebody else has changed it since it was read: nothing was written then.
  package func save(_ signup: StoredSignup) throws(StoreError) -> Bool {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      let batch: Batch<Signups.SaveParameter> = [
        .id: .text(signup.id), .sealed: .optionalBytes([signup.sealed]),
        .facts: .bytes([signup.facts]), .at: .time(try transaction.now()),
        .version: .integer(signup.version),
      ]
      let statement = signup.version == 0 ? Signups.save : Signups.replace
      return try !transaction.rows(statement, batch) { $0.text(.id) }.isEmpty
    }
  }

  /// Forgets those that nobody went on with for so long.
  package func pruneSignups(olderThan age: Duration) throws(StoreError) {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      try transaction.run(Signups.prune, [.before: .time(try transaction.now() - age)])
    }
  }
}

extension Signups {
  enum Column: Int, Columns { case id, sealed, facts, version, changedAt }
  static let all = Query<Nothing, Column>("all")
  enum OneParameter: Int, Columns { case id }
  static let one = Query<OneParameter, Column>("one")

  enum SaveParameter: Int, Columns { case id, sealed, facts, at, version }
  enum SaveColumn: Int, Columns { case id }
  static let save = Query<SaveParameter, SaveColumn>("save")
  static let replace = Query<SaveParameter, SaveColumn>("replace")

  enum PruneParameter: Int, Columns { case before }
  static let prune = Command<PruneParameter>("prune")
}
