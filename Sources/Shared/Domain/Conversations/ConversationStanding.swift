package import Time

/// Who answers in a conversation, and what it waits for.
package struct ConversationStanding: Hashable, Sendable {
  /// Whether people of ours answer, or an assistant and set texts do.
  package enum Mode: Int, CaseIterable, Hashable, Sendable {
    case automatic, manual

    package var name: String {
      switch self {
      case .automatic: "automatic"
      case .manual: "manual"
      }
    }

    package init?(name: String) {
      guard let mode = Self.allCases.first(where: { $0.name == name }) else { return nil }
      self = mode
    }
  }

  package var mode = Mode.automatic
  /// The person of ours who is in charge.
  package var agent: String?
  package var assistant: String?
  /// A contact who wanted a person has it off until somebody switches it on.
  package var isAssistantOn = true
  package var isArchived = false
  /// Messages of the contact that nobody has looked at.
  package var unread = 0
  /// How often people of ours have acted. What an assistant or a set text writes carries the number that it knew, and
  /// is not sent once there is a higher one.
  package var turn: Int64 = 0
  /// When the contact wrote last.
  package var inbound: Timestamp?
  /// When anybody did.
  package var last: Timestamp?
  /// When the contact was asked to wait and nobody has answered since.
  package var askedToWait: Timestamp?

  package init() {}

  /// Who answers the next message by itself.
  package enum Answerer: Hashable, Sendable {
    case nobody
    case assistant(String)
    /// A text that asks to wait: once, not for each message.
    case setText
  }

  package var answerer: Answerer {
    guard mode == .automatic else { return .nobody }
    if let assistant, isAssistantOn { return .assistant(assistant) }
    return askedToWait == nil ? .setText : .nobody
  }
}

/// What happens in a conversation.
package enum ConversationAct: Hashable, Sendable {
  /// The contact wrote; a message that comes late is older than others.
  case received(at: Timestamp)
  /// A person of ours wrote, here or on the business app.
  case personWrote(at: Timestamp)
  case assistantWrote(at: Timestamp)
  /// The text that asks to wait.
  case askedToWait(at: Timestamp)
  /// Anything else of ours: a campaign, a system.
  case systemWrote(at: Timestamp)
  case setMode(ConversationStanding.Mode)
  case archive
  case unarchive
  /// Somebody has looked at it.
  case read
  case assign(agent: String?)
  case setAssistant(String?)
  case switchAssistant(on: Bool)
  /// The contact wants a person.
  case handOver
  /// By the clock.
  case rested(at: Timestamp)
}

extension ConversationStanding {
  /// After so long without a message a conversation that has an assistant is its own again.
  package static let rest = Duration.seconds(86_400)

  /// False where it changes nothing.
  @discardableResult
  package mutating func apply(_ act: ConversationAct) -> Bool {
    let before = self
    switch act {
    case .received(let at):
      unread += 1
      isArchived = false
      inbound = max(inbound ?? at, at)
      wrote(at)
    case .personWrote(let at):
      takeTurn()
      mode = .manual
      (unread, isArchived) = (0, false)
      answered(at)
    case .assistantWrote(let at): answered(at)
    case .askedToWait(let at):
      askedToWait = at
      wrote(at)
    case .systemWrote(let at): wrote(at)
    case .setMode(let new):
      guard new != mode else { return false }
      takeTurn()
      mode = new
    case .archive:
      guard !isArchived else { return false }
      takeTurn()
      (isArchived, mode, isAssistantOn, unread) = (true, .automatic, true, 0)
      askedToWait = nil
    case .unarchive: isArchived = false
    case .read: unread = 0
    case .assign(let agent): self.agent = agent
    case .setAssistant(let assistant):
      guard assistant != self.assistant else { return false }
      takeTurn()
      self.assistant = assistant
      isAssistantOn = true
    case .switchAssistant(let isOn):
      guard isOn != isAssistantOn else { return false }
      takeTurn()
      isAssistantOn = isOn
    case .handOver:
      guard mode != .manual || isAssistantOn else { return false }
      takeTurn()
      (mode, isAssistantOn) = (.manual, false)
    case .rested(let now):
      guard mode == .manual, assistant != nil, let last, now - last >= Self.rest else {
        return false
      }
      takeTurn()
      (mode, isAssistantOn) = (.automatic, true)
    }
    return self != before
  }

  private mutating func takeTurn() { turn += 1 }

  private mutating func wrote(_ at: Timestamp) { last = max(last ?? at, at) }

  private mutating func answered(_ at: Timestamp) {
    wrote(at)
    askedToWait = nil
  }
}
