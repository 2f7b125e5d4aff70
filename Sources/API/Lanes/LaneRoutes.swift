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
  let looks: LaneLooks

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
    let look = try looks.look(at: store)
    let standings = try SenderStanding.all(in: store)
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
            list.object { item in
              lane.write(to: &item, at: now)
              let oldest = look.backlogs[lane.sender]?.oldestDue ?? .zero
              if oldest > .zero { item.field("oldestDueAt", (now - oldest).description) }
              lane.writeBudgets(to: &item, at: now)
              look.waits[lane.sender]?.write(to: &item)
              let standing = standings[SenderStanding.owner(of: lane.sender)]
              guard let warnings = standing?.warnings, !warnings.isEmpty else { return }
              item.name("warnings")
              item.array { list in
                for warning in warnings { list.value(warning) }
              }
            }
          }
        }
      })
  }
}

extension LaneStatus {
  fileprivate func write(to writer: inout JSONWriter, at now: Timestamp) {
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
  }

  /// Those that have a limit.
  fileprivate func writeBudgets(to writer: inout JSONWriter, at now: Timestamp) {
    writer.name("budgets")
    writer.array { list in
      for use in uses {
        guard let limit = use.limit else { continue }
        list.object { item in
          item.field("budget", use.name.rawValue)
          item.field("limit", limit)
          item.field("left", use.left ?? limit)
          if let perSecond = use.perSecond {
            item.name("perSecond")
            item.value(perSecond)
          }
          item.field("freeAt", use.freeIn.map { (now + $0).description })
        }
      }
    }
  }
}

extension LaneWaits {
  fileprivate func write(to writer: inout JSONWriter) {
    if let waits {
      writer.name("waits")
      writer.object { waits.write(to: &$0) }
    }
    guard !flows.isEmpty else { return }
    writer.field("heldFlows", heldFlows)
    writer.name("flows")
    writer.array { list in
      for flow in flows { list.object { flow.write(to: &$0) } }
    }
    // As earlier versions told of the same.
    writer.name("held")
    writer.array { list in
      for flow in flows { list.object { flow.writeHold(to: &$0) } }
    }
  }
}

extension HeldFlow {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.field("priority", priority)
    writeName(to: &writer)
    writer.field("waiting", waiting)
    writer.name("waits")
    writer.object { waits.write(to: &$0) }
  }

  fileprivate func writeHold(to writer: inout JSONWriter) {
    writeName(to: &writer)
    writer.field("waiting", waiting)
    writer.field("until", waits.until?.description)
    writer.field("reason", reason)
  }

  private func writeName(to writer: inout JSONWriter) {
    if !campaign.isEmpty { writer.field("campaign", campaign) }
    if !template.text.isEmpty { writer.field("template", template.name) }
    if let language = template.language { writer.field("language", language) }
  }
}
