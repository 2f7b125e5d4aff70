package import Domain
internal import Store
package import Time

/// By what an object is found: names are a tenant's own.
package struct ObjectKey: Hashable, Sendable {
  package let tenant: Tenant
  package let name: ObjectName

  package init(_ tenant: Tenant, _ name: ObjectName) {
    (self.tenant, self.name) = (tenant, name)
  }
}

/// A message with a name, as its tenant saved it.
package struct StoredObject: Hashable, Sendable {
  package let key: ObjectKey
  /// JSON: what `ObjectDefinition` reads.
  package let json: [UInt8]
  package let created: Timestamp
  package let changed: Timestamp
  /// 1 for one that was never changed.
  package let version: Int

  /// nil for what only a later version can read.
  package var definition: ObjectDefinition? { ObjectDefinition(stored: json) }

  init(_ row: Row<Objects.Column>) throws(StoreError) {
    guard let name = ObjectName(row.text(.name)) else { throw .broken("an object's name") }
    key = ObjectKey(Tenant(app: row.text(.app), company: row.text(.company)), name)
    json = row.bytes(.definition)
    (created, changed) = (row.time(.created), row.time(.changed))
    version = row.int(.version)
  }
}

/// What became of the wish to save an object.
package enum ObjectSaved: Hashable, Sendable {
  case saved(StoredObject)
  /// It is of this version, not of the one that was expected; 0: there is none.
  case otherVersion(Int)
  /// The tenant has as many as there may be.
  case full
}
