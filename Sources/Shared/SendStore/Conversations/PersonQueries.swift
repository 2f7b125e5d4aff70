package import Domain
private import Platform
package import Store
package import Time

/// A person as one sender sees them at one of their addresses.
package struct PersonStanding: Hashable, Sendable {
  package let sender: SenderID
  package let address: PersonAddress
  package let window: ServiceWindow
  package let optOut: OptOut?
  package let optedOut: Timestamp?
  /// How it came: `message`, `provider`, `preferences`, or who of ours said so.
  package let optOutSource: String?
}

extension SendStore {
  /// The newest first, in whose name these words are. nil as the next place: there are no more.
  package func persons(
    of tenant: Tenant?, named name: String = "", before place: PersonKey? = nil, limit: Int
  ) throws(StoreError) -> (page: [StoredPerson], next: PersonKey?) {
    let words = SearchWords(name)
    // Nobody is called by what is no word.
    if !name.isEmpty, words.words.isEmpty { return ([], nil) }
    return try engine.read { transaction throws(StoreError) -> ([StoredPerson], PersonKey?) in
      var page = try transaction.persons(
        of: tenant, named: words, before: place ?? PersonKey(.max), limit: limit)
      for place in page.indices {
        page[place].identities = try transaction.identities(of: page[place].key)
      }
      return (page, page.count == limit ? page.last?.key : nil)
    }
  }

  /// Who is known by this: a number, an id of WhatsApp's, or one that hides a number.
  package func persons(
    knownBy value: String, of tenant: Tenant?
  ) throws(StoreError) -> [StoredPerson] {
    try engine.read { transaction throws(StoreError) -> [StoredPerson] in
      let keys = try transaction.rows(Persons.byIdentity, [.value: .text(value)]) {
        $0.key(.person) as PersonKey
      }
      var found: [StoredPerson] = []
      for key in Set(keys).sorted() {
        guard let person = try transaction.knownPerson(key) else { continue }
        if tenant.map({ $0 == person.tenant }) ?? true { found.append(person) }
      }
      return found
    }
  }

  /// As each sender of their tenant sees them.
  package func standings(of person: StoredPerson) throws(StoreError) -> [PersonStanding] {
    let addresses = person.identities.filter { $0.kind != .whatsApp }.map(\.value)
    guard !addresses.isEmpty else { return [] }
    return try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        People.ofPerson,
        [
          .address: .texts(addresses), .app: .texts(addresses.map { _ in person.tenant.app }),
          .company: .texts(addresses.map { _ in person.tenant.company }),
        ]
      ) { row in
        PersonStanding(
          sender: SenderID(row.text(.sender)), address: PersonAddress(row.text(.address)),
          window: ServiceWindow(
            lastInbound: row.optionalTime(.lastInbound),
            lastRefusal: row.optionalTime(.windowClosed)),
          optOut: row.optionalText(.optOut).flatMap(OptOut.init(rawValue:)),
          optedOut: row.optionalTime(.optedOut), optOutSource: row.optionalText(.optOutSource))
      }
    }
  }
}

// MARK: What people of ours know of them

extension SendStore {
  /// Whoever is known by that address, or somebody new, with a conversation of that sender's. A name that is given is one that
  /// a person typed.
  package func acquaint(
    _ address: PersonAddress, with sender: SenderID, named name: String?,
    in charge: Charge = Charge(), by actor: ConversationActor
  ) throws(StoreError) -> StoredConversation {
    guard let lane = catalog.withLock({ $0.byName[sender] }) else {
      throw .broken("no lane \(sender)")
    }
    return try engine.write(.conversations) { transaction throws(StoreError) in
      let now = try transaction.now()
      let person = try transaction.person(
        known: [Identity(address)], of: lane.tenant, named: nil, at: now)
      if let name { try transaction.name(person, name, isTyped: true, at: now) }
      if let known = try transaction.conversation(of: person, in: lane.key) { return known }
      let (agent, assistant) = try transaction.agent(in: charge)
      let conversation = try transaction.begin(
        with: person, address, in: lane, agent: agent, assistant: assistant, at: now, now)
      try transaction.save(conversation, afterThe: "begun", by: actor, at: now)
      return try transaction.conversation(conversation.id) ?? conversation
    }
  }

  package func describe(
    _ person: PersonKey, name: String?, language: String??
  ) throws(StoreError) {
    try engine.write(.conversations) { transaction throws(StoreError) in
      let now = try transaction.now()
      if let name { try transaction.name(person, name, isTyped: true, at: now) }
      guard let language else { return }
      try transaction.run(
        Persons.speak,
        [.person: .key(person), .language: .optionalTexts([language]), .now: .time(now)])
    }
  }
}

extension Transaction {
  fileprivate func persons(
    of tenant: Tenant?, named words: SearchWords, before: PersonKey, limit: Int
  ) throws(StoreError) -> [StoredPerson] {
    guard words.words.isEmpty else {
      return try rows(
        Persons.called,
        [
          .words: .text(words.words.joined(separator: " ")), .before: .key(before),
          .app: .optionalTexts([tenant?.app]), .company: .optionalTexts([tenant?.company]),
          .limit: .integer(limit),
        ], StoredPerson.init)
    }
    guard let tenant else {
      return try rows(
        Persons.page, [.before: .key(before), .limit: .integer(limit)], StoredPerson.init)
    }
    return try rows(
      Persons.pageOf,
      [
        .app: .text(tenant.app), .company: .text(tenant.company), .before: .key(before),
        .limit: .integer(limit),
      ], StoredPerson.init)
  }
}

extension Persons {
  enum PageParameter: Int, Columns { case before, limit }
  static let page = Query<PageParameter, Column>("page")
  enum PageOfParameter: Int, Columns { case app, company, before, limit }
  static let pageOf = Query<PageOfParameter, Column>("pageOf")
  enum CalledParameter: Int, Columns { case words, before, app, company, limit }
  static let called = Query<CalledParameter, Column>("called")
  enum ByIdentityParameter: Int, Columns { case value }
  enum ByIdentityColumn: Int, Columns { case person }
  static let byIdentity = Query<ByIdentityParameter, ByIdentityColumn>("byIdentity")
  enum SpeakParameter: Int, Columns { case person, language, now }
  static let speak = Command<SpeakParameter>("speak")
}

extension People {
  enum OfPersonParameter: Int, Columns { case address, app, company }
  enum OfPersonColumn: Int, Columns {
    case sender, address, lastInbound, windowClosed, optOut, optedOut, optOutSource
  }
  static let ofPerson = Query<OfPersonParameter, OfPersonColumn>("ofPerson")
}
