internal import Running
internal import Settings
internal import Telemetry
internal import Domain
internal import HTTP
internal import JSON
internal import SendStore
internal import Time

/// How lanes stand, and who may go on.
struct LaneRoutes: Sendable {
  let context: APIContext

  func add(to router: inout Router) {
    let prefix = context.prefix
    router.at(
      "GET", prefix + "/api/lanes",
      context.requests.door(.read) { _, _, key, responder in
        context.requests.desk.answer(responder) { store in try lanes(store, key) }
      })
    router.at(
      "POST", prefix + "/api/lanes/{sender}/pause",
      changing { store, sender, request in
        let given = try KeyedRequests.object(request)?["reason"]
        let reason = given?.string
        guard reason != nil || given?.isNull ?? true else {
          throw StoreQueries.Refused(
            answer: SendAnswer.refused(FieldFaults("/reason", "must be a string")).answer)
        }
        try store.stop(
          sender, Failure(code: LaneStop.byHand, sentence: reason ?? "Paused by hand."))
      })
    router.at(
      "POST", prefix + "/api/lanes/{sender}/resume",
      changing { store, sender, _ in try store.release(sender) })
  }

  private func changing(
    _ body: @escaping @Sendable (SendStore, SenderID, HTTPRequest) throws -> Void
  ) -> Router.Door {
    context.requests.door(.admin) { request, parameters, key, responder in
      let sender = SenderID(parameters["sender"] ?? "")
      context.requests.desk.answer(responder) { store in
        let isThere = try store.laneStatus().contains { $0.sender == sender }
        guard isThere, context.requests.isVisible(sender, to: key) else { return .notFound }
        try body(store, sender, request)
        context.door.log.info(
          "a lane was changed by hand", ["sender": sender.text, "path": request.path])
        return try lanes(store, key, only: sender)
      }
    }
  }

  private func lanes(
    _ store: SendStore, _ key: APIKey, only: SenderID? = nil
  ) throws -> HTTPAnswer {
    let held = Dictionary(grouping: try store.heldFlows(), by: \.sender)
    let now = try store.now()
    let lanes = try store.laneStatus().filter {
      (only == nil || $0.sender == only) && context.requests.isVisible($0.sender, to: key)
    }
    return HTTPAnswer(
      status: 200,
      json: JSONWriter.object { writer in
        writer.name("lanes")
        writer.array { list in
          for lane in lanes {
            list.object { lane.write(to: &$0, held[lane.sender] ?? [], at: now) }
          }
        }
      })
  }
}

extension LaneStatus {
  fileprivate func write(to writer: inout JSONWriter, _ held: [HeldFlow], at now: Timestamp) {
    writer.field("sender", sender.text)
    writer.field("waiting", waiting)
    writer.field("inFlight", inFlight)
    writer.field("inDoubt", inDoubt)
    let standing = standing(at: now)
    writer.field("state", standing.state)
    writer.field("code", stop?.code)
    writer.field("reason", standing.reason)
    writer.field("since", stop?.since.description)
    writer.field("until", standing.until?.description)
    if leaseUntil > now { writer.field("worker", worker?.text) }
    guard !held.isEmpty else { return }
    writer.name("held")
    writer.array { list in
      for flow in held {
        list.object { item in
          if !flow.campaign.isEmpty { item.field("campaign", flow.campaign) }
          if !flow.template.text.isEmpty { item.field("template", flow.template.name) }
          if let language = flow.template.language { item.field("language", language) }
          item.field("waiting", flow.waiting)
          item.field("until", flow.until.description)
          item.field("reason", flow.reason)
        }
      }
    }
  }
}
