internal import Domain
internal import HTTP
internal import JSON
internal import SendStore
internal import Store
internal import Time

/// Conversations by whatever somebody knows of them: a number, an id of a message or a send, a name, or words that were said.
struct ConversationSearch {
  private let query: ConversationQuery
  private let text: String
  /// Where a page of words went on.
  private let after: Int64?
  private let limit: Int

  private static let mostPeople = 50

  init(_ query: ConversationQuery, _ text: String, _ after: Int64?, _ limit: Int) {
    (self.query, self.text, self.after, self.limit) = (query, text, after, limit)
  }

  func answer(_ store: SendStore) throws(StoreError) -> HTTPAnswer {
    var found: [FoundConversation] = []
    if after == nil {
      found = try known(store)
      if found.isEmpty { found = try ofPeople(named: text, store) }
    }
    let said = try store.conversations(
      saying: SearchWords(text), of: query.tenant, before: after, limit: limit)
    for one in said.page
    where !found.contains(where: { $0.conversation.key == one.conversation.key }) {
      found.append(one)
    }
    let isVisible = query
    return Self.answer(found.filter { isVisible.matchesAny($0.conversation) }, said.next)
  }

  /// By what names exactly one thing.
  private func known(_ store: SendStore) throws(StoreError) -> [FoundConversation] {
    let bare = text.filter { !$0.isWhitespace && $0 != "-" }
    var persons: [StoredPerson] = []
    for value in [bare, "+\(bare)"] {
      persons += try store.persons(knownBy: value, of: query.tenant)
    }
    var all: [StoredConversation] = []
    for person in persons { all += try store.conversations(of: person.key) }
    all += try store.conversations(with: ProviderID(text), or: SendID(text))
    return all.filter { $0.continuedIn == nil }.map { FoundConversation($0) }
  }

  private func ofPeople(
    named name: String, _ store: SendStore
  ) throws(StoreError) -> [FoundConversation] {
    let page = try store.persons(of: query.tenant, named: name, limit: Self.mostPeople).page
    var all: [FoundConversation] = []
    for person in page {
      all += try store.conversations(of: person.key).map { FoundConversation($0) }
    }
    return all
  }

  private static func answer(_ found: [FoundConversation], _ next: Int64?) -> HTTPAnswer {
    HTTPAnswer(
      json: JSONWriter.object(capacity: 16_384) { writer in
        writer.name("conversations")
        writer.array { list in
          for one in found {
            list.object { object in
              ConversationView.write(one.conversation, to: &object)
              guard let message = one.message else { return }
              object.name("found")
              object.object { said in
                said.field("at", message.at.description)
                said.field("text", message.words)
              }
            }
          }
        }
        writer.field("next", next.map { "\($0)" })
      })
  }
}
