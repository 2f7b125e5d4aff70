package import Domain
package import Store
package import Time

/// One thing that a person is known by.
package struct Identity: Hashable, Sendable {
  package enum Kind: Int, Sendable {
    case number
    /// WhatsApp's own id for a number, which is not always that number.
    case whatsApp
    /// By which Meta hides a number.
    case businessScoped

    package var name: String {
      switch self {
      case .number: "number"
      case .whatsApp: "waId"
      case .businessScoped: "userId"
      }
    }
  }

  package let kind: Kind
  package let value: String

  package init(_ kind: Kind, _ value: String) { (self.kind, self.value) = (kind, value) }

  /// What an address is.
  package init(_ address: PersonAddress) {
    self.init(Recipient.isBusinessScoped(address.text) ? .businessScoped : .number, address.text)
  }
}

/// Who writes to the senders of a tenant.
package struct StoredPerson: Hashable, Sendable {
  package let key: PersonKey
  package let tenant: Tenant
  package let name: String?
  package let isNameTyped: Bool
  package let language: String?
  package let created: Timestamp
  package let changed: Timestamp
  /// They turned out to be that one.
  package let mergedInto: PersonKey?
  package var identities: [Identity] = []
}

extension SendStore {
  package func person(_ key: PersonKey) throws(StoreError) -> StoredPerson? {
    try engine.read { transaction throws(StoreError) in
      try transaction.knownPerson(key)
    }
  }
}

extension StoredPerson {
  init(_ row: Row<Persons.Column>) {
    self.init(
      key: row.key(.key), tenant: Tenant(app: row.text(.app), company: row.text(.company)),
      name: row.optionalText(.name), isNameTyped: row.isTrue(.isNameTyped),
      language: row.optionalText(.language), created: row.time(.created),
      changed: row.time(.changed),
      mergedInto: row.optionalInteger(.mergedInto).map { PersonKey($0) })
  }
}

extension Transaction {
  func knownPerson(_ key: PersonKey) throws(StoreError) -> StoredPerson? {
    var person = try rows(Persons.one, [.person: .key(key)], StoredPerson.init).first
    person?.identities = try identities(of: key)
    return person
  }

  func identities(of person: PersonKey) throws(StoreError) -> [Identity] {
    try rows(Persons.identities, [.person: .key(person)]) { row throws(StoreError) in
      guard let kind = Identity.Kind(rawValue: row.int(.kind)) else {
        throw .broken("a kind of identity \(row.int(.kind))")
      }
      return Identity(kind, row.text(.value))
    }
  }

  /// Whoever is known by the first of these that anybody is known by; else somebody new. What nobody had is theirs from
  /// now on.
  func person(
    known identities: [Identity], of tenant: Tenant, named name: String?, at now: Timestamp
  ) throws(StoreError) -> PersonKey {
    let found = try rows(
      Persons.find,
      [
        .app: .texts(identities.map { _ in tenant.app }),
        .company: .texts(identities.map { _ in tenant.company }),
        .kind: .integers(identities.map { Int64($0.kind.rawValue) }),
        .value: .texts(identities.map(\.value)),
      ]
    ) { row in
      (kind: row.int(.kind), value: row.text(.value), person: row.key(.person) as PersonKey)
    }
    let owners = Dictionary(found.map { (Known($0.kind, $0.value), $0.person) }) { first, _ in first
    }
    let missing = identities.filter { owners[Known($0.kind.rawValue, $0.value)] == nil }
    let known = identities.lazy.compactMap { owners[Known($0.kind.rawValue, $0.value)] }.first
    let person = if let known { known } else { try addPerson(of: tenant, named: name, at: now) }
    try identify(person, missing, of: tenant, at: now)
    if known == nil {
      // Somebody else may have met them at the same moment, and was first.
      let owner = try owner(of: identities[0], tenant)
      if let owner, owner != person {
        try run(Persons.remove, [.person: .key(person)])
        return owner
      }
    }
    if known != nil, let name { try self.name(person, name, isTyped: false, at: now) }
    try unite(person, Set(owners.values).subtracting([person]), at: now)
    return person
  }

  /// What nobody had.
  func identify(
    _ person: PersonKey, _ identities: [Identity], of tenant: Tenant, at now: Timestamp
  ) throws(StoreError) {
    guard !identities.isEmpty else { return }
    try run(
      Persons.identify,
      [
        .app: .texts(identities.map { _ in tenant.app }),
        .company: .texts(identities.map { _ in tenant.company }),
        .kind: .integers(identities.map { Int64($0.kind.rawValue) }),
        .value: .texts(identities.map(\.value)), .person: .keys(identities, { _ in person }),
        .now: .integers(identities.map { _ in now.microseconds }),
      ])
  }

  /// What one message says of one person is one person's. Exactly one other is merged by itself: of two nobody can tell
  /// which, and whom somebody has parted stay two.
  private func unite(
    _ person: PersonKey, _ others: Set<PersonKey>, at now: Timestamp
  ) throws(StoreError) {
    guard let other = others.first, others.count == 1 else { return }
    try lockPersons([person, other])
    guard let one = try knownPerson(person), let two = try knownPerson(other),
      one.mergedInto == nil, two.mergedInto == nil, try !wereParted(person, other)
    else { return }
    try merge(two, into: one, by: ConversationActor.system.text, at: now)
  }

  private func owner(of identity: Identity, _ tenant: Tenant) throws(StoreError) -> PersonKey? {
    try rows(
      Persons.find,
      [
        .app: .text(tenant.app), .company: .text(tenant.company),
        .kind: .integer(identity.kind.rawValue), .value: .text(identity.value),
      ]
    ) { $0.key(.person) as PersonKey }.first
  }

  private func addPerson(
    of tenant: Tenant, named name: String?, at now: Timestamp
  ) throws(StoreError) -> PersonKey {
    let made = try rows(
      Persons.add,
      [
        .app: .text(tenant.app), .company: .text(tenant.company), .name: .optionalTexts([name]),
        .folded: .text(name?.folded ?? ""), .now: .time(now),
      ]
    ) { $0.key(.key) as PersonKey }
    guard let key = made.first else { throw .broken("no person was made") }
    return key
  }

  /// What a person of ours typed stays, whatever a profile says.
  func name(
    _ person: PersonKey, _ name: String, isTyped: Bool, at now: Timestamp
  ) throws(StoreError) {
    try run(
      Persons.named,
      [
        .person: .key(person), .name: .text(name), .folded: .text(name.folded),
        .isTyped: .integer(isTyped ? 1 : 0), .now: .time(now),
      ])
  }
}

private struct Known: Hashable {
  let kind: Int
  let value: String

  init(_ kind: Int, _ value: String) { (self.kind, self.value) = (kind, value) }
}

extension Persons {
  enum FindParameter: Int, Columns { case app, company, kind, value }
  enum FindColumn: Int, Columns { case kind, value, person }
  static let find = Query<FindParameter, FindColumn>("find")
  enum AddParameter: Int, Columns { case app, company, name, folded, now }
  enum AddColumn: Int, Columns { case key }
  static let add = Query<AddParameter, AddColumn>("add")
  enum IdentifyParameter: Int, Columns { case app, company, kind, value, person, now }
  static let identify = Command<IdentifyParameter>("identify")
  enum PersonParameter: Int, Columns { case person }
  enum Column: Int, Columns {
    case key, app, company, name, isNameTyped, language, created, changed, mergedInto
  }
  static let one = Query<PersonParameter, Column>("one")
  static let remove = Command<PersonParameter>("remove")
  enum IdentityColumn: Int, Columns { case person, kind, value, since }
  static let identities = Query<PersonParameter, IdentityColumn>("identities")
  enum NamedParameter: Int, Columns { case person, name, folded, isTyped, now }
  static let named = Command<NamedParameter>("named")
}
