internal import Domain
internal import EventLog
internal import Events
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Time

/// A person of ours answers: a send without its recipient, which takes the turn first.
struct ConversationReply {
  let context: APIContext
  let key: APIKey

  private static let patience = Duration.seconds(30)

  func send(
    _ request: HTTPRequest, in conversation: StoredConversation, _ store: SendStore
  ) throws -> TurnAnswer {
    guard let root = try KeyedRequests.object(request) else {
      return .now(SendAnswer.unreadable("The body must be an object.").answer)
    }
    let given = try SendAnswer.idempotencyKey(of: request)
    return try send(root, given, to: Target(conversation), store) { conversation }
  }

  /// Whom an answer goes to.
  struct Target {
    let address: PersonAddress
    let sender: SenderID
    let tenant: Tenant
  }

  /// `conversation`: where it is said, which may begin with it.
  func send(
    _ root: JSONValue, _ given: String?, to target: Target, _ store: SendStore,
    in conversation: () throws -> StoredConversation
  ) throws -> TurnAnswer {
    let tenant = target.tenant
    let parts = RequestParts(
      objects: try store.objects(
        ObjectRequest.name(in: root).map { [ObjectKey(tenant, $0)] } ?? []),
      media: try store.media(MediaRequest.id(in: root).map { [MediaKey(tenant, $0)] } ?? []),
      publicURL: context.settings.publicURL)
    let asked: SendIntake.Taken
    do throws(FieldFaults) { asked = try read(root, given, parts, to: target) } catch {
      return .now(SendAnswer.refused(error).answer)
    }
    var events = asked.events
    let window = try store.contact(target.address, of: target.sender)?.window
    if let fault = Self.windowFault(events, target, window, at: try store.now(), context) {
      return .now(SendAnswer.refused(fault).answer)
    }
    let known = try store.glance(at: events.map(\.id))
    guard events.allSatisfy({ known[$0.id]?.isSame(as: $0) ?? true }) else {
      return .now(SendAnswer.refused(.keyReused).answer)
    }
    let author = ConversationActor.agent(key.actor)
    let act = ConversationAct.personWrote(at: try store.now())
    let conversation = try conversation()
    guard let taken = try store.act(act, in: conversation.id, by: author) else {
      return .now(.notFound)
    }
    for place in events.indices {
      events[place].conversation = SendEvent.Conversation(conversation.id, by: author.text)
    }
    let queued = events
    return .after(taken.underWay) { _ in queue(queued, asked, taken) }
  }

  private func queue(
    _ events: [SendEvent], _ asked: SendIntake.Taken, _ taken: TurnTaken
  ) -> HTTPAnswer {
    do throws(LogError) {
      try context.door.eventLog.append(events.map { $0.record(nil) }, within: Self.patience)
    } catch { return .tryLater }
    return HTTPAnswer(
      status: 202,
      json: JSONWriter.object { writer in
        SendAnswer.write(queued: events, to: &writer)
        SendAnswer.write(warnings: asked.warnings, to: &writer)
        writer.field("conversation", taken.conversation.id.description)
        writer.field("turn", taken.conversation.standing.turn)
        taken.write(to: &writer)
      })
  }

  private func read(
    _ root: JSONValue, _ idempotencyKey: String?, _ parts: RequestParts,
    to target: Target
  ) throws(FieldFaults) -> SendIntake.Taken {
    var faults = FieldFaults()
    for name in ["to", "sender", "from"] where root[name] != nil {
      faults.add("/\(name)", "is the conversation's own")
    }
    guard faults.isEmpty else { throw faults }
    let whole = JSONWriter.object { writer in
      writer.field("to", target.address.text)
      writer.field("sender", target.sender.text)
      for (name, value) in root.fields ?? [] {
        writer.name(name)
        writer.raw(value.text)
      }
    }
    guard let request = JSONValue(whole: whole) else { throw FieldFaults("", "must be an object") }
    let settings = context.settings
    let intake = SendIntake(
      choice: SenderChoice(settings.senders, default: settings.defaultSender, for: key.tenant),
      idempotencyKey: idempotencyKey, isTemplate: false, now: context.door.now(),
      hasBuckets: settings.gcs != nil, templates: context.door.templates, parts: parts,
      allowsInline: key.allowsInline)
    return try intake.events(request)
  }

  /// More than a day after the contact wrote last WhatsApp takes templates alone: it is said before it says so.
  private static func windowFault(
    _ events: [SendEvent], _ target: Target, _ window: ServiceWindow?,
    at now: Timestamp, _ context: APIContext
  ) -> FieldFaults? {
    let sender = context.settings.senders.first { $0.sender.id == target.sender }?.sender
    guard let sender, sender.channel.isWhatsApp, window?.isOpen(at: now) != true,
      events.contains(where: { ($0.template ?? "").isEmpty })
    else { return nil }
    return FieldFaults(
      "", "must be a template: the contact has not written within the last 24 hours")
  }
}

extension ConversationReply.Target {
  init(_ conversation: StoredConversation) {
    self.init(
      address: conversation.address, sender: conversation.sender, tenant: conversation.tenant)
  }
}
