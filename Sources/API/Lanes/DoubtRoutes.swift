internal import Running
internal import Settings
internal import Telemetry
internal import Domain
internal import HTTP
internal import JSON
internal import SendStore
internal import Time

/// Sends that may have gone out, and what a person decides about them; and sends taken back.
struct DoubtRoutes: Sendable {
  let context: APIContext

  private static let page = 100

  func add(to router: inout Router) {
    let prefix = context.prefix
    router.at(
      "GET", prefix + "/api/doubts",
      context.requests.door(.read) { request, _, key, responder in
        context.requests.desk.answer(responder) { store in try list(store, request, key) }
      })
    router.at(
      "POST", prefix + "/api/doubts/{id}",
      context.requests.door(.admin) { request, parameters, key, responder in
        context.requests.desk.answer(responder) { store in
          try decide(store, try Self.id(parameters), request, key)
        }
      })
    router.at(
      "POST", prefix + "/api/sends/{id}/cancel",
      context.requests.door(.send) { _, parameters, key, responder in
        context.requests.desk.answer(responder) { store in
          try cancel(store, try Self.id(parameters), key)
        }
      })
  }

  private static func id(_ parameters: RouteParameters) throws(StoreQueries.Refused) -> SendID {
    guard let id = SendID(parameters["id"] ?? "") else {
      throw StoreQueries.Refused(answer: .notFound)
    }
    return id
  }

  private func list(
    _ store: SendStore, _ request: HTTPRequest, _ key: APIKey
  ) throws -> HTTPAnswer {
    var after: SendKey?
    if let cursor = request.queryValue("after"), !cursor.isEmpty {
      guard let number = Int64(cursor) else {
        return SendAnswer.unreadable("after must be the `next` of the previous page.").answer
      }
      after = SendKey(number)
    }
    let doubts = try store.doubts(after: after, limit: Self.page)
    return HTTPAnswer(
      status: 200,
      json: JSONWriter.object { writer in
        writer.name("doubts")
        writer.array { list in
          for doubt in doubts where context.requests.isVisible(doubt.sender, to: key) {
            list.object { doubt.write(to: &$0) }
          }
        }
        if doubts.count == Self.page {
          writer.field("next", doubts.last.map { String($0.send.value) })
        }
      })
  }

  private func decide(
    _ store: SendStore, _ id: SendID, _ request: HTTPRequest, _ key: APIKey
  ) throws -> HTTPAnswer {
    let send = try visible(store, id, key)
    guard let word = try KeyedRequests.object(request)?["decision"]?.string,
      let decision = DoubtDecision(rawValue: word)
    else {
      return SendAnswer.refused(
        FieldFaults("/decision", "must be one of \(DoubtDecision.words)")
      ).answer
    }
    guard let state = try store.decide(send, decision) else { return .notInDoubt }
    context.door.log.info(
      "a doubt was decided by hand", ["send": id.description, "decision": word])
    return HTTPAnswer(status: 200, json: Self.state(id, state))
  }

  private func cancel(_ store: SendStore, _ id: SendID, _ key: APIKey) throws -> HTTPAnswer {
    _ = try visible(store, id, key)
    guard let state = try store.cancel(id) else { return .notYetThere() }
    guard state == .canceled else {
      return Problem(
        status: 409, title: "Conflict", detail: state.whyNotCanceled
      ).answer
    }
    return HTTPAnswer(status: 200, json: Self.state(id, state))
  }

  private func visible(
    _ store: SendStore, _ id: SendID, _ key: APIKey
  ) throws -> StoredSend {
    guard let send = try store.send(id) else { throw StoreQueries.Refused(answer: .notYetThere()) }
    guard context.requests.isVisible(send.sender, to: key) else {
      throw StoreQueries.Refused(answer: .notFound)
    }
    return send
  }

  private static func state(_ id: SendID, _ state: SendState) -> [UInt8] {
    JSONWriter.object { writer in
      writer.field("id", id.description)
      writer.field("state", state.name)
    }
  }
}

extension HTTPAnswer {
  /// Taken in a moment ago, perhaps, and not in the store yet.
  static func notYetThere(_ waits: Waits? = nil) -> HTTPAnswer {
    var problem = Problem(
      status: 404, title: "Not Found",
      detail: "There is no send with this id, or it has not been taken in yet.")
    if let waits { problem.members = [("waits", JSONWriter.object { waits.write(to: &$0) })] }
    return problem.answer(headers: [HTTPHeader("Retry-After", "1")])
  }

  fileprivate static let notInDoubt = Problem(
    status: 409, title: "Conflict",
    detail: "The send is not in doubt, so there is nothing to decide."
  ).answer
}

extension Doubt {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.field("id", id.description)
    writer.field("attempt", attempt)
    writer.field("sender", sender.text)
    writer.field("to", recipient.text)
    writer.field("since", since.description)
    writer.field("looks", looks)
    writer.field("reason", reason)
  }
}

extension SendState {
  fileprivate var whyNotCanceled: String {
    switch self {
    case .queued, .canceled: "It has already been canceled."
    case .sending: "It is being sent just now, so it cannot be canceled."
    case .inDoubt:
      "It may have gone out already, so it cannot be canceled; decide about it at /api/doubts."
    case .accepted, .sent: "It has already gone out, so it cannot be canceled."
    case .delivered: "It has already been delivered, so it cannot be canceled."
    case .read: "It has already been read, so it cannot be canceled."
    case .failed, .undelivered: "It has already failed, so it cannot be canceled."
    case .expired: "It has already expired, so it cannot be canceled."
    }
  }
}
