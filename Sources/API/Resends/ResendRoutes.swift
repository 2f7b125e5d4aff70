internal import Domain
internal import Events
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Telemetry
internal import Time

/// What did not arrive, sent again: one, or all that a filter finds, which Engage goes through.
struct ResendRoutes: Sendable {
  private let context: APIContext
  private let desk: SendDesk
  private let resending: Resending

  init(_ context: APIContext, _ known: KeyLookup) {
    self.context = context
    desk = SendDesk(context.door, known)
    resending = Resending(context.settings)
  }

  /// In which an order can be taken back before anything is sent, unless it says another time.
  static let undo = 10
  private static let longestUndo: Int64 = 3600
  private static let page = 50

  func add(to router: inout Router) {
    let (all, one) = (context.prefix + "/api/resends", context.prefix + "/api/resends/{id}")
    let desk = context.requests.desk
    router.at(
      "POST", context.prefix + "/api/sends/{id}/resend",
      context.requests.door(.send) { request, parameters, key, responder in
        again(request, parameters["id"], key, responder)
      })
    router.at(
      "POST", all,
      context.requests.door(.send) { request, _, key, responder in
        desk.answer(responder) { store in try order(request, key, store) }
      })
    router.at(
      "GET", all,
      context.requests.door(.read) { _, _, key, responder in
        desk.answer(responder) { store in
          let found = try store.resends(of: key.tenant, limit: Self.page)
          return HTTPAnswer(
            json: JSONWriter.object { writer in
              writer.name("resends")
              writer.array { list in
                for one in found { list.object { one.write(to: &$0) } }
              }
            })
        }
      })
    router.at(
      "GET", one,
      context.requests.door(.read) { _, parameters, key, responder in
        desk.answer(responder) { store in try found(parameters["id"], key, store).answer() }
      })
    router.at(
      "POST", one + "/stop",
      context.requests.door(.send) { _, parameters, key, responder in
        desk.answer(responder) { store in try stop(parameters["id"], key, store) }
      })
  }

  // MARK: One

  private func again(
    _ request: HTTPRequest, _ id: String?, _ key: APIKey, _ responder: HTTPResponder
  ) {
    guard let id = SendID(id ?? "") else { return responder.answer(.notFound) }
    let start = context.door.now()
    context.requests.desk.find(
      responder,
      { store in
        guard let send = try store.send(id) else {
          throw StoreQueries.Refused(answer: .notYetThere())
        }
        guard context.requests.isVisible(send.sender, to: key) else {
          throw StoreQueries.Refused(answer: .notFound)
        }
        let isOfCampaign = try store.isRow(send)
        do throws(Resending.Refused) {
          return try resending.event(again: send, isOfCampaign: isOfCampaign, at: start)
        } catch {
          throw StoreQueries.Refused(
            answer: Problem(status: 409, title: "Conflict", detail: error.description).answer)
        }
      },
      { event in
        desk.append([event], of: request, since: start, responder) {
          HTTPAnswer(
            status: 202,
            json: JSONWriter.object { writer in
              writer.field("id", event.id.description)
              writer.field("of", id.description)
            })
        }
      })
  }

  // MARK: Many

  private func order(
    _ request: HTTPRequest, _ key: APIKey, _ store: SendStore
  ) throws -> HTTPAnswer {
    guard let root = try KeyedRequests.object(request) else {
      return SendAnswer.unreadable("The body must be an object.").answer
    }
    var faults = FieldFaults()
    let wait = FieldReader(root).whole("undoSeconds", in: 0...Self.longestUndo, &faults)
    let filter: ResendFilter
    do throws(FieldFaults) {
      filter = try ResendFilter(root, besides: ["undoSeconds"])
      guard faults.isEmpty else { throw faults }
    } catch {
      faults.add(error.all.filter { !faults.all.contains($0) })
      return SendAnswer.refused(faults).answer
    }
    let seconds = Duration.seconds(wait ?? Self.undo)
    guard let order = try store.order(filter, of: key.tenant, by: key.actor, in: seconds) else {
      return Problem(
        status: 409, title: "Conflict",
        detail: "There are \(SendStore.mostResends) orders under way; wait until one is done."
      ).answer
    }
    context.door.log.info("it was ordered to send again", ["order": order.id.description])
    return order.answer(status: 201)
  }

  private func stop(_ id: String?, _ key: APIKey, _ store: SendStore) throws -> HTTPAnswer {
    let order = try found(id, key, store)
    guard let stopped = try store.stopResend(order.id) else { return .notFound }
    guard stopped.phase == .stopped else {
      return Problem(
        status: 409, title: "Conflict", detail: "It is done: what it sent again is on its way."
      ).answer
    }
    return stopped.answer()
  }

  private func found(_ id: String?, _ key: APIKey, _ store: SendStore) throws -> StoredResend {
    guard let id = SendID(id ?? ""), let order = try store.resend(id),
      key.tenant == nil || key.tenant == order.tenant
    else { throw StoreQueries.Refused(answer: .notFound) }
    return order
  }
}

extension StoredResend {
  fileprivate func answer(status: Int = 200) -> HTTPAnswer {
    HTTPAnswer(status: status, json: JSONWriter.object { write(to: &$0) })
  }

  fileprivate func write(to writer: inout JSONWriter) {
    writer.field("id", id.description)
    writer.field("state", phase.name)
    if let filter {
      writer.name("filter")
      writer.object { filter.write(to: &$0) }
    }
    writer.field("by", actor)
    writer.field("createdAt", created.description)
    writer.field("beginsAt", begins.description)
    writer.field("endedAt", ended?.description)
    writer.field("counted", isCounted)
    writer.field("found", found)
    writer.field("resent", resent)
    writer.field("leftOut", leftOut)
    if !failure.isEmpty { writer.field("failure", failure) }
  }
}
