package import Domain
package import Store
internal import Time

extension SendStore {
  /// Of one tenant.
  package static let mostObjects = 1000

  /// By name, after the one that is given.
  package func objects(
    of tenant: Tenant, after name: String = "", limit: Int
  ) throws(StoreError) -> [StoredObject] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        Objects.page,
        [
          .app: .text(tenant.app), .company: .text(tenant.company), .after: .text(name),
          .limit: .integer(limit),
        ], StoredObject.init)
    }
  }

  package func objects(_ keys: [ObjectKey]) throws(StoreError) -> [StoredObject] {
    guard !keys.isEmpty else { return [] }
    return try engine.read { transaction throws(StoreError) in try transaction.objects(keys) }
  }

  /// `version` is the one that it is to replace: 0 for a new one, nil for whatever there is.
  package func save(
    _ object: ObjectDefinition, of tenant: Tenant, replacing version: Int? = nil
  ) throws(StoreError) -> ObjectSaved {
    let key = ObjectKey(tenant, object.name)
    return try engine.write(.upkeep) { transaction throws(StoreError) in
      let known = try transaction.objects([key]).first?.version ?? 0
      guard version == nil || version == known else { return .otherVersion(known) }
      if known == 0 {
        let count = try transaction.rows(
          Objects.count, [.app: .text(tenant.app), .company: .text(tenant.company)]
        ) { $0.int(.count) }.first
        guard (count ?? 0) < Self.mostObjects else { return .full }
      }
      let saved = try transaction.rows(
        known == 0 ? Objects.add : Objects.replace,
        [
          .app: .text(tenant.app), .company: .text(tenant.company),
          .name: .text(object.name.text), .definition: .bytes([object.json]),
          .at: .time(try transaction.now()), .version: .integer(known),
        ], StoredObject.init
      ).first
      // Somebody else was faster.
      guard let saved else { return .otherVersion(known + 1) }
      return .saved(saved)
    }
  }

  /// False where there is none.
  package func removeObject(_ key: ObjectKey) throws(StoreError) -> Bool {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      try !transaction.rows(Objects.remove, Objects.batch([key])) { $0.text(.name) }.isEmpty
    }
  }
}

extension Transaction {
  fileprivate func objects(_ keys: [ObjectKey]) throws(StoreError) -> [StoredObject] {
    try rows(Objects.named, Objects.batch(keys), StoredObject.init)
  }
}

extension Objects {
  fileprivate static func batch(_ keys: [ObjectKey]) -> Batch<NamedParameter> {
    [
      .app: .texts(keys.map(\.tenant.app)), .company: .texts(keys.map(\.tenant.company)),
      .name: .texts(keys.map(\.name.text)),
    ]
  }

  enum Column: Int, Columns { case app, company, name, definition, created, changed, version }
  enum PageParameter: Int, Columns { case app, company, after, limit }
  static let page = Query<PageParameter, Column>("page")
  enum NamedParameter: Int, Columns { case app, company, name }
  static let named = Query<NamedParameter, Column>("named")
  enum CountParameter: Int, Columns { case app, company }
  enum CountColumn: Int, Columns { case count }
  static let count = Query<CountParameter, CountColumn>("count")
  enum AddParameter: Int, Columns { case app, company, name, definition, at, version }
  static let add = Query<AddParameter, Column>("add")
  static let replace = Query<AddParameter, Column>("replace")
  enum RemoveColumn: Int, Columns { case name }
  static let remove = Query<NamedParameter, RemoveColumn>("remove")
}
