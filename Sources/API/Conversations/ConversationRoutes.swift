internal import Domain
internal import EventLog
internal import Events
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Telemetry
internal import Time

/// What people write, who answers them, and how.
struct ConversationRoutes: Sendable {
  let context: APIContext
  /// Whoever takes over waits for what is under way.
  private let turns: TurnDesk

  static let pageLimit = 200
  private static let all = "/api/conversations"
  private static let one = all + "/{id}"
  private static let threads = 8

  init(context: APIContext) {
    self.context = context
    turns = TurnDesk(context.door.store, log: context.door.log, threads: Self.threads)
  }

  func add(to router: inout Router) {
    let prefix = context.prefix
    router.at(
      "GET", prefix + Self.all,
      context.requests.door(.read) { request, _, key, responder in
        context.requests.desk.answer(responder) { store in try list(request, key, store) }
      })
    add("", to: &router) { conversation, _, store in
      let prices = ConversationPrices(
        context.settings, of: conversation, at: context.door.now())
      return HTTPAnswer(
        json: try ConversationView(conversation, in: store).json(with: nil, prices))
    }
    add("/messages", to: &router) { conversation, request, store in
      try messages(conversation, request, store)
    }
    add("/changes", to: &router) { conversation, request, store in
      try ConversationNotebook(conversation, store).changes(request)
    }
    add("/assistant-calls", to: &router) { conversation, request, store in
      try AssistantCallViews(conversation, store).calls(request)
    }
    add("/notes", to: &router) { conversation, request, store in
      try ConversationNotebook(conversation, store).notes(request)
    }
    addAct("POST", "/messages", to: &router) { conversation, request, key, store in
      try ConversationReply(context: context, key: key).send(request, in: conversation, store)
    }
    addAct("PATCH", "", to: &router) { conversation, request, key, store in
      let inbox = context.settings.inboxes.inbox(of: conversation.tenant)
      return try ConversationChange(key: key, inbox: inbox).make(request, to: conversation, store)
    }
    addAct("POST", "/notes", to: &router) { conversation, request, key, store in
      .now(try ConversationNotebook(conversation, store).add(request, by: key))
    }
    addAct("POST", "/read", to: &router) { conversation, request, key, store in
      .now(try ConversationRead(context: context, key: key).make(request, in: conversation, store))
    }
  }

  private func add(
    _ path: String, to router: inout Router,
    _ body: @escaping @Sendable (StoredConversation, HTTPRequest, SendStore) throws -> HTTPAnswer
  ) {
    router.at(
      "GET", context.prefix + Self.one + path,
      context.requests.door(.read) { request, parameters, key, responder in
        context.requests.desk.answer(responder) { store in
          guard let conversation = try Self.conversation(parameters, key, store) else {
            return .notFound
          }
          return try body(conversation, request, store)
        }
      })
  }

  private func addAct(
    _ method: String, _ path: String, to router: inout Router,
    _ body:
      @escaping @Sendable (StoredConversation, HTTPRequest, APIKey, SendStore) throws -> TurnAnswer
  ) {
    router.at(
      method, context.prefix + Self.one + path,
      context.requests.door(.send, limit: SendRoutes.limit) {
        request, parameters, key, responder in
        turns.answer(responder) { store in
          guard let conversation = try Self.conversation(parameters, key, store) else {
            return .now(.notFound)
          }
          return try body(conversation, request, key, store)
        }
      })
  }

  private static func conversation(
    _ parameters: RouteParameters, _ key: APIKey, _ store: SendStore
  ) throws -> StoredConversation? {
    guard let id = parameters["id"].flatMap({ ConversationID($0) }),
      let conversation = try store.presentConversation(id),
      key.tenant.map({ $0 == conversation.tenant }) ?? true
    else { return nil }
    return conversation
  }

  static func answer(_ taken: TurnTaken?, in store: SendStore) throws -> HTTPAnswer {
    guard let taken else { return .notFound }
    return HTTPAnswer(json: try ConversationView(taken.conversation, in: store).json(with: taken))
  }

  // MARK: Reading

  private func list(
    _ request: HTTPRequest, _ key: APIKey, _ store: SendStore
  ) throws -> HTTPAnswer {
    let asked: ConversationListQuery
    do throws(FieldFaults) { asked = try ConversationListQuery(request, of: key.tenant) } catch {
      return SendAnswer.refused(error).answer
    }
    if let search = asked.search {
      return try ConversationSearch(asked.query, search, asked.after, asked.limit).answer(store)
    }
    let (page, next) = try store.conversations(asked.query, after: asked.place, limit: asked.limit)
    return HTTPAnswer(
      json: JSONWriter.object(capacity: 16_384) { writer in
        writer.name("conversations")
        writer.array { list in
          for one in page { list.object { ConversationView.write(one, to: &$0) } }
        }
        writer.field("next", next.map { "\($0.last.microseconds).\($0.key.value)" })
      })
  }

  private func messages(
    _ conversation: StoredConversation, _ request: HTTPRequest, _ store: SendStore
  ) throws -> HTTPAnswer {
    let (place, limit): (TimelinePlace, Int)
    do throws(FieldFaults) {
      try request.refuseOthers(than: ["before", "limit"])
      limit = try ConversationListQuery.limit(request)
      place = try TimelinePlace(request.queryValue("before"))
    } catch { return SendAnswer.refused(error).answer }
    let (page, next) = try store.timeline(of: conversation, before: place, limit: limit)
    let items = try AssistantCallViews(conversation, store).items(page, from: place, to: next)
    return HTTPAnswer(
      json: JSONWriter.object(capacity: 16_384) { writer in
        writer.name("messages")
        writer.array { list in
          for item in items { list.raw(item) }
        }
        writer.field("next", next?.text)
      })
  }
}

extension APIKey {
  /// As histories call whoever has it.
  var actor: String { agent ?? tenant.map { "key of \($0)" } ?? "key" }
}
