internal import Domain
internal import Events
internal import JSON
internal import Providers
internal import SendStore
internal import Settings
internal import Telemetry
internal import Time

/// Who is told that an assistant has handed a conversation over: the tenant's action, and the agent in charge on a phone of
/// their own. Made again each is the same.
struct HandOverTelling {
  let actions: ActionBook
  let log: Log

  func deliveries(_ events: [ConversationEvent]) -> [NewDelivery] {
    events.filter { $0.isHandOver && actions.hasAction($0.tenant) }.map { told in
      let address = actions.sender(told.sender)?.address
      let event = ActionEvent(told, at: address ?? told.sender.text)
      return NewDelivery(id: event.id, tenant: told.tenant, line: event.line, body: event.body)
    }
  }

  func notices(_ events: [ConversationEvent]) -> [SendEvent] {
    events.filter(\.isHandOver).compactMap { event in
      let inbox = actions.inbox(of: event.tenant)
      guard let notice = inbox.notice, let name = event.standing.agent ?? inbox.defaultAgent,
        let phone = inbox.agent(name)?.phone
      else { return nil }
      let words = HandOverNotice.Words(
        name: event.name, number: event.contact.text, reason: event.happening.detail,
        text: event.preview)
      return send(notice.request(to: phone, words), notice.sender ?? event.sender, about: event)
    }
  }

  private func send(
    _ body: [UInt8], _ sender: SenderID, about event: ConversationEvent
  ) -> SendEvent? {
    do {
      guard let own = actions.settings(of: sender) else {
        throw FieldFaults("sender", "\(sender) is not a sender of the settings")
      }
      let request = try SendRequest.all(in: JSONDocument(body).root, as: own.rules).first
      guard let request else { return nil }
      let key = "handed-over:\(event.id):\(event.happening.version)"
      return SendEvent(
        request, id: .derived(tenant: own.sender.tenant, idempotencyKey: key, item: 0),
        from: own.sender, receivedAt: event.happening.at)
    } catch {
      log.warning(
        "an agent cannot be told of a conversation that was handed over",
        ["conversation": event.id.description, "reason": "\(error)"])
      return nil
    }
  }
}

extension ConversationEvent {
  fileprivate var isHandOver: Bool { happening.act == ConversationAct.handOver.name }
}
