package import Domain
package import Store

/// A message to somebody with whom its sender has no conversation.
package struct StraySend: Hashable, Sendable {
  package let sender: SenderID
  package let item: TimelineItem
}

extension SendStore {
  /// All with that person, and with those who became part of them: also those that go on in another.
  package func allConversations(
    of person: PersonKey
  ) throws(StoreError) -> [StoredConversation] {
    try engine.read { transaction throws(StoreError) in
      var found: [StoredConversation] = []
      for one in try transaction.wholePerson(person).sorted() {
        found += try transaction.conversations(of: one)
      }
      return found
    }
  }

  /// What no timeline of theirs shows: what other senders sent them, and what is loaded for them and not begun.
  package func strays(of person: StoredPerson) throws(StoreError) -> [StraySend] {
    let talking = Set(try conversations(of: person.key).map(\.sender))
    var found: [StraySend] = []
    for address in person.addresses {
      var before = SendKey(.max)
      while true {
        let page = try sends(to: address, of: person.tenant, before: before)
        found += page.filter { !$0.isBegun || !talking.contains($0.stray.sender) }.map(\.stray)
        guard page.count == Self.straysAtOnce, let last = page.last else { break }
        before = last.key
      }
    }
    return found
  }

  private static let straysAtOnce = 500

  private func sends(
    to address: PersonAddress, of tenant: Tenant, before: SendKey
  ) throws(StoreError) -> [(stray: StraySend, key: SendKey, isBegun: Bool)] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        Conversations.sentByAny,
        [
          .address: .text(address.text), .app: .text(tenant.app), .company: .text(tenant.company),
          .before: .key(before), .limit: .integer(Self.straysAtOnce),
        ]
      ) { row throws(StoreError) in
        (
          stray: StraySend(
            sender: SenderID(row.text(.sender)), item: try TimelineItem(sent: row)),
          key: row.key(.key), isBegun: row.int(.version) > 0
        )
      }
    }
  }
}

extension Transaction {
  /// With those who became part of them.
  func wholePerson(_ person: PersonKey) throws(StoreError) -> Set<PersonKey> {
    var (found, next): (Set<PersonKey>, [PersonKey]) = ([person], [person])
    while let one = next.popLast() {
      for other in Set(try merges(of: one).map(\.from)) where !found.contains(other) {
        guard try knownPerson(other)?.mergedInto == one else { continue }
        found.insert(other)
        next.append(other)
      }
    }
    return found
  }
}

extension Conversations {
  enum SentByAnyParameter: Int, Columns { case address, app, company, before, limit }
  static let sentByAny = Query<SentByAnyParameter, SentColumn>("sentByAny")
}
