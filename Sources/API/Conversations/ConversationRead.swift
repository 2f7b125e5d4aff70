internal import Domain
internal import HTTP
internal import JSON
internal import Providers
internal import Running
internal import SendStore
internal import Settings
internal import Store

/// Somebody of ours has looked at a conversation: it is noted, and on Meta the contact sees it, and that somebody types if
/// that is so. What the provider makes of it is waited for by nobody.
struct ConversationRead {
  let context: APIContext
  let key: APIKey

  func make(
    _ request: HTTPRequest, in conversation: StoredConversation, _ store: SendStore
  ) throws -> HTTPAnswer {
    var faults = FieldFaults()
    var isTyping = false
    if let root = try KeyedRequests.object(request) {
      let reader = FieldReader(root)
      reader.refuseFields(except: ["typing"], &faults)
      isTyping = reader.flag("typing", &faults) ?? false
    }
    guard faults.isEmpty else { return SendAnswer.refused(faults).answer }
    let taken = try store.act(.read, in: conversation.id, by: .agent(key.actor))
    if let sender = context.settings.senders.first(where: { $0.sender.id == conversation.sender }),
      case .meta(let own) = sender.credentials,
      let message = try store.newestInbound(of: conversation)
    {
      context.providers.tell(
        MetaRequest.markRead(message, isTyping: isTyping, from: own.sender), of: sender)
    }
    return try ConversationRoutes.answer(taken, in: store)
  }
}
