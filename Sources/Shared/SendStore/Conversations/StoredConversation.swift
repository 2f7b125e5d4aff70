package import Domain
internal import JSON
internal import Store
package import Time

/// A conversation as it stands.
package struct StoredConversation: Hashable, Sendable {
  package let key: ConversationKey
  package let id: ConversationID
  package let sender: SenderID
  let lane: LaneKey
  let group: GroupKey
  package let person: PersonKey
  /// As the person is called; nil where nobody knows.
  package let name: String?
  /// Where an answer goes.
  package var address: PersonAddress
  package let tenant: Tenant
  package var standing: ConversationStanding
  /// When somebody has to see whether the contact is answered by itself.
  package var due: Timestamp?
  /// JSON: a list of texts.
  package var labels: String
  /// The first words of the last message.
  package var preview: String
  package let created: Timestamp
  package var changed: Timestamp
  package var version: Int
  /// The one in which it goes on, as their contacts turned out to be one.
  package let continuedIn: ConversationKey?

  init(_ row: Row<Conversations.Column>) throws(StoreError) {
    guard let id = ConversationID(bytes: row.bytes(.id)),
      let mode = ConversationStanding.Mode(rawValue: row.int(.mode))
    else { throw .broken("a conversation's id or mode") }
    key = row.key(.key)
    self.id = id
    sender = SenderID(row.text(.sender))
    (lane, group, person) = (row.key(.lane), row.key(.laneGroup), row.key(.person))
    name = row.optionalText(.name)
    address = PersonAddress(row.text(.address))
    tenant = Tenant(app: row.text(.app), company: row.text(.company))
    standing = ConversationStanding()
    standing.mode = mode
    standing.agent = row.optionalText(.agent)
    standing.assistant = row.optionalText(.assistant)
    standing.isAssistantOn = row.isTrue(.isAssistantOn)
    standing.isArchived = row.isTrue(.isArchived)
    standing.unread = row.int(.unread)
    standing.turn = row.integer(.turn)
    standing.inbound = row.optionalTime(.inbound)
    standing.last = row.time(.last)
    standing.askedToWait = row.optionalTime(.askedToWait)
    due = row.optionalTime(.due)
    (labels, preview) = (row.text(.labels), row.text(.preview))
    (created, changed) = (row.time(.created), row.time(.changed))
    version = row.int(.version)
    continuedIn = row.optionalInteger(.continuedIn).map { ConversationKey($0) }
  }
}

extension StoredConversation {
  package var labelTexts: [String] {
    (JSONValue(whole: Array(labels.utf8))?.items ?? []).compactMap(\.string)
  }

  mutating func set(labels: [String]) {
    self.labels = String(
      decoding: JSONWriter.list { list in
        for label in labels { list.value(label) }
      }, as: UTF8.self)
  }

  func hasLabel(_ label: String) -> Bool { labelTexts.contains(label) }
}

/// Who did something in a conversation, for its history.
package enum ConversationActor: Hashable, Sendable {
  case contact
  case agent(String)
  case assistant(String)
  /// What is said by itself.
  case setText
  /// A person of ours, on the business app.
  case businessApp
  case system
  /// As a history has it.
  case named(String)

  package var text: String {
    switch self {
    case .contact: "contact"
    case .agent(let name): "agent \(name)"
    case .assistant(let name): "assistant \(name)"
    case .setText: "set text"
    case .businessApp: "business app"
    case .system: "system"
    case .named(let text): text
    }
  }
}

extension ConversationAct {
  /// As the history and the topic name it.
  package var name: String {
    switch self {
    case .received: "received"
    case .personWrote: "person-wrote"
    case .assistantWrote: "assistant-wrote"
    case .askedToWait: "asked-to-wait"
    case .systemWrote: "system-wrote"
    case .setMode: "mode"
    case .archive: "archived"
    case .unarchive: "unarchived"
    case .read: "read"
    case .assign: "assigned"
    case .setAssistant: "assistant"
    case .switchAssistant: "assistant-switched"
    case .handOver: "handed-over"
    case .rested: "rested"
    }
  }
}

extension Transaction {
  func conversation(
    of person: PersonKey, in lane: LaneKey
  ) throws(StoreError) -> StoredConversation? {
    try rows(
      Conversations.of, [.lane: .key(lane), .person: .key(person)], StoredConversation.init
    ).first
  }

  func lockConversation(_ key: ConversationKey) throws(StoreError) -> StoredConversation? {
    try rows(Conversations.lock, [.conversation: .key(key)], StoredConversation.init).first
  }

  /// With the change that led to it.
  func save(
    _ conversation: StoredConversation, after act: ConversationAct, by actor: ConversationActor,
    _ detail: String = "", at now: Timestamp
  ) throws(StoreError) {
    try save(conversation, afterThe: act.name, by: actor, detail, at: now)
  }

  func save(
    _ conversation: StoredConversation, afterThe act: String, by actor: ConversationActor,
    _ detail: String = "", at now: Timestamp
  ) throws(StoreError) {
    let standing = conversation.standing
    try run(
      Conversations.save,
      [
        .conversation: .key(conversation.key), .address: .text(conversation.address.text),
        .mode: .integer(standing.mode.rawValue), .agent: .optionalTexts([standing.agent]),
        .assistant: .optionalTexts([standing.assistant]),
        .isAssistantOn: .integer(standing.isAssistantOn ? 1 : 0),
        .isArchived: .integer(standing.isArchived ? 1 : 0), .unread: .integer(standing.unread),
        .turn: .integer(standing.turn),
        .inbound: .optionalIntegers([standing.inbound?.microseconds]),
        .last: .time(standing.last ?? conversation.created),
        .askedToWait: .optionalIntegers([standing.askedToWait?.microseconds]),
        .due: .optionalIntegers([conversation.due?.microseconds]),
        .labels: .text(conversation.labels), .preview: .text(conversation.preview),
        .changed: .time(now), .version: .integer(conversation.version + 1),
      ])
    try run(
      Conversations.note,
      [
        .conversation: .key(conversation.key), .version: .integer(conversation.version + 1),
        .act: .text(act), .actor: .text(actor.text), .detail: .text(detail), .at: .time(now),
      ])
  }
}

extension Conversations {
  enum Column: Int, Columns {
    case key, id, sender, lane, laneGroup, person, address, app, company, mode, agent, assistant,
      isAssistantOn, isArchived, unread, turn, inbound, last, askedToWait, due, labels, preview,
      created, changed, version, continuedIn, name
  }
  enum AddParameter: Int, Columns {
    case id, lane, person, address, app, company, agent, assistant, at, now
  }
  static let add = Command<AddParameter>("add")
  enum OfParameter: Int, Columns { case lane, person }
  static let of = Query<OfParameter, Column>("of")
  enum OneParameter: Int, Columns { case id }
  static let one = Query<OneParameter, Column>("one")
  enum ConversationParameter: Int, Columns { case conversation }
  static let lock = Query<ConversationParameter, Column>("lock")
  enum SaveParameter: Int, Columns {
    case conversation, address, mode, agent, assistant, isAssistantOn, isArchived, unread, turn,
      inbound, last, askedToWait, due, labels, preview, changed, version
  }
  static let save = Command<SaveParameter>("save")
  enum NoteParameter: Int, Columns { case conversation, version, act, actor, detail, at }
  static let note = Command<NoteParameter>("note")
  enum PruneParameter: Int, Columns { case before }
  static let prune = Command<PruneParameter>("prune")
  static let pruneChanges = Command<PruneParameter>("pruneChanges")
}
