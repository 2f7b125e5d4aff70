internal import Domain
internal import HTTP
internal import JSON
internal import Platform
internal import Providers
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Time

/// What is decided about those who wait for an assistant, and what an assistant is told of them.
final class AssistantDesk: Sendable {
  private let context: WorkerContext
  private let inboxes: LiveInboxes
  private let senders: Locked<SenderIndex>
  private let traces: Locked<SecretTraces>
  private let typing: HTTPClient

  static let refusedPause = Duration.seconds(60)
  static let retryPause = Duration.seconds(1)
  static let longestPause = Duration.seconds(60)
  private static let unknownPause = Duration.seconds(60)
  /// Nobody is told to wait for an endpoint that is away for a moment.
  private static let patience = Duration.seconds(10)
  /// For what comes around a call: tools, and the store.
  private static let leeway = Duration.seconds(30)
  private static let history = 200

  init(_ context: WorkerContext) throws {
    self.context = context
    let inboxes = LiveInboxes(context.settings.inboxes)
    let senders = Locked(SenderIndex(context.settings.senders))
    let traces = Locked(SecretTraces(context.settings.secrets))
    context.reload.onChange { settings in
      inboxes.replace(by: settings.inboxes)
      let index = SenderIndex(settings.senders)
      senders.withLock { $0 = index }
      let found = SecretTraces(settings.secrets)
      traces.withLock { $0 = found }
    }
    (self.inboxes, self.senders, self.traces) = (inboxes, senders, traces)
    typing = try HTTPClient()
  }

  /// Between two looks at who waits: so long does a message wait for its assistant at most.
  var pause: Duration { inboxes.now.assistants.isEmpty ? .milliseconds(500) : .milliseconds(50) }

  var secrets: SecretTraces { traces.withLock { $0 } }

  private func sender(_ id: SenderID) -> SenderSettings? { senders.withLock { $0[id] } }

  private func inbox(_ conversation: StoredConversation) -> Inbox {
    inboxes.now.inbox(of: conversation.tenant)
  }

  private func assistant(_ conversation: StoredConversation) -> Assistant? {
    conversation.standing.assistant.flatMap { inbox(conversation).assistant($0) }
  }

  // MARK: Deciding

  func decide(
    on waiting: WaitingForAssistant, _ endpoints: inout [String: CircuitBreaker],
    at now: Timestamp
  ) -> AssistantDecision {
    guard sender(waiting.conversation.sender) != nil else { return .later(now + Self.unknownPause) }
    guard waiting.contact.mayBeWritten(at: now) else { return .nothing }
    guard let assistant = assistant(waiting.conversation) else {
      // Nobody knows it here: whoever writes is asked to wait, as where there is none.
      return askToWait(waiting, until: nil, at: now) ?? .nothing
    }
    let due = assistant.pace.due(waiting.span)
    guard due <= now else { return .later(due) }
    if waiting.wantsPerson(assistant.handOver) {
      return .handOver(because: "the contact asked for a person", handOverTexts(waiting).first)
    }
    switch endpoints[assistant.name]?.state(at: now) ?? .closed {
    case .open(let until): return wait(waiting, until: until, at: now)
    case .halfOpen:
      guard endpoints[assistant.name]?.room(at: now) ?? 1 > 0 else {
        return wait(waiting, until: now + Self.retryPause, at: now)
      }
      endpoints[assistant.name]?.beginProbe()
    case .closed: break
    }
    if let away = waiting.away, now - away >= Self.patience,
      let asked = askToWait(waiting, until: now, at: now)
    {
      endpoints[assistant.name]?.dropProbe()
      return asked
    }
    let calls = assistant.pace.deadline * (Asking.mostRounds + 1)
    return .ask(until: now + calls + Self.leeway)
  }

  /// The endpoint is away: people hear of it once, and then wait.
  private func wait(
    _ waiting: WaitingForAssistant, until: Timestamp, at now: Timestamp
  ) -> AssistantDecision {
    guard now - waiting.span.first >= Self.patience else { return .later(until) }
    return askToWait(waiting, until: until, at: now) ?? .later(until)
  }

  private func askToWait(
    _ waiting: WaitingForAssistant, until: Timestamp?, at now: Timestamp
  ) -> AssistantDecision? {
    guard waiting.conversation.standing.askedToWait == nil else { return nil }
    let inbox = inbox(waiting.conversation)
    let language = sender(waiting.conversation.sender)?.templateLanguage ?? "en"
    guard
      let text = waiting.contact.waitingText(by: inbox, senderLanguage: language, at: now),
      let said = setText(Message(.text(TextMessage(text))), waiting)
    else { return nil }
    return .askToWait(said, until)
  }

  /// Later each time, as long as the endpoint has been away.
  func awayPause(_ waiting: WaitingForAssistant, at now: Timestamp) -> Duration {
    let away = waiting.away.map { now - $0 } ?? .zero
    return min(max(.seconds(1), away / 4), .seconds(30))
  }

  // MARK: Asking

  /// nil where the settings have changed meanwhile.
  func prepare(
    _ waiting: WaitingForAssistant, at now: Timestamp
  ) throws(StoreError) -> Asking.Prepared? {
    guard let assistant = assistant(waiting.conversation),
      let sender = sender(waiting.conversation.sender)
    else { return nil }
    let conversation = waiting.conversation
    let timeline = try context.store.timeline(of: conversation, limit: Self.history).page
    let agent = conversation.standing.agent
    let facts = PromptFacts(
      name: conversation.name,
      language: agent.flatMap { inbox(conversation).agent($0)?.language }
        ?? sender.templateLanguage,
      company: conversation.tenant.company, sender: sender.sender.id.text, agent: agent)
    let keys = assistant.tools.objects.map { ObjectKey(conversation.tenant, $0) }
    let objects =
      try keys.isEmpty
      ? []
      : context.store.objects(keys).compactMap(\.definition).map {
        AssistantObject($0, on: sender.sender.channel)
      }
    let prompt = AssistantPrompt(
      assistant, facts, history: waiting.history(of: timeline.reversed()), objects: objects,
      now: now)
    return Asking.Prepared(
      assistant: assistant, prompt: prompt, channel: sender.sender.channel, used: waiting.used)
  }

  func contactRequest(
    _ assistant: Assistant, _ contact: PersonAddress
  ) -> AssistantClient.ContactRequest? {
    assistant.tools.contactURL(of: contact).map {
      AssistantClient.ContactRequest(url: $0, bearer: assistant.tools.contactKey)
    }
  }

  /// That somebody answers; what comes of it is of no interest.
  func showTyping(_ waiting: WaitingForAssistant) {
    guard let sender = sender(waiting.conversation.sender), let last = waiting.messages.last,
      case .meta(let own) = sender.credentials
    else { return }
    var call = HTTPCall(
      MetaRequest.markRead(last.providerID, isTyping: true, from: own.sender),
      under: sender.baseURL)
    call.totalTimeout = .seconds(5)
    typing.send(call) { _ in }
  }

  func close() { typing.close() }

  // MARK: What is said

  /// As sends of the conversation's sender to its contact, whatever the assistant wrote.
  func texts(
    of reply: AssistantReply, for waiting: WaitingForAssistant
  ) throws -> [SetReply.SetText] {
    guard let sender = sender(waiting.conversation.sender) else { return [] }
    return try reply.messages.map { message in
      switch message.content {
      case .message(let message):
        guard let text = setText(message, waiting) else {
          throw FieldFaults("", "cannot be sent to this contact")
        }
        return text
      case .object(let name, _):
        let key = ObjectKey(waiting.conversation.tenant, name)
        guard let object = try context.store.objects([key]).first?.definition,
          let asked = JSONValue(whole: message.json).map({ $0 })
        else { throw FieldFaults("/object", "is no object of this tenant") }
        var rules = sender.rules
        rules.templateStrings = false
        guard let request = try ObjectRequest(asked) else {
          throw FieldFaults("/object", "names nothing")
        }
        return try setText(try request.filled(object, rules), rules, waiting)
      case .file(let id, _):
        let key = MediaKey(waiting.conversation.tenant, id)
        guard let file = try context.store.media([key]).first,
          let address = context.settings.publicURL, let value = JSONValue(whole: message.json),
          let request = try MediaRequest(value)
        else { throw FieldFaults("/media", "is no file of this tenant") }
        let filled = try request.filled(
          FileForm(kind: file.kind, contentType: file.contentType), named: file.name,
          link: file.link(under: address), on: sender.sender.channel)
        var rules = sender.rules
        rules.templateStrings = false
        return try setText(filled, rules, waiting)
      }
    }
  }

  /// What tells the contact that a person will answer; none where the settings have no texts.
  func handOverTexts(_ waiting: WaitingForAssistant) -> [SetReply.SetText] {
    let inbox = inbox(waiting.conversation)
    let agent = waiting.conversation.standing.agent.flatMap { inbox.agent($0) }
    let language = sender(waiting.conversation.sender)?.templateLanguage ?? "en"
    let languages = [agent?.language, language].compactMap(\.self)
    guard let text = inbox.texts?.text(.handover, in: languages) else { return [] }
    return [setText(Message(.text(TextMessage(text))), waiting)].compactMap(\.self)
  }

  private func setText(
    _ message: Message, _ waiting: WaitingForAssistant
  ) -> SetReply.SetText? {
    guard let recipient = Recipient(waiting.conversation.address) else { return nil }
    return setText(SendRequest(to: recipient, message), waiting)
  }

  private func setText(
    _ filled: JSONValue, _ rules: SendRules, _ waiting: WaitingForAssistant
  ) throws -> SetReply.SetText {
    let whole = JSONWriter.object { writer in
      writer.field("to", waiting.conversation.address.text)
      for (name, value) in filled.fields ?? [] {
        writer.name(name)
        writer.raw(value.text)
      }
    }
    guard let value = JSONValue(whole: whole),
      let request = try SendRequest.all(in: value, as: rules).first,
      let text = setText(request, waiting)
    else { throw FieldFaults("", "cannot be sent to this contact") }
    return text
  }

  /// Worth nothing once the contact may not be written to any more.
  private func setText(
    _ request: SendRequest, _ waiting: WaitingForAssistant
  ) -> SetReply.SetText? {
    guard let sender = sender(waiting.conversation.sender),
      let inbound = waiting.contact.window.lastInbound
    else { return nil }
    return SetReply.SetText(
      request.json, expires: min(inbound + ServiceWindow.length, inbound + sender.sender.expiry),
      maxAttempts: sender.sender.maxAttempts)
  }
}
