package import Domain
internal import Platform
package import Store
package import Time

/// What is said by itself to somebody who waits.
package enum SetReply: Hashable, Sendable {
  case say(SetText)
  /// Nothing, until they write again.
  case nothing
  /// Whoever asks does not know the sender: another worker may.
  case later

  package struct SetText: Hashable, Sendable {
    /// JSON: the request.
    package let content: [UInt8]
    package let expires: Timestamp
    package let maxAttempts: Int

    package init(_ content: [UInt8], expires: Timestamp, maxAttempts: Int) {
      (self.content, self.expires, self.maxAttempts) = (content, expires, maxAttempts)
    }
  }
}

extension SendStore {
  /// Answers those who wait and have no assistant that does, so many at most. `decide` may be called again for the same.
  /// Each answer is queued in the transaction that notes it, so there is one or there is none, whoever ends in between and
  /// however many do this. While a worker is alive that does not know turns nobody is answered: it would send what a person
  /// has overtaken.
  package func answerWaiting(
    limit: Int, _ decide: (StoredConversation, WaitingContact, Timestamp) -> SetReply
  ) throws(StoreError) -> WaitingAnswered {
    guard try isAnybodyWaiting() else { return WaitingAnswered() }
    let first = try reserveKeys(limit)
    let known = flows.withLock { $0 }
    let (result, found) = try forgettingFlows { () throws(StoreError) in
      try engine.write(.conversations) { transaction throws(StoreError) in
        let flows = FlowBook(known)
        let result = try transaction.answerWaiting(limit, first, flows, decide)
        return (result, flows.found)
      }
    }
    flows.withLock { $0.merge(found) { $1 } }
    return result
  }

  private func isAnybodyWaiting() throws(StoreError) -> Bool {
    try engine.read { transaction throws(StoreError) in
      if transaction.form < .turns { try transaction.lookAtForm() }
      guard transaction.form >= .turns else { return false }
      return try transaction.isAnybodyWaiting(since: try transaction.now())
    }
  }

  /// Whether somebody was to be looked after so long ago and was not.
  package func leftWaiting(
    for span: Duration
  ) throws(StoreError) -> (forAssistant: Bool, forSetText: Bool) {
    try engine.read { transaction throws(StoreError) in
      let time = try transaction.now() - span
      return (
        try transaction.isAnybodyDue(at: time), try transaction.isAnybodyWaiting(since: time)
      )
    }
  }
}

extension Transaction {
  fileprivate func isAnybodyWaiting(since time: Timestamp) throws(StoreError) -> Bool {
    try !rows(Conversations.isWaiting, [.now: .time(time)]) { $0.key(.key) as ConversationKey }
      .isEmpty
  }
}

/// What became of some who waited.
package struct WaitingAnswered: Hashable, Sendable {
  /// Looked at.
  package var seen = 0
  package var answered = 0

  package init() {}
}

extension Transaction {
  fileprivate func answerWaiting(
    _ limit: Int, _ first: SendKey, _ flows: FlowBook,
    _ decide: (StoredConversation, WaitingContact, Timestamp) -> SetReply
  ) throws(StoreError) -> WaitingAnswered {
    let now = try now()
    let waiting = try rows(
      Conversations.waiting, [.now: .time(now), .limit: .integer(limit)], StoredConversation.init)
    let facts = try facts(of: waiting)
    var result = WaitingAnswered()
    var sends: [(send: NewSend, lane: LaneKey)] = []
    for var conversation in waiting {
      guard let contact = facts[conversation.key] else { continue }
      result.seen += 1
      let reply = decide(conversation, contact, now)
      conversation.due = reply == .later ? now + Self.laterPause : nil
      guard case .say(let text) = reply else {
        try postpone(conversation, until: conversation.due)
        continue
      }
      let send = NewSend(text, in: conversation, due: now)
      sends.append((send, conversation.lane))
      let act = ConversationAct.askedToWait(at: now)
      conversation.standing.apply(act)
      try save(conversation, after: act, by: .setText, send.id.description, at: now)
      result.answered += 1
    }
    try queue(sends, from: first, flows, at: now)
    return result
  }

  private static var laterPause: Duration { .seconds(60) }

  func facts(
    of conversations: [StoredConversation]
  ) throws(StoreError) -> [ConversationKey: WaitingContact] {
    let standings = Dictionary(conversations.map { ($0.key, $0.standing) }) { $1 }
    let found = try rows(
      Conversations.waitingFacts, [.conversation: .keys(conversations, \.key)]
    ) { row in
      let key: ConversationKey = row.key(.key)
      let standing = standings[key] ?? ConversationStanding()
      return (
        key,
        WaitingContact(
          standing,
          window: ServiceWindow(
            lastInbound: row.optionalTime(.lastInbound),
            lastRefusal: row.optionalTime(.windowClosed)),
          optOut: row.optionalText(.optOut).flatMap(OptOut.init(rawValue:)),
          isFirst: !row.isTrue(.isAnswered) && standing.turn == 0)
      )
    }
    return Dictionary(found) { $1 }
  }
}

extension NewSend {
  init(
    _ text: SetReply.SetText, in conversation: StoredConversation, due: Timestamp
  ) {
    // The same again where the transaction runs again, and never that of another answer.
    let id = SendID.derived(
      tenant: conversation.tenant,
      idempotencyKey: "set text \(conversation.id) \(conversation.version)", item: 0)
    self.init(
      id: id, sender: conversation.sender, recipient: conversation.address, content: text.content,
      due: due, expires: text.expires, maxAttempts: text.maxAttempts)
    self.conversation = ConversationSend(
      in: conversation.id, by: ConversationActor.setText.text,
      unlessTurn: conversation.standing.turn)
  }
}

extension Conversations {
  enum NowParameter: Int, Columns { case now }
  enum KeyColumn: Int, Columns { case key }
  static let isWaiting = Query<NowParameter, KeyColumn>("isWaiting")
  enum WaitingParameter: Int, Columns { case now, limit }
  static let waiting = Query<WaitingParameter, Column>("waiting")
  enum WaitingColumn: Int, Columns { case key, lastInbound, windowClosed, optOut, isAnswered }
  static let waitingFacts = Query<ConversationParameter, WaitingColumn>("waitingFacts")
  enum PostponeParameter: Int, Columns { case conversation, due }
  static let postpone = Command<PostponeParameter>("postpone")
}
