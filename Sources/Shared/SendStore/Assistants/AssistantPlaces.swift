package import Domain
internal import Platform
package import Store
package import Time

/// A message of a contact that nobody has answered.
package struct UnansweredMessage: Hashable, Sendable {
  package let key: Int64
  package let providerID: ProviderID
  package let at: Timestamp
  package let received: Timestamp
  package let kind: String
  package let words: String
  package let original: ProviderID?
  /// JSON: all of it.
  package let content: [UInt8]
}

/// A contact who waits for an assistant, with all that decides what is done.
package struct WaitingForAssistant: Hashable, Sendable {
  package let conversation: StoredConversation
  package let contact: WaitingContact
  /// In the order in which they came; the first ones, where there are very many.
  package let messages: [UnansweredMessage]
  /// How often in a row an answer was of no use.
  package let failures: Int
  /// Since when the endpoint does not answer; nil: it does.
  package let away: Timestamp?
  package let used: [AssistantBudget.Scope: AssistantUse]

  /// By which what is written for them is known: whoever answers the same messages makes the same.
  package var burst: String {
    "\(conversation.id) \(messages.last?.providerID.text ?? "")"
  }
}

/// One call of an assistant, as it is kept.
package struct AssistantCall: Hashable, Sendable {
  package var assistant: String
  package var model: String
  /// A hash of all that it was told.
  package var prompt: String
  package var begun: Timestamp
  package var ended: Timestamp
  package var tokensIn = 0
  package var tokensOut = 0
  /// In millionths of the currency.
  package var money: Int64 = 0
  package var verdict: Verdict
  package var reason = ""
  /// JSON: what it wrote and nobody got.
  package var withheld: [UInt8]?

  package init(
    _ assistant: String, model: String, prompt: String, begun: Timestamp, ended: Timestamp,
    _ verdict: Verdict
  ) {
    (self.assistant, self.model, self.prompt) = (assistant, model, prompt)
    (self.begun, self.ended, self.verdict) = (begun, ended, verdict)
  }

  /// What it wrote would have gone, and does not.
  func withheld(as verdict: Verdict) -> AssistantCall {
    guard [.replied, .handedOver, .silent].contains(self.verdict) else { return self }
    var call = self
    call.verdict = verdict
    return call
  }

  /// As it is kept: what was sent stands among the sends.
  var kept: AssistantCall {
    var call = self
    if [.replied, .handedOver].contains(verdict) { call.withheld = nil }
    return call
  }

  package enum Verdict: String, CaseIterable, Hashable, Sendable {
    /// It was sent.
    case replied
    /// It wanted to say nothing.
    case silent
    /// It gave the conversation to a person.
    case handedOver = "handed-over"
    /// What it wrote may not be sent.
    case blocked
    /// A person of ours has acted meanwhile.
    case overtaken
    /// The contact wrote more meanwhile.
    case superseded
    /// What came back was no answer.
    case unusable
    /// The endpoint did not answer.
    case away
    /// The endpoint refused us: the settings are wrong.
    case refused
    /// It asked for a tool.
    case tool
  }
}

/// What is done about somebody who waits.
package enum AssistantDecision: Hashable, Sendable {
  /// The assistant is asked; whoever asks has until then.
  case ask(until: Timestamp)
  case later(Timestamp)
  /// Nothing, until they write again.
  case nothing
  /// A text that asks to wait, and the assistant is asked again then.
  case askToWait(SetReply.SetText, Timestamp?)
  /// A person is to answer. `because`: for the history.
  case handOver(because: String, SetReply.SetText?)
}

/// What came of asking.
package enum AssistantOutcome: Hashable, Sendable {
  /// Goes out one after the other.
  case reply([SetReply.SetText])
  case silence
  case handOver(because: String, [SetReply.SetText])
  /// Nothing that can be sent; asked again then. `isAway`: the endpoint did not answer.
  case again(Timestamp, isAway: Bool)
}

/// How an outcome was taken.
package enum AssistantSettlement: Hashable, Sendable {
  case done([SendID])
  /// A person of ours has acted, or the assistant was switched off.
  case overtaken
  /// The contact wrote more.
  case superseded
}

/// Somebody for whom an assistant was asked, what came of it, and by which calls.
package struct AskedAssistant: Sendable {
  let waiting: WaitingForAssistant
  let outcome: AssistantOutcome
  package let calls: [AssistantCall]

  package var sender: SenderID { waiting.conversation.sender }

  package init(
    _ waiting: WaitingForAssistant, _ outcome: AssistantOutcome, _ calls: [AssistantCall]
  ) {
    (self.waiting, self.outcome, self.calls) = (waiting, outcome, calls)
  }
}

extension SendStore {
  /// Those who wait for an assistant, so many at most. `decide` may be called again for the same; of each whose assistant is
  /// to be asked the worker has the answer to give, until that time.
  package func claimForAssistants(
    limit: Int, _ decide: (WaitingForAssistant, Timestamp) -> AssistantDecision
  ) throws(StoreError) -> (asked: [WaitingForAssistant], seen: Int) {
    guard try isAnybodyDue() else { return ([], 0) }
    let first = try reserveKeys(limit)
    return try writingWithFlows { transaction, flows throws(StoreError) in
      try transaction.claimForAssistants(limit, first, flows, decide)
    }
  }

  private func isAnybodyDue() throws(StoreError) -> Bool {
    try engine.read { transaction throws(StoreError) in
      if transaction.form < .turns { try transaction.lookAtForm() }
      guard transaction.form >= .turns else { return false }
      return try transaction.isAnybodyDue(at: try transaction.now())
    }
  }

  /// What came of asking for that contact, in the transaction that notes it: there is one answer to a message or there is none,
  /// whoever ends in between and however many have asked.
  package func settle(
    _ waiting: WaitingForAssistant, _ outcome: AssistantOutcome, _ calls: [AssistantCall]
  ) throws(StoreError) -> AssistantSettlement {
    try settle([AskedAssistant(waiting, outcome, calls)])[0]
  }

  /// The same of several in one transaction, each by itself: as they are given.
  package func settle(
    _ asked: [AskedAssistant]
  ) throws(StoreError) -> [AssistantSettlement] {
    guard !asked.isEmpty else { return [] }
    let first = try reserveKeys(asked.count)
    // Whoever locks several conversations does so in one order.
    let order = asked.indices.sorted {
      asked[$0].waiting.conversation.key < asked[$1].waiting.conversation.key
    }
    return try writingWithFlows { transaction, flows throws(StoreError) in
      var settled = asked.map { _ in AssistantSettlement.overtaken }
      for place in order {
        settled[place] = try transaction.settle(asked[place], first.following(place), flows)
      }
      return settled
    }
  }

  func writingWithFlows<Found>(
    _ body: (any Transaction, FlowBook) throws(StoreError) -> Found
  ) throws(StoreError) -> Found {
    let known = flows.withLock { $0 }
    let (result, found) = try forgettingFlows { () throws(StoreError) in
      try engine.write(.conversations) { transaction throws(StoreError) in
        let flows = FlowBook(known)
        let result = try body(transaction, flows)
        return (result, flows.found)
      }
    }
    flows.withLock { $0.merge(found) { $1 } }
    return result
  }

  /// Of conversations whose assistants are being asked: which have to be asked no more, as somebody has acted or written.
  package func outdated(
    _ asked: [WaitingForAssistant]
  ) throws(StoreError) -> Set<ConversationKey> {
    guard !asked.isEmpty else { return [] }
    let known = Dictionary(asked.map { ($0.conversation.key, $0) }) { $1 }
    return try engine.read { transaction throws(StoreError) in
      let found = try transaction.rows(
        Assistants.standings, [.conversation: .keys(asked, \.conversation.key)]
      ) { row in
        let key: ConversationKey = row.key(.key)
        guard let one = known[key] else { return (key, true) }
        return (
          key,
          row.integer(.turn) == one.conversation.standing.turn && row.isTrue(.isAssistantOn)
            && row.int(.mode) == ConversationStanding.Mode.automatic.rawValue
            && row.integer(.newest) == one.messages.last?.key
        )
      }
      let present = Dictionary(found) { $1 }
      return Set(asked.map(\.conversation.key).filter { present[$0] != true })
    }
  }
}
