internal import Domain
internal import Events
internal import HTTP
internal import JSON
internal import Platform
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Telemetry

/// Files that people sent, fetched from their provider when somebody asks for them.
struct ReceivedMediaRoutes: Sendable {
  let context: APIContext
  private let desk: ReceivedMediaDesk

  static let path = "/api/conversations/{id}/messages/{message}/media/{n}"

  init(context: APIContext) {
    self.context = context
    desk = ReceivedMediaDesk(context)
  }

  func add(to router: inout Router) {
    router.at(
      "GET", context.prefix + Self.path,
      context.requests.door(.read) { _, parameters, key, responder in
        guard let place = Place(parameters) else { return responder.answer(.notFound) }
        desk.answer(responder) { store, client in
          guard let found = try find(place, key, store) else { return .notFound }
          guard let sender = found.sender else { return Self.noSender }
          return try ReceivedMedia(media: found.media, sender: sender, client: client).answer()
        }
      })
  }

  /// Of a file within a conversation: files of a message are counted from 0.
  private struct Place {
    let conversation: ConversationID
    let message: ProviderID
    let number: Int

    init?(_ parameters: RouteParameters) {
      guard let id = parameters["id"].flatMap({ ConversationID($0) }),
        let message = parameters["message"], !message.utf8.contains(0),
        let number = parameters["n"].flatMap({ Int($0) }), number >= 0
      else { return nil }
      (conversation, self.message, self.number) = (id, ProviderID(message), number)
    }
  }

  private func find(
    _ place: Place, _ key: APIKey, _ store: SendStore
  ) throws -> (media: InboundMedia, sender: SenderSettings?)? {
    guard let conversation = try store.conversation(place.conversation),
      key.tenant.map({ $0 == conversation.tenant }) ?? true,
      let content = try store.received(place.message, in: conversation),
      let root = JSONValue(whole: content)
    else { return nil }
    let message = try InboundMessage(root)
    guard message.media.indices.contains(place.number) else { return nil }
    let sender = context.settings.senders.first { $0.sender.id == conversation.sender }
    return (message.media[place.number], sender)
  }

  private static let noSender = Problem(
    status: 409, title: "Conflict",
    detail: "The sender is not in the settings any more, so the provider cannot be asked."
  ).answer
}

/// Threads that wait for files, so that nothing else waits for them; and no more of them in memory than there are threads.
private final class ReceivedMediaDesk: Sendable {
  private let context: APIContext
  private let desk = Desk("media", threads: 3, limit: 32)
  private let client = Locked<HTTPClient?>(nil)

  init(_ context: APIContext) { self.context = context }

  deinit {
    desk.close()
    client.withLock { $0 }?.close()
  }

  func answer(
    _ responder: HTTPResponder,
    _ body: @escaping @Sendable (SendStore, HTTPClient) throws -> HTTPAnswer
  ) {
    guard let store = context.door.store.opened else { return responder.answer(.noStore) }
    let log = context.door.log
    let isTaken = desk.take { [self] in
      do { responder.answer(try body(store, try opened())) } catch let problem as Problem {
        responder.answer(problem.answer)
      } catch {
        log.warning("a file could not be fetched", ["reason": "\(error)"])
        responder.answer(.noStore)
      }
    }
    if !isTaken { responder.answer(.noStore) }
  }

  /// It starts with the first question.
  private func opened() throws -> HTTPClient {
    try client.withLock { client in
      if let client { return client }
      var configuration = HTTPClient.Configuration()
      configuration.maximumAnswerSize = ReceivedMedia.limit
      let new = try HTTPClient(configuration)
      client = new
      return new
    }
  }
}
