internal import Running
internal import Settings
internal import Domain
internal import HTTP
internal import JSON
internal import SendStore
internal import Time

/// What became of sends: one, many, or one as soon as it gets there.
struct SendQueries: Sendable {
  let context: APIContext
  let waiting: SendWaits

  static let pageLimit = 200
  static let longestWait = 60

  func add(to router: inout Router) {
    let prefix = context.prefix
    router.at(
      "GET", prefix + "/api/sends",
      context.requests.door(.read) { request, _, key, responder in
        context.requests.desk.answer(responder) { store in try list(store, request, key) }
      })
    router.at(
      "GET", prefix + "/api/sends/{id}",
      context.requests.door(.read) { _, parameters, key, responder in
        guard let id = SendID(parameters["id"] ?? "") else { return responder.answer(.notFound) }
        context.requests.desk.answer(responder) { store in
          try SendView.answer(id, in: store) { context.requests.isVisible($0, to: key) }
        }
      })
    router.at(
      "GET", prefix + "/api/sends/{id}/wait",
      context.requests.door(.read) { request, parameters, key, responder in
        guard let id = SendID(parameters["id"] ?? "") else { return responder.answer(.notFound) }
        do throws(FieldFaults) {
          let (state, span) = try Self.wish(request)
          let requests = context.requests
          waiting.wait(
            SendWaits.Waiter(
              id: id, state: state, deadline: waiting.now() + span, responder: responder,
              isVisible: { requests.isVisible($0, to: key) }))
        } catch { responder.answer(SendAnswer.refused(error).answer) }
      })
  }

  private func list(
    _ store: SendStore, _ request: HTTPRequest, _ key: APIKey
  ) throws -> HTTPAnswer {
    let asked: Asked
    do throws(FieldFaults) { asked = try Asked(request, key, context.settings) } catch {
      return SendAnswer.refused(error).answer
    }
    guard let page = try store.search(asked.query, after: asked.cursor, limit: asked.limit) else {
      return SendAnswer.refused(FieldFaults("/after", "is not a cursor of this query")).answer
    }
    return HTTPAnswer(
      json: JSONWriter.object(capacity: 16_384) { writer in
        writer.name("sends")
        writer.array { list in
          for send in page.sends { list.object { send.write(to: &$0) } }
        }
        writer.field("next", page.next?.text)
      })
  }

  private static func wish(
    _ request: HTTPRequest
  ) throws(FieldFaults) -> (SendState, Duration) {
    try request.refuseOthers(than: ["for", "timeout"])
    let word = request.queryValue("for") ?? SendState.delivered.name
    guard let state = SendState(name: word) else {
      throw FieldFaults("/for", "must be one of \(SendState.names)")
    }
    let text = request.queryValue("timeout") ?? "30"
    guard let seconds = Int(text), (0...longestWait).contains(seconds) else {
      throw FieldFaults("/timeout", "must be a number of seconds from 0 to \(longestWait)")
    }
    return (state, .seconds(seconds))
  }

  /// A query as it was asked for.
  private struct Asked {
    var query: SendQuery
    var cursor: SendCursor?
    var limit = 50

    static let names: Set = ["providerId", "to", "campaign", "state", "after", "limit"]

    init(_ request: HTTPRequest, _ key: APIKey, _ settings: Settings) throws(FieldFaults) {
      try request.refuseOthers(than: Self.names)
      query = SendQuery(
        providerID: request.queryValue("providerId").map { ProviderID($0) },
        recipient: request.queryValue("to").map { Self.recipient($0, settings, key.tenant) },
        campaign: request.queryValue("campaign"),
        tenant: key.tenant)
      if let word = request.queryValue("state") {
        guard let state = SendState(name: word) else {
          throw FieldFaults("/state", "must be one of \(SendState.names)")
        }
        query.state = state
      }
      if let text = request.queryValue("limit") {
        guard let count = Int(text), (1...pageLimit).contains(count) else {
          throw FieldFaults("/limit", "must be a number from 1 to \(pageLimit)")
        }
        limit = count
      }
      guard query.isSearchable else { throw Self.tooWide(query) }
      guard let text = request.queryValue("after"), !text.isEmpty else { return }
      guard let cursor = SendCursor(text) else {
        throw FieldFaults("/after", "is not a cursor of this query")
      }
      self.cursor = cursor
    }

    /// As a send has it, in whatever way it is written. A plus that was not escaped has become a space on its way.
    private static func recipient(
      _ text: String, _ settings: Settings, _ tenant: Tenant?
    ) -> PersonAddress {
      let given = ChannelAddress(text.hasPrefix(" ") ? "+" + text.dropFirst() : text).bare
      let senders = settings.senders.filter { tenant == nil || $0.sender.tenant == tenant }
      let usual = senders.first { $0.sender.id == settings.defaultSender } ?? senders.first
      do throws(PhoneNumberFault) {
        let prefix = usual?.sender.defaultPrefix ?? .italy
        return PersonAddress(try Recipient(given, defaultPrefix: prefix).description)
      } catch { return PersonAddress(given) }
    }

    private static func tooWide(_ query: SendQuery) -> FieldFaults {
      guard let state = query.state else {
        return FieldFaults("", "one of providerId, to, campaign and state is needed")
      }
      return FieldFaults(
        "/state", "\(state.name) needs to, campaign or providerId beside it")
    }
  }
}

extension HTTPRequest {
  /// A name that was mistyped would otherwise widen what is found.
  func refuseOthers(than known: Set<String>) throws(FieldFaults) {
    for item in queryItems where !known.contains(item.name) {
      throw FieldFaults(
        "/\(item.name)",
        "is not a parameter here; the parameters are \(known.sorted().joined(separator: ", "))")
    }
  }
}
