package import Domain
internal import Store
package import Time

/// What a person wrote, as far as a conversation keeps it.
package struct InboundWords: Hashable, Sendable {
  /// The provider's word for what it is.
  package let kind: String
  /// What of it can be read and searched.
  package let words: String
  /// The message that it edits, takes back or reacts to.
  package let original: ProviderID?
  /// JSON: all of it, as the log has it.
  package let content: [UInt8]
  package let received: Timestamp
  /// As the person calls themselves.
  package let profileName: String?
  /// By which Meta hides the number, where it told both.
  package let userID: String?
  /// The number that the person gave as their own, which the provider vouches for.
  package var attestedNumber: String?
  /// The number or id that the person has from now on.
  package let changedTo: PersonAddress?
  /// Who answers somebody new.
  package var charge = Charge()
  /// Said by a machine, or a word that is obeyed: it is kept, and nobody is answered for it by itself.
  package var isAutomatic = false

  package init(
    kind: String, words: String, original: ProviderID? = nil, content: [UInt8],
    received: Timestamp, profileName: String? = nil, userID: String? = nil,
    changedTo: PersonAddress? = nil
  ) {
    self.kind = Self.kept(kind, 64)
    self.words = Self.kept(words, Self.mostWords)
    (self.original, self.content, self.received) = (original, content, received)
    self.profileName = profileName.map { Self.kept($0, 200) }
    (self.userID, self.changedTo) = (userID, changedTo)
  }

  /// Longer texts are whole in `content` alone.
  private static let mostWords = 10_000

  /// Whatever strangers write: no text of a store may have a zero in it.
  private static func kept(_ text: String, _ most: Int) -> String {
    let short = text.prefix(most)
    return short.utf8.contains(0)
      ? String(short.replacing("\0", with: "\u{FFFD}")) : String(short)
  }

  /// Whether somebody has to look at it. A reaction, an edit or a new number is no message of its own.
  var isMessage: Bool {
    original == nil && changedTo == nil
      && !["reaction", "edit", "revoke", "system", "user_preferences"].contains(kind)
  }

  /// For a list.
  var preview: String { words.isEmpty ? "[\(kind)]" : String(words.prefix(120)) }
}

extension InboundReport {
  /// All that the message says its person is known by.
  var identities: [Identity] {
    var identities = [Identity(contact)]
    if let waID { identities.append(Identity(.whatsApp, waID)) }
    if let userID = words?.userID { identities.append(Identity(.businessScoped, userID)) }
    if let attested = words?.attestedNumber { identities.append(Identity(.number, attested)) }
    return identities.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}

extension Transaction {
  /// Keeps the message in the conversation of that person with that sender, which begins with it where there was none.
  func converse(_ message: InboundReport, in lane: LaneIdentity) throws(StoreError) {
    guard let words = message.words else { return }
    let now = try now()
    let person = try person(
      known: message.identities, of: lane.tenant, named: words.profileName, at: now)
    if let changedTo = words.changedTo {
      // A number that another contact had stays theirs: numbers are given to new people.
      try identify(person, [Identity(changedTo)], of: lane.tenant, at: now)
    }
    var conversation = try conversation(with: person, message, words.charge, in: lane, now)
    guard try keep(words, message, in: conversation, by: nil) else { return }
    if let changedTo = words.changedTo { conversation.address = changedTo }
    let act = ConversationAct.received(at: message.at)
    if words.isMessage {
      let isLatest = conversation.standing.inbound.map { message.at >= $0 } ?? true
      conversation.standing.apply(act)
      if isLatest {
        conversation.preview = words.preview
        if words.changedTo == nil { conversation.address = message.contact }
      }
      if !words.isAutomatic, conversation.standing.answerer != .nobody {
        conversation.due = conversation.due ?? now
      }
    }
    try save(conversation, after: act, by: .contact, message.providerID.text, at: now)
  }

  /// False where it is there already.
  func keep(
    _ words: InboundWords, _ message: InboundReport, in conversation: StoredConversation,
    by author: ConversationActor?
  ) throws(StoreError) -> Bool {
    try !rows(
      Conversations.addMessage,
      [
        .conversation: .key(conversation.key), .providerID: .text(message.providerID.text),
        .at: .time(message.at), .received: .time(words.received), .kind: .text(words.kind),
        .words: .text(words.words), .original: .optionalTexts([words.original?.text]),
        .content: .bytes([words.content]), .author: .optionalTexts([author?.text]),
      ]
    ) { $0.integer(.key) }.isEmpty
  }

  /// Only a new one takes a turn of those who are there.
  func conversation(
    with person: PersonKey, _ message: InboundReport, _ charge: Charge, in lane: LaneIdentity,
    _ now: Timestamp
  ) throws(StoreError) -> StoredConversation {
    if let known = try conversation(of: person, in: lane.key) { return known }
    let (agent, assistant) = try agent(in: charge)
    return try begin(
      with: person, message.contact, in: lane, agent: agent, assistant: assistant, at: message.at,
      now)
  }

  /// The conversation that there is, or a new one.
  func begin(
    with person: PersonKey, _ address: PersonAddress, in lane: LaneIdentity, agent: String?,
    assistant: String?, at time: Timestamp, _ now: Timestamp
  ) throws(StoreError) -> StoredConversation {
    if let known = try conversation(of: person, in: lane.key) { return known }
    let id = ConversationID(of: lane.sender, with: address, tenant: lane.tenant)
    try run(
      Conversations.add,
      [
        .id: .bytes([id.bytes]), .lane: .key(lane.key), .person: .key(person),
        .address: .text(address.text), .app: .text(lane.tenant.app),
        .company: .text(lane.tenant.company), .agent: .optionalTexts([agent]),
        .assistant: .optionalTexts([assistant]), .at: .time(time), .now: .time(now),
      ])
    // Where one began with that address it is that one, whoever the address belongs to by now.
    if let made = try conversation(of: person, in: lane.key) { return made }
    if let made = try conversation(id) { return made }
    throw .broken("no conversation was made")
  }
}

extension Conversations {
  enum AddMessageParameter: Int, Columns {
    case conversation, providerID, at, received, kind, words, original, content,
      author
  }
  enum AddMessageColumn: Int, Columns { case key }
  static let addMessage = Query<AddMessageParameter, AddMessageColumn>("addMessage")
}
