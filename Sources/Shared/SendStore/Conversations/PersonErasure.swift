package import Domain
package import Store

/// What came of a wish to forget a person.
package enum ErasureOutcome: Hashable, Sendable {
  case done(ErasureReport)
  case missing
  /// Messages of theirs are on their way, or what became of them is not published yet: in a moment.
  case busy(sends: Int)
}

/// How much was forgotten.
package struct ErasureReport: Hashable, Sendable {
  package var sends = 0
  package var conversations = 0
  /// Addresses that are kept with their opt-out, as was asked.
  package var keptOptOuts = 0
}

extension SendStore {
  /// Cancels what still waits for that person, and forgets all that there is of them. It can be asked again whenever it was
  /// busy or cut off. With `keepsOptOuts` their addresses are kept where they opted out, and nothing else.
  package func erase(
    _ key: PersonKey, keepsOptOuts: Bool
  ) throws(StoreError) -> ErasureOutcome {
    guard let person = try person(key) else { return .missing }
    var report = ErasureReport()
    for address in person.addresses {
      let left = try eraseSends(to: address, of: person.tenant, &report)
      guard left == 0 else { return .busy(sends: left) }
    }
    let outcome = try engine.write(.conversations) {
      transaction throws(StoreError) -> ErasureOutcome in
      var report = report
      try transaction.lockPersons([key])
      // What they are known by may have grown meanwhile.
      guard let now = try transaction.knownPerson(key), now.identities == person.identities else {
        return .busy(sends: 0)
      }
      for identity in person.identities {
        try transaction.forget(identity, of: person.tenant, keepsOptOuts: keepsOptOuts)
      }
      report.keptOptOuts = keepsOptOuts ? try transaction.optOuts(of: person) : 0
      report.conversations = try transaction.forgetConversations(of: person)
      return .done(report)
    }
    if case .done = outcome { try rewriteWords() }
    return outcome
  }

  private static let erasedAtOnce = 500

  /// A page a transaction. Answers how many have to be waited for.
  private func eraseSends(
    to address: PersonAddress, of tenant: Tenant, _ report: inout ErasureReport
  ) throws(StoreError) -> Int {
    var (after, left) = (SendKey(0), 0)
    while true {
      let page = try engine.write(.conversations) {
        transaction throws(StoreError) -> ErasedPage in
        try transaction.eraseSends(to: address, of: tenant, after: after, limit: Self.erasedAtOnce)
      }
      report.sends += page.gone
      left += page.left
      guard let last = page.last else { return left }
      after = last
    }
  }
}

private struct ErasedPage {
  var gone = 0
  var left = 0
  var last: SendKey?
}

extension StoredPerson {
  /// Where they can be written to.
  package var addresses: [PersonAddress] {
    identities.filter { $0.kind != .whatsApp }.map { PersonAddress($0.value) }
  }
}

extension Transaction {
  fileprivate func eraseSends(
    to address: PersonAddress, of tenant: Tenant, after: SendKey, limit: Int
  ) throws(StoreError) -> ErasedPage {
    let keys = try rows(
      Erasure.sends,
      [
        .address: .text(address.text), .app: .text(tenant.app), .company: .text(tenant.company),
        .after: .key(after), .limit: .integer(limit),
      ]
    ) { $0.key(.key) as SendKey }
    guard let first = keys.first, let last = keys.last else { return ErasedPage() }
    let rows = try lockSends(keys)
    var changes = ChangeSet(rows, at: try now())
    for row in rows where row.progress.state == .queued {
      _ = changes.apply(.canceled, to: row.key, code: SendStore.erasedCode)
    }
    try changes.write(to: self)
    let waiting = try unpublishedSends(first...last)
    let gone = rows.map { changes[$0.key] ?? $0 }.filter { row in
      row.progress.state != .sending && row.progress.state != .inDoubt
        && !waiting.contains(row.key)
    }.map(\.key)
    try forget(gone)
    return ErasedPage(gone: gone.count, left: keys.count - gone.count, last: last)
  }

  func forget(_ sends: [SendKey]) throws(StoreError) {
    guard !sends.isEmpty else { return }
    for command in [Erasure.sendProviderIDs, Erasure.sendChoices] {
      try run(command, [.send: .keys(sends)])
    }
    try forgetSends(.keys(sends))
  }

  fileprivate func forget(
    _ identity: Identity, of tenant: Tenant, keepsOptOuts: Bool
  ) throws(StoreError) {
    let digits = identity.value.hasPrefix("+") ? String(identity.value.dropFirst()) : identity.value
    // A short one would be found within others'.
    let wholes = [Erasure.faults, Erasure.deliveries, Erasure.rawEvents, Erasure.parked]
    for command in digits.utf8.count < 7 ? [] : wholes {
      try run(
        command,
        [.digits: .text(digits), .app: .text(tenant.app), .company: .text(tenant.company)])
    }
    var commands = [Erasure.pairs, Erasure.recipients, Erasure.marketingRests, Erasure.reach]
    commands += keepsOptOuts ? [Erasure.keepOptOuts, Erasure.otherContacts] : [Erasure.contacts]
    for command in commands {
      try run(
        command,
        [
          .address: .text(identity.value), .app: .text(tenant.app),
          .company: .text(tenant.company),
        ])
    }
  }

  fileprivate func optOuts(of person: StoredPerson) throws(StoreError) -> Int {
    let addresses = person.addresses.map(\.text)
    guard !addresses.isEmpty else { return 0 }
    return try rows(
      People.ofPerson,
      [
        .address: .texts(addresses), .app: .texts(addresses.map { _ in person.tenant.app }),
        .company: .texts(addresses.map { _ in person.tenant.company }),
      ]
    ) { $0.optionalText(.optOut) }.count
  }

  /// Those too of contacts that became part of this one.
  fileprivate func forgetConversations(of person: StoredPerson) throws(StoreError) -> Int {
    let gone = try wholePerson(person.key)
    var keys: Set<ConversationKey> = []
    for one in gone { keys.formUnion(try conversations(of: one).map(\.key)) }
    if !keys.isEmpty {
      for command in [
        Erasure.inbound, Erasure.messages, Erasure.changes, Erasure.notes, Erasure.conversations,
        Erasure.assistantCalls, Erasure.assistantPlaces, Erasure.assistantReplies,
        Erasure.assistantUse,
      ] {
        try run(command, [.conversation: .keys(keys.sorted())])
      }
    }
    for command in [Erasure.identities, Erasure.merges, Erasure.persons] {
      try run(command, [.person: .keys(gone.sorted())])
    }
    return keys.count
  }
}

extension SendStore {
  /// Why a send did not go: the person it was for is forgotten.
  package static let erasedCode = "erased"
}

extension Erasure {
  enum SendsParameter: Int, Columns { case address, app, company, after, limit }
  enum SendsColumn: Int, Columns { case key, state }
  static let sends = Query<SendsParameter, SendsColumn>("sends")
  enum SendParameter: Int, Columns { case send }
  static let sendProviderIDs = Command<SendParameter>("sendProviderIDs")
  static let sendChoices = Command<SendParameter>("sendChoices")
  enum AddressParameter: Int, Columns { case address, app, company }
  static let contacts = Command<AddressParameter>("contacts")
  static let keepOptOuts = Command<AddressParameter>("keepOptOuts")
  static let otherContacts = Command<AddressParameter>("otherContacts")
  static let pairs = Command<AddressParameter>("pairs")
  static let recipients = Command<AddressParameter>("recipients")
  static let marketingRests = Command<AddressParameter>("marketingRests")
  static let reach = Command<AddressParameter>("reach")
  enum DigitsParameter: Int, Columns { case digits, app, company }
  static let faults = Command<DigitsParameter>("faults")
  static let deliveries = Command<DigitsParameter>("deliveries")
  static let rawEvents = Command<DigitsParameter>("rawEvents")
  static let parked = Command<DigitsParameter>("parked")
  enum ConversationParameter: Int, Columns { case conversation }
  static let inbound = Command<ConversationParameter>("inbound")
  static let messages = Command<ConversationParameter>("messages")
  static let changes = Command<ConversationParameter>("changes")
  static let notes = Command<ConversationParameter>("notes")
  static let conversations = Command<ConversationParameter>("conversations")
  static let assistantCalls = Command<ConversationParameter>("assistantCalls")
  static let assistantPlaces = Command<ConversationParameter>("assistantPlaces")
  static let assistantReplies = Command<ConversationParameter>("assistantReplies")
  static let assistantUse = Command<ConversationParameter>("assistantUse")
  enum PersonParameter: Int, Columns { case person }
  static let identities = Command<PersonParameter>("identities")
  static let merges = Command<PersonParameter>("merges")
  static let persons = Command<PersonParameter>("persons")
}
