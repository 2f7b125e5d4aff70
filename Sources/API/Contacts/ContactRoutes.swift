internal import Domain
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Time

/// Who people are: by what they are known, what they want no more, and that they can be forgotten.
struct ContactRoutes: Sendable {
  let context: APIContext
  private let acts: StoreQueries
  /// Whoever writes first waits for what is under way.
  private let turns: TurnDesk

  private static let all = "/api/contacts"
  private static let one = all + "/{contact}"

  init(context: APIContext) {
    self.context = context
    acts = StoreQueries(context.door.store, log: context.door.log)
    turns = TurnDesk(context.door.store, log: context.door.log, threads: 2)
  }

  func add(to router: inout Router) {
    router.at(
      "GET", context.prefix + Self.all,
      context.requests.door(.read) { request, _, key, responder in
        context.requests.desk.answer(responder) { store in try list(request, key, store) }
      })
    router.at(
      "POST", context.prefix + Self.all,
      context.requests.door(.send, limit: SendRoutes.limit) { request, _, key, responder in
        turns.answer(responder) { store in
          try ContactCreation(context: context, key: key).make(request, store)
        }
      })
    add("GET", Self.one, .read, to: &router) { person, _, _, _, store in
      try ContactView.answer(person, store)
    }
    add("PATCH", Self.one, .send, to: &router) { person, request, _, key, store in
      try ContactChange(key: key, settings: context.settings).make(request, to: person, store)
    }
    add("DELETE", Self.one, .send, to: &router) { person, request, _, _, store in
      try ContactErasure().make(request, of: person, store)
    }
    add("GET", Self.one + "/export", .read, to: &router) { person, _, _, _, store in
      HTTPAnswer(json: try ContactExport(person, store).json)
    }
    add("POST", Self.one + "/merges", .send, to: &router) { person, request, _, key, store in
      try ContactChange(key: key, settings: context.settings).merge(request, into: person, store)
    }
    add("DELETE", Self.one + "/merges/{merge}", .send, to: &router) {
      person, _, parameters, key, store in
      guard let number = parameters["merge"].flatMap({ Int64($0) }) else { return .notFound }
      return try ContactChange.answer(
        try store.undoMerge(number, of: person.key, by: ConversationActor.agent(key.actor).text),
        store)
    }
  }

  private func add(
    _ method: String, _ path: String, _ scope: APIKey.Scope, to router: inout Router,
    _ body:
      @escaping @Sendable (StoredPerson, HTTPRequest, RouteParameters, APIKey, SendStore) throws ->
      HTTPAnswer
  ) {
    router.at(
      method, context.prefix + path,
      context.requests.door(scope) { request, parameters, key, responder in
        acts.answer(responder) { store in
          guard let number = parameters["contact"].flatMap({ Int64($0) }),
            let person = try store.person(PersonKey(number)),
            key.tenant.map({ $0 == person.tenant }) ?? true
          else { return .notFound }
          if method != "GET", let other = person.mergedInto {
            return ContactChange.refused("This contact is part of contact \(other.value).")
          }
          return try body(person, request, parameters, key, store)
        }
      })
  }

  private func list(
    _ request: HTTPRequest, _ key: APIKey, _ store: SendStore
  ) throws -> HTTPAnswer {
    let (limit, place): (Int, Int64?)
    do throws(FieldFaults) {
      try request.refuseOthers(than: ["q", "after", "limit"])
      limit = try ConversationListQuery.limit(request)
      let text = request.queryValue("after")
      place = text.flatMap { Int64($0) }
      if text != nil, place == nil {
        throw FieldFaults("/after", "is not a cursor of this query")
      }
    } catch { return SendAnswer.refused(error).answer }
    let word = request.queryValue("q") ?? ""
    if place == nil, !word.isEmpty {
      let bare = word.filter { !$0.isWhitespace && $0 != "-" }
      for value in [bare, "+\(bare)"] {
        let known = try store.persons(knownBy: value, of: key.tenant)
        if !known.isEmpty { return ContactView.answer(page: known, next: nil) }
      }
    }
    let (page, next) = try store.persons(
      of: key.tenant, named: word, before: place.map { PersonKey($0) }, limit: limit)
    return ContactView.answer(page: page, next: next)
  }
}
