internal import Crypto
package import Domain
internal import JSON
package import Store
package import Time

/// Two contacts who turned out to be one.
package struct PersonMerge: Hashable, Sendable {
  package let number: Int64
  package let into: PersonKey
  package let from: PersonKey
  package let at: Timestamp
  package let actor: String
  package let undone: Timestamp?
  /// What was the other's before.
  package let identities: [Identity]
  let conversations: [ConversationKey]
}

/// What came of a wish to merge or part two contacts.
package enum MergeOutcome: Hashable, Sendable {
  case done(PersonKey)
  case missing
  /// A sentence.
  case refused(String)
}

extension SendStore {
  /// From now on one contact: what the other is known by, and their conversations, are this one's.
  package func merge(
    _ other: PersonKey, into person: PersonKey, by actor: String
  ) throws(StoreError) -> MergeOutcome {
    try engine.write(.conversations) { transaction throws(StoreError) -> MergeOutcome in
      try transaction.lockPersons([person, other])
      guard let one = try transaction.knownPerson(person),
        let two = try transaction.knownPerson(other)
      else { return .missing }
      guard one.tenant == two.tenant else { return .missing }
      guard person != other else { return .refused("A contact cannot be merged with itself.") }
      guard one.mergedInto == nil, two.mergedInto == nil else {
        return .refused("One of them is part of another contact already.")
      }
      try transaction.merge(two, into: one, by: actor, at: try transaction.now())
      return .done(person)
    }
  }

  /// What belonged to the other contact before is theirs again. What was said meanwhile stays where it was said.
  package func undoMerge(
    _ number: Int64, of person: PersonKey, by actor: String
  ) throws(StoreError) -> MergeOutcome {
    try engine.write(.conversations) { transaction throws(StoreError) -> MergeOutcome in
      guard let merge = try transaction.merges(of: person).first(where: { $0.number == number })
      else { return .missing }
      try transaction.lockPersons([merge.into, merge.from])
      let now = try transaction.now()
      guard merge.undone == nil,
        try !transaction.rows(Persons.undo, [.merge: .integer(number), .now: .time(now)], { _ in })
          .isEmpty
      else { return .refused("It is undone already.") }
      try transaction.part(merge, at: now)
      return .done(merge.from)
    }
  }

  /// The latest first, also of contacts that became part of this one.
  package func merges(of person: PersonKey) throws(StoreError) -> [PersonMerge] {
    try engine.read { transaction throws(StoreError) in try transaction.merges(of: person) }
  }
}

extension Transaction {
  func lockPersons(_ persons: [PersonKey]) throws(StoreError) {
    _ = try rows(Persons.lock, [.person: .keys(Set(persons).sorted())]) { $0.integer(.key) }
  }

  func merges(of person: PersonKey) throws(StoreError) -> [PersonMerge] {
    try rows(Persons.merges, [.person: .key(person)]) { row in
      PersonMerge(
        number: row.integer(.key), into: row.key(.intoPerson), from: row.key(.fromPerson),
        at: row.time(.at), actor: row.text(.actor), undone: row.optionalTime(.undone),
        identities: MergeCodec.identities(row.text(.identities)),
        conversations: MergeCodec.conversations(row.text(.conversations)))
    }
  }

  /// Where each has a conversation with the same sender, the other's goes on in this one's: it is kept, so that they can be
  /// parted again.
  func merge(
    _ other: StoredPerson, into person: StoredPerson, by actor: String, at now: Timestamp
  ) throws(StoreError) {
    let own = Dictionary(try conversations(of: person.key).map { ($0.lane, $0) }) { first, _ in
      first
    }
    let others = try conversations(of: other.key)
    try run(
      Persons.become, [.person: .key(other.key), .into: .key(person.key)])
    try run(
      Persons.merge, [.person: .key(other.key), .into: .key(person.key), .now: .time(now)])
    for conversation in others {
      if let mine = own[conversation.lane] {
        try run(
          Conversations.continueIn,
          [.conversation: .key(conversation.key), .into: .key(mine.key), .now: .time(now)])
        try take(conversation, in: mine, by: actor, at: now)
      } else {
        try run(
          Conversations.moveTo,
          [.conversation: .key(conversation.key), .person: .key(person.key), .now: .time(now)])
      }
    }
    if let name = other.name, !person.isNameTyped, other.isNameTyped || person.name == nil {
      try self.name(person.key, name, isTyped: other.isNameTyped, at: now)
    }
    _ = try rows(
      Persons.addMerge,
      [
        .into: .key(person.key), .from: .key(other.key), .at: .time(now), .actor: .text(actor),
        .identities: .text(MergeCodec.text(other.identities)),
        .conversations: .text(MergeCodec.text(others.map(\.key))),
      ]
    ) { $0.integer(.key) }
  }

  /// The conversation that goes on has what is unread in both, and the latest words.
  private func take(
    _ other: StoredConversation, in mine: StoredConversation, by actor: String, at now: Timestamp
  ) throws(StoreError) {
    guard var mine = try lockConversation(mine.key) else { return }
    let standing = other.standing
    if let theirs = standing.last, theirs > mine.standing.last ?? .distantPast {
      (mine.preview, mine.address) = (other.preview, other.address)
    }
    mine.standing.unread += standing.unread
    mine.standing.inbound = [mine.standing.inbound, standing.inbound].compactMap(\.self).max()
    mine.standing.last = [mine.standing.last, standing.last].compactMap(\.self).max()
    if standing.mode == .manual { mine.standing.mode = .manual }
    // Whatever an assistant wrote knew one half.
    mine.standing.turn += 1
    mine.due = mine.standing.answerer == .nobody ? nil : mine.due ?? other.due
    try save(mine, afterThe: "merged", by: .named(actor), "\(other.id)", at: now)
  }

  fileprivate func part(_ merge: PersonMerge, at now: Timestamp) throws(StoreError) {
    guard let person = try knownPerson(merge.from) else { return }
    let theirs = merge.identities
    try run(
      Persons.takeBack,
      [
        .app: .texts(theirs.map { _ in person.tenant.app }),
        .company: .texts(theirs.map { _ in person.tenant.company }),
        .kind: .integers(theirs.map { Int64($0.kind.rawValue) }),
        .value: .texts(theirs.map(\.value)), .from: .keys(theirs, { _ in merge.into }),
        .person: .keys(theirs, { _ in merge.from }),
      ])
    try run(
      Persons.merge, [.person: .key(merge.from), .into: .optionalIntegers([nil]), .now: .time(now)])
    for key in merge.conversations {
      try run(
        Conversations.continueIn,
        [.conversation: .key(key), .into: .optionalIntegers([nil]), .now: .time(now)])
      try run(
        Conversations.moveTo,
        [.conversation: .key(key), .person: .key(merge.from), .now: .time(now)])
    }
  }

  /// Whether somebody decided that these are two.
  func wereParted(_ one: PersonKey, _ other: PersonKey) throws(StoreError) -> Bool {
    try merges(of: one).contains { merge in
      merge.undone != nil && Set([merge.into, merge.from]) == Set([one, other])
    }
  }
}

/// What a merge keeps so that it can be undone.
private enum MergeCodec {
  static func text(_ identities: [Identity]) -> String {
    String(
      decoding: JSONWriter.list { list in
        for identity in identities {
          list.array { pair in
            pair.value(identity.kind.rawValue)
            pair.value(identity.value)
          }
        }
      }, as: UTF8.self)
  }

  static func identities(_ text: String) -> [Identity] {
    (JSONValue(whole: Array(text.utf8))?.items ?? []).compactMap { pair in
      guard let items = pair.items, items.count == 2, let number = items[0].integer,
        let kind = Identity.Kind(rawValue: Int(number)), let value = items[1].string
      else { return nil }
      return Identity(kind, value)
    }
  }

  static func text(_ conversations: [ConversationKey]) -> String {
    String(
      decoding: JSONWriter.list { list in
        for key in conversations { list.value(key.value) }
      }, as: UTF8.self)
  }

  static func conversations(_ text: String) -> [ConversationKey] {
    (JSONValue(whole: Array(text.utf8))?.items ?? []).compactMap(\.integer).map {
      ConversationKey(Int64($0))
    }
  }
}

extension Persons {
  static let lock = Query<PersonParameter, KeyColumn>("lock")
  enum KeyColumn: Int, Columns { case key }
  enum BecomeParameter: Int, Columns { case person, into }
  static let become = Command<BecomeParameter>("become")
  enum TakeBackParameter: Int, Columns { case app, company, kind, value, from, person }
  static let takeBack = Command<TakeBackParameter>("takeBack")
  enum MergeParameter: Int, Columns { case person, into, now }
  static let merge = Command<MergeParameter>("merge")
  enum AddMergeParameter: Int, Columns { case into, from, at, actor, identities, conversations }
  static let addMerge = Query<AddMergeParameter, KeyColumn>("addMerge")
  enum MergesColumn: Int, Columns {
    case key, intoPerson, fromPerson, at, actor, identities, conversations, undone
  }
  static let merges = Query<PersonParameter, MergesColumn>("merges")
  enum UndoParameter: Int, Columns { case merge, now }
  static let undo = Query<UndoParameter, KeyColumn>("undo")
}

extension Conversations {
  enum ContinueParameter: Int, Columns { case conversation, into, now }
  static let continueIn = Command<ContinueParameter>("continueIn")
  enum MoveParameter: Int, Columns { case conversation, person, now }
  static let moveTo = Command<MoveParameter>("moveTo")
}
