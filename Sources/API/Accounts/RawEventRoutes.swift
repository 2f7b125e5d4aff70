internal import Domain
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Telemetry
internal import Time

/// Webhooks as they came, where an account keeps them. They hold what people have written: for keys of all tenants alone.
struct RawEventRoutes: Sendable {
  let context: APIContext

  func add(to router: inout Router) {
    let prefix = context.prefix + "/api/webhooks"
    router.at(
      "GET", prefix,
      door { request, _, store in try page(request, store) })
    router.at(
      "GET", prefix + "/{id}",
      door { _, id, store in
        guard let event = try id.flatMap({ try store.rawEvent($0) }) else { return .notFound }
        return HTTPAnswer(json: JSONWriter.object { Self.write(event, isWhole: true, to: &$0) })
      })
    router.at(
      "POST", prefix + "/{id}/replay",
      door { _, id, store in
        guard let event = try id.flatMap({ try store.rawEvent($0) }),
          let replay = context.door.replay.opened
        else { return .notFound }
        do throws(ReplayFailed) {
          let count = try replay.replay(event)
          context.door.log.info("a webhook was taken once more", ["webhook": Int(event.id)])
          return HTTPAnswer(json: JSONWriter.object { $0.field("items", count) })
        } catch {
          guard !error.isPassing else { return .tryLater }
          return Problem(status: 409, title: "Conflict", detail: error.description).answer
        }
      })
  }

  private func door(
    _ body: @escaping @Sendable (HTTPRequest, Int64?, SendStore) throws -> HTTPAnswer
  ) -> Router.Door {
    context.requests.door(.admin) { request, parameters, key, responder in
      guard key.tenant == nil else {
        return responder.answer(
          Problem(
            status: 403, title: "Forbidden",
            detail: "Webhooks as they came are for keys of all tenants: one may tell of several."
          ).answer)
      }
      context.requests.desk.answer(responder) { store in
        try body(request, parameters["id"].flatMap { Int64($0) }, store)
      }
    }
  }

  private func page(_ request: HTTPRequest, _ store: SendStore) throws -> HTTPAnswer {
    var query = RawEventQuery()
    var faults = FieldFaults()
    func time(_ name: String) -> Timestamp? {
      guard let text = request.queryValue(name) else { return nil }
      if let time = Timestamp(rfc3339: text) { return time }
      faults.add("/\(name)", "must be a time such as 2026-11-26T08:00:00Z")
      return nil
    }
    func number(_ name: String, _ range: ClosedRange<Int64>) -> Int64? {
      guard let text = request.queryValue(name) else { return nil }
      if let number = Int64(text), range.contains(number) { return number }
      faults.add("/\(name)", "must be a number from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    query.owner = request.queryValue("account")
    query.since = time("since") ?? query.since
    query.until = time("until") ?? query.until
    query.verdict = request.queryValue("verdict") ?? ""
    query.kind = request.queryValue("field") ?? ""
    query.number = (request.queryValue("phone") ?? "").filter { $0.isASCII && $0.isNumber }
    query.id = request.queryValue("id") ?? ""
    query.before = number("before", 1...Int64.max) ?? query.before
    query.limit = number("limit", 1...1000).map { Int($0) } ?? query.limit
    guard faults.isEmpty else { return SendAnswer.refused(faults).answer }
    let isExport = request.headers.first("Accept")?.contains("application/x-ndjson") == true
    let events = try store.rawEvents(query)
    if isExport { return try export(events, store) }
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.name("webhooks")
        writer.array { list in
          for event in events { list.object { Self.write(event, isWhole: false, to: &$0) } }
        }
        if events.count == query.limit { writer.field("before", events.last?.id ?? 0) }
      })
  }

  /// A line for each, with all of it, up to 16 MB; the last line's id is where the next page begins.
  private func export(_ events: [RawEvent], _ store: SendStore) throws -> HTTPAnswer {
    var lines: [UInt8] = []
    for event in events {
      guard let whole = try store.rawEvent(event.id) else { continue }
      lines += JSONWriter.object { Self.write(whole, isWhole: true, to: &$0) }
      lines.append(UInt8(ascii: "\n"))
      if lines.count > Self.exportLimit { break }
    }
    return HTTPAnswer(
      status: 200, headers: [HTTPHeader("Content-Type", "application/x-ndjson")], body: lines)
  }

  private static let exportLimit = 16 << 20

  private static func write(_ event: RawEvent, isWhole: Bool, to writer: inout JSONWriter) {
    writer.field("id", event.id)
    writer.field("account", event.owner.isEmpty ? nil : event.owner)
    writer.field("provider", event.provider)
    writer.field("receivedAt", event.receivedAt.description)
    writer.field("verdict", event.verdict)
    for (name, words) in [("fields", event.kinds), ("phones", event.numbers), ("ids", event.ids)] {
      writer.name(name)
      writer.array { list in
        for word in words { list.value(word) }
      }
    }
    writer.field("size", event.size)
    guard isWhole else { return }
    writer.field("request", json: event.head)
    writer.field("body", String(decoding: event.body, as: UTF8.self))
  }
}
