package import Domain
package import Store
package import Time

/// A send of ours within a conversation, on its way into the store.
package struct ConversationSend: Hashable, Sendable {
  package let conversation: ConversationID
  /// As `ConversationActor.text` has it.
  package let author: String
  /// It is not sent once people of ours have acted since; nil: it is sent in any turn.
  package let turn: Int64?

  package init(in conversation: ConversationID, by author: String, unlessTurn turn: Int64?) {
    (self.conversation, self.author, self.turn) = (conversation, author, turn)
  }
}

/// What an act of a person led to.
package struct TurnTaken: Sendable {
  package let conversation: StoredConversation
  /// Sends of former turns that were taken out of their queue.
  package var canceled: [SendID] = []
  /// Those that had been claimed. Each may be posted until then, and not after; what is recorded is no longer here.
  package var underWay: [UnderWay] = []

  init(
    conversation: StoredConversation, canceled: [SendID] = [], underWay: [UnderWay] = []
  ) {
    (self.conversation, self.canceled, self.underWay) = (conversation, canceled, underWay)
  }

  /// What is left of it once something else was changed too.
  package init(_ conversation: StoredConversation, after taken: TurnTaken) {
    self.init(
      conversation: conversation, canceled: taken.canceled, underWay: taken.underWay)
  }

  package struct UnderWay: Hashable, Sendable {
    let key: SendKey
    package let send: SendID
    package let attempt: Int
    package let postBy: Timestamp
  }
}

extension SendStore {
  /// Does something in a conversation. nil where there is none. Where it takes a turn, nothing that was written for a former
  /// turn is claimed once it answers.
  ///
  /// Every claim holds its lane group's row from its beginning to its commit and reads the conversation's turn in between.
  /// So the group is locked here before the conversation is: a claim that has read the former turn has ended by then and its
  /// intents are seen, and the next one reads the new turn.
  package func act(
    _ act: ConversationAct, in id: ConversationID, by actor: ConversationActor,
    _ detail: String = ""
  ) throws(StoreError) -> TurnTaken? {
    try engine.write(.conversations) { transaction throws(StoreError) -> TurnTaken? in
      guard let known = try transaction.conversation(id) else { return nil }
      _ = try transaction.lockGroup(known.group)
      guard var conversation = try transaction.lockConversation(known.key) else { return nil }
      let now = try transaction.now()
      let turn = conversation.standing.turn
      guard conversation.standing.apply(act) else {
        return try transaction.nothingTaken(by: act, conversation, at: now)
      }
      if conversation.standing.answerer == .nobody { conversation.due = nil }
      try transaction.save(conversation, after: act, by: actor, detail, at: now)
      conversation.version += 1
      var taken = TurnTaken(conversation: conversation)
      guard conversation.standing.turn > turn else { return taken }
      try transaction.endFormerTurns(of: conversation, &taken, at: now)
      return taken
    }
  }

  /// Of these, what may still be posted: neither recorded nor past its time.
  package func stillUnderWay(
    _ sends: [TurnTaken.UnderWay]
  ) throws(StoreError) -> [TurnTaken.UnderWay] {
    guard !sends.isEmpty else { return [] }
    return try engine.read { transaction throws(StoreError) in
      let now = try transaction.now()
      return try transaction.underWay(sends.map(\.key)).filter { $0.postBy >= now }
    }
  }
}

extension Transaction {
  func conversation(_ id: ConversationID) throws(StoreError) -> StoredConversation? {
    try rows(Conversations.one, [.id: .bytes([id.bytes])], StoredConversation.init).first
  }

  func endFormerTurns(
    of conversation: StoredConversation, _ taken: inout TurnTaken, at now: Timestamp
  ) throws(StoreError) {
    // An assistant that has it again later answers what comes then.
    try run(Assistants.answer, [.conversation: .key(conversation.key)])
    let stale = try sendsOfFormerTurns(of: conversation)
    guard !stale.isEmpty else { return }
    let rows = try lockSends(stale)
    var changes = ChangeSet(rows, at: now)
    for row in rows where row.progress.state == .queued {
      if changes.apply(.canceled, to: row.key, code: SendStore.turnTakenCode) != nil {
        taken.canceled.append(row.id)
      }
    }
    try changes.write(to: self)
    taken.underWay = try underWay(stale).filter { $0.postBy >= now }
  }

  /// Whoever asks once more for what is so already may never have had the answer: it waits as the first one did.
  fileprivate func nothingTaken(
    by act: ConversationAct, _ conversation: StoredConversation, at now: Timestamp
  ) throws(StoreError) -> TurnTaken {
    var taken = TurnTaken(conversation: conversation)
    if case .read = act { return taken }
    taken.underWay = try underWay(try sendsOfFormerTurns(of: conversation)).filter {
      $0.postBy >= now
    }
    return taken
  }

  private func sendsOfFormerTurns(
    of conversation: StoredConversation
  ) throws(StoreError) -> [SendKey] {
    try rows(
      Conversations.stale,
      [.conversation: .key(conversation.key), .turn: .integer(conversation.standing.turn)]
    ) { $0.key(.send) }
  }

  fileprivate func underWay(_ keys: [SendKey]) throws(StoreError) -> [TurnTaken.UnderWay] {
    try rows(Conversations.underWay, [.send: .keys(keys)]) { row throws(StoreError) in
      TurnTaken.UnderWay(
        key: row.key(.send), send: try SendID(column: row.bytes(.id)), attempt: row.int(.attempt),
        postBy: row.time(.postBy))
    }
  }

  /// Sends of these that were written for a turn which is over. Read under the lock of their lane's group.
  func ofFormerTurns(_ sends: [SendKey]) throws(StoreError) -> Set<SendKey> {
    guard !sends.isEmpty else { return [] }
    return Set(try rows(Conversations.turnOf, [.send: .keys(sends)]) { $0.key(.send) as SendKey })
  }

  /// That they are of a conversation. One that is not there keeps none for a turn from being canceled.
  func join(_ sends: [(send: SendKey, of: ConversationSend)]) throws(StoreError) {
    guard !sends.isEmpty else { return }
    var keys: [ConversationID: ConversationKey] = [:]
    for id in Set(sends.map(\.of.conversation)) { keys[id] = try conversation(id)?.key }
    try run(
      Conversations.join,
      [
        .send: .keys(sends, \.send),
        .conversation: .integers(sends.map { keys[$0.of.conversation]?.value ?? 0 }),
        .author: .texts(sends.map(\.of.author)),
        .turn: .optionalIntegers(sends.map(\.of.turn)),
      ])
  }
}

extension SendStore {
  /// Why a send of an assistant did not go: a person of ours has acted since.
  package static let turnTakenCode = "turn-taken"
}

extension Conversations {
  enum StaleParameter: Int, Columns { case conversation, turn }
  enum SendColumn: Int, Columns { case send }
  static let stale = Query<StaleParameter, SendColumn>("stale")
  enum SendParameter: Int, Columns { case send }
  static let turnOf = Query<SendParameter, SendColumn>("turnOf")
  enum UnderWayColumn: Int, Columns { case send, id, attempt, postBy }
  static let underWay = Query<SendParameter, UnderWayColumn>("underWay")
  enum JoinParameter: Int, Columns { case send, conversation, author, turn }
  static let join = Command<JoinParameter>("join")
}
