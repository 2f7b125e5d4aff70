package import Domain
package import Store
package import Time

/// A message in which words were found.
package struct FoundMessage: Hashable, Sendable {
  let key: Int64
  let conversation: ConversationKey
  package let at: Timestamp
  package let words: String
}

/// A conversation that somebody looks for, and what was found in it.
package struct FoundConversation: Sendable {
  package let conversation: StoredConversation
  /// nil where it was not found by its words.
  package let message: FoundMessage?

  package init(_ conversation: StoredConversation, saying message: FoundMessage? = nil) {
    (self.conversation, self.message) = (conversation, message)
  }
}

extension SendStore {
  /// Conversations in which somebody said all of these words, the newest message first. One may come again on a later page,
  /// by an older message. `before`: where a page went on.
  package func conversations(
    saying words: SearchWords, of tenant: Tenant?, before: Int64? = nil, limit: Int
  ) throws(StoreError) -> (page: [FoundConversation], next: Int64?) {
    guard !words.words.isEmpty else { return ([], nil) }
    return try engine.read { transaction throws(StoreError) in
      let end: Int64
      if let before { end = before } else { end = try transaction.newestMessage() + 1 }
      var found: [FoundMessage] = []
      for span in MessageBlocks.spans {
        found = try transaction.messages(
          saying: words, of: tenant, MessageBlocks(span, before: end), limit: limit)
        if found.count == limit { break }
      }
      let known = try transaction.conversations(Set(found.map(\.conversation)))
      var seen: Set<ConversationKey> = []
      let page = found.compactMap { message -> FoundConversation? in
        guard let conversation = known[message.conversation],
          seen.insert(conversation.key).inserted
        else { return nil }
        return FoundConversation(conversation, saying: message)
      }
      return (page, found.count == limit ? found.last?.key : nil)
    }
  }

  /// By what the provider calls a message of either side, or by a send of ours.
  package func conversations(
    with message: ProviderID, or send: SendID?
  ) throws(StoreError) -> [StoredConversation] {
    try engine.read { transaction throws(StoreError) in
      var keys = try transaction.rows(
        Words.ofMessage, [.providerID: .text(message.text)]
      ) { $0.key(.conversation) as ConversationKey }
      var sends = try transaction.sends(of: [message]).values.map(\.attempt.send)
      if let send { sends.append(send) }
      for known in try transaction.rows(
        Searches.glances, [.id: .bytes(sends.map(\.bytes))], GlancedAddress.init)
      {
        keys += try transaction.rows(
          Words.withAddress,
          [.sender: .text(known.sender), .address: .text(known.recipient)]
        ) { $0.key(.conversation) as ConversationKey }
      }
      let found = try transaction.conversations(Set(keys))
      return found.values.sorted { $0.key < $1.key }
    }
  }

  /// All of one contact, whichever sender they write to.
  package func conversations(of person: PersonKey) throws(StoreError) -> [StoredConversation] {
    try engine.read { transaction throws(StoreError) in try transaction.conversations(of: person) }
  }
}

/// Whom a send went to, and from which sender.
private struct GlancedAddress {
  let sender: String
  let recipient: String

  init(_ row: Row<Searches.GlanceColumn>) {
    (sender, recipient) = (row.text(.sender), row.text(.recipient))
  }
}

extension Transaction {
  /// Those that there are, where one that goes on in another counts as that one.
  func conversations(
    _ keys: Set<ConversationKey>
  ) throws(StoreError) -> [ConversationKey: StoredConversation] {
    guard !keys.isEmpty else { return [:] }
    let found = try rows(
      Conversations.byKey, [.conversation: .keys(keys.sorted())], StoredConversation.init)
    let later = Set(found.compactMap(\.continuedIn)).subtracting(keys)
    let known = later.isEmpty ? [:] : try conversations(later)
    let all = Dictionary(found.map { ($0.key, $0) }) { $1 }
    return all.mapValues { one in
      one.continuedIn.flatMap { known[$0] ?? all[$0] } ?? one
    }
  }

  func conversations(of person: PersonKey) throws(StoreError) -> [StoredConversation] {
    try rows(Conversations.ofPerson, [.person: .key(person)], StoredConversation.init)
  }
}

/// A stretch of messages, so that the newest that have a common word are found without a look at all that have it.
private struct MessageBlocks {
  let before: Int64
  let start: Int64
  /// As the index has them; none: of whatever age.
  let words: String

  /// How many blocks are looked through, until there are enough; nil: all.
  static let spans: [Int64?] = [2, 32, nil]
  /// Of 4,096 messages, as the index has them.
  private static let bits: Int64 = 12

  init(_ span: Int64?, before: Int64) {
    self.before = before
    let last = max(0, before - 1) >> Self.bits
    guard let span, span <= last else {
      (start, words) = (0, "")
      return
    }
    let first = last - span + 1
    start = first << Self.bits
    words = " & (" + (first...last).map { "qzblock\($0)" }.joined(separator: " | ") + ")"
  }
}

extension Transaction {
  fileprivate func newestMessage() throws(StoreError) -> Int64 {
    try rows(Words.newest) { $0.integer(.key) }.first ?? 0
  }

  fileprivate func messages(
    saying words: SearchWords, of tenant: Tenant?, _ blocks: MessageBlocks, limit: Int
  ) throws(StoreError) -> [FoundMessage] {
    try rows(
      Words.said,
      [
        .words: .text(words.words.joined(separator: " ")), .before: .integer(blocks.before),
        .start: .integer(blocks.start), .blocks: .text(blocks.words),
        .app: .optionalTexts([tenant?.app]), .company: .optionalTexts([tenant?.company]),
        .limit: .integer(limit),
      ]
    ) { row in
      FoundMessage(
        key: row.integer(.key), conversation: row.key(.conversation), at: row.time(.at),
        words: row.text(.words))
    }
  }
}

extension Words {
  enum SaidParameter: Int, Columns { case words, before, start, blocks, app, company, limit }
  enum NewestColumn: Int, Columns { case key }
  static let newest = Query<Nothing, NewestColumn>("newest")
  enum SaidColumn: Int, Columns { case key, conversation, at, words }
  static let said = Query<SaidParameter, SaidColumn>("said")
  enum OfMessageParameter: Int, Columns { case providerID }
  enum ConversationColumn: Int, Columns { case conversation }
  static let ofMessage = Query<OfMessageParameter, ConversationColumn>("ofMessage")
  enum WithAddressParameter: Int, Columns { case sender, address }
  static let withAddress = Query<WithAddressParameter, ConversationColumn>("withAddress")
}

extension Conversations {
  static let byKey = Query<ConversationParameter, Column>("byKey")
  enum OfPersonParameter: Int, Columns { case person }
  static let ofPerson = Query<OfPersonParameter, Column>("ofPerson")
}
