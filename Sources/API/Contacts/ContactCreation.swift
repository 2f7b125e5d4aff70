internal import Domain
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Store

/// Somebody is written to who has not written: with a number, a name and a template, as WhatsApp wants it. Whatever would be
/// refused is refused before there is a contact.
struct ContactCreation {
  let context: APIContext
  let key: APIKey

  func make(_ request: HTTPRequest, _ store: SendStore) throws -> TurnAnswer {
    guard let root = try KeyedRequests.object(request) else {
      return .now(SendAnswer.unreadable("The body must be an object.").answer)
    }
    let given = try SendAnswer.idempotencyKey(of: request)
    let (target, name): (ConversationReply.Target, String)
    do throws(FieldFaults) { (target, name) = try read(root) } catch {
      return .now(SendAnswer.refused(error).answer)
    }
    guard let message = JSONValue(whole: Self.message(of: root)) else {
      return .now(SendAnswer.unreadable("The body must be an object.").answer)
    }
    let author = ConversationActor.agent(key.actor)
    let charge = context.settings.inboxes.inbox(of: target.tenant).charge(
      of: FirstMessage("", from: target.address, to: target.sender))
    return try ConversationReply(context: context, key: key).send(
      message, given, to: target, store
    ) {
      try store.acquaint(target.address, with: target.sender, named: name, in: charge, by: author)
    }
  }

  private func read(
    _ root: JSONValue
  ) throws(FieldFaults) -> (ConversationReply.Target, String) {
    var faults = FieldFaults()
    let reader = FieldReader(root)
    let number = reader.neededText("number", &faults)
    let name = reader.neededText("name", &faults)
    if let name, !(1...200).contains(name.count) {
      faults.add("/name", "must have 1 to 200 characters")
    }
    if reader.has("to") { faults.add("/to", "is told by number") }
    let settings = context.settings
    let sender = try SenderChoice(
      settings.senders, default: settings.defaultSender, for: key.tenant
    ).sender(for: root)
    var address: PersonAddress?
    if let number {
      do throws(PhoneNumberFault) {
        address = PersonAddress(
          try Recipient(number, defaultPrefix: sender.rules.defaultPrefix).description)
      } catch { faults.add("/number", error.description) }
    }
    guard faults.isEmpty, let address, let name else { throw faults }
    return (
      ConversationReply.Target(
        address: address, sender: sender.sender.id, tenant: sender.sender.tenant), name
    )
  }

  /// What is left is a message.
  private static func message(of root: JSONValue) -> [UInt8] {
    JSONWriter.object { writer in
      for (name, value) in root.fields ?? []
      where !["number", "name", "sender", "from"].contains(name) {
        writer.name(name)
        writer.raw(value.text)
      }
    }
  }
}
