internal import EventLog
internal import Events
internal import Running
internal import Settings
internal import Telemetry
internal import Domain
internal import HTTP
internal import JSON
internal import Time

/// The send API. A send is never put aside: where the log cannot take it the caller repeats it.
struct SendRoutes: Sendable {
  private let context: APIContext
  private let batches = BatchQueue()
  private let known: KeyLookup
  private let counts: SendCounts
  private var admission: Admission { context.admission }
  private var door: DoorContext { context.door }

  init(_ context: APIContext, _ known: KeyLookup) {
    (self.context, self.known) = (context, known)
    counts = SendCounts(context.door.metrics)
  }

  func add(to router: inout Router) {
    let prefix = context.prefix
    router.at(
      "POST", prefix + "/api/whatsapp/send",
      keyed(limit: Self.limit) { request, key, responder throws(RequestEnded) in
        try one(request, key, responder, isTemplate: false)
      })
    router.at(
      "POST", prefix + "/api/whatsapp/send-template",
      keyed(limit: Self.limit) { request, key, responder throws(RequestEnded) in
        try one(request, key, responder, isTemplate: true)
      })
    router.at(
      "POST", prefix + "/api/sends",
      keyed(limit: Self.batchLimit) { request, key, responder throws(RequestEnded) in
        // Ten thousand sends take so long to read that webhooks would feel it on the same thread.
        let isTaken = batches.take {
          guarded(responder) { () throws(RequestEnded) in try many(request, key, responder) }
        }
        guard isTaken else { throw RequestEnded(answer: .tryLater) }
      })
  }

  /// Of a body with one request, and with many.
  static let (limit, batchLimit) = (256 << 10, 8 << 20)

  /// Without a key for sends, no body is read.
  private func keyed(
    limit: Int,
    _ body: @escaping @Sendable (HTTPRequest, APIKey, HTTPResponder) throws(RequestEnded) -> Void
  ) -> Router.Door {
    { head, _ in
      do throws(Admission.Refused) {
        let key = try admission.key(of: head, for: .send)
        return .buffer(limit: limit, from: .known) { request, responder in
          guarded(responder) { () throws(RequestEnded) in try body(request, key, responder) }
        }
      } catch {
        counts.refused.add()
        return .answer(error.answer)
      }
    }
  }

  /// A request that ends with this answer.
  struct RequestEnded: Error { let answer: HTTPAnswer }

  private func guarded(_ responder: HTTPResponder, _ body: () throws(RequestEnded) -> Void) {
    do throws(RequestEnded) { try body() } catch {
      counts.refused.add()
      responder.answer(error.answer)
    }
  }

  private func one(
    _ request: HTTPRequest, _ key: APIKey, _ responder: HTTPResponder, isTemplate: Bool
  ) throws(RequestEnded) {
    let root: JSONValue
    do { root = try JSONDocument.ofCaller(request.body).root } catch {
      throw RequestEnded(answer: SendAnswer.unreadable("The body is \(error).").answer)
    }
    let intake = try intake(request, key, isTemplate: isTemplate)
    let taken: SendIntake.Taken
    do throws(FieldFaults) { taken = try intake.events(root) } catch {
      throw RequestEnded(answer: SendAnswer.refused(error).answer)
    }
    let events = taken.events
    try spend(events.count, key)
    withoutReusedKey(intake, events) { reused in
      guard reused.isEmpty else {
        counts.refused.add()
        return responder.answer(SendAnswer.refused(.keyReused).answer)
      }
      append(events, of: request, since: intake.now, responder) {
        HTTPAnswer(status: 202, json: SendAnswer.queued(taken))
      }
    }
  }

  /// Goes on with the ids that the store has for something else, as far as it can tell.
  private func withoutReusedKey(
    _ intake: SendIntake, _ events: [SendEvent],
    _ proceed: @escaping @Sendable (Set<SendID>) -> Void
  ) {
    guard intake.idempotencyKey != nil, !events.isEmpty else { return proceed([]) }
    known.find(events.map(\.id)) { found in
      let others = events.filter { event in found?[event.id].map { !$0.isSame(as: event) } ?? false
      }
      proceed(Set(others.map(\.id)))
    }
  }

  private func many(
    _ request: HTTPRequest, _ key: APIKey, _ responder: HTTPResponder
  ) throws(RequestEnded) {
    let batch: SendBatch
    do throws(SendBatch.Unreadable) {
      batch = try SendBatch(request.body, type: request.headers.first("Content-Type"))
    } catch {
      throw RequestEnded(answer: error.problem.answer)
    }
    let intake = try intake(request, key, isTemplate: false)
    let read = batch.read(by: intake)
    let asked = read.flatMap(\.events)
    try spend(max(1, asked.count), key)
    withoutReusedKey(intake, asked) { reused in
      let results = read.map { outcome in
        outcome.events.contains { reused.contains($0.id) }
          ? .refused(SendAnswer.refused(.keyReused)) : outcome
      }
      let events = results.flatMap(\.events)
      let answer = batch.answer(results)
      guard !events.isEmpty else {
        counts.refused.add()
        return responder.answer(answer)
      }
      append(events, of: request, since: intake.now, responder) { answer }
    }
  }

  private func spend(_ count: Int, _ key: APIKey) throws(RequestEnded) {
    do throws(Admission.Refused) { try admission.spend(count, of: key) } catch {
      throw RequestEnded(answer: error.answer)
    }
  }

  private func intake(
    _ request: HTTPRequest, _ key: APIKey, isTemplate: Bool
  ) throws(RequestEnded) -> SendIntake {
    let given = request.headers.first("Idempotency-Key")
    if let given, !(1...255).contains(given.utf8.count) {
      throw RequestEnded(
        answer: SendAnswer.unreadable("Idempotency-Key must have 1 to 255 bytes.").answer)
    }
    let settings = context.settings
    return SendIntake(
      choice: SenderChoice(settings.senders, default: settings.defaultSender, for: key.tenant),
      idempotencyKey: given,
      isTemplate: isTemplate, now: door.now(), hasBuckets: settings.gcs != nil,
      templates: door.templates)
  }

  private func append(
    _ events: [SendEvent], of request: HTTPRequest, since start: Timestamp,
    _ responder: HTTPResponder, _ answer: @escaping @Sendable () -> HTTPAnswer
  ) {
    let step = door.tracer?.begin(request, since: start.microseconds)
    let trace = step?.trace ?? Traceparent.of(request)
    door.eventLog.append(events.map { $0.record(trace) }) { outcome in
      if let step { door.tracer?.end(step, .request(request, events.count, outcome)) }
      switch outcome {
      case .success:
        counts.queued.add(events.count)
        responder.answer(answer())
      case .failure(let error):
        if let leftOut = door.throttle.pass("sends") {
          door.log.warning(
            "sends could not be appended",
            ["sends": events.count, "reason": error.description, "leftOut": leftOut])
        }
        responder.answer(.tryLater)
      }
    }
  }
}

extension FieldFaults {
  fileprivate static let keyReused = FieldFaults(
    "/Idempotency-Key", "was used for another request before; a new request needs a new key")
}

struct SendCounts: Sendable {
  let queued: Counter
  let refused: Counter

  init(_ metrics: Metrics) {
    queued = metrics.counter("postrider_sends_queued_total", "Sends taken in.")
    refused = metrics.counter("postrider_send_requests_refused_total", "Requests that got no 202.")
  }
}

extension Tracer.Told {
  /// The paths of these routes have nothing of a person in them.
  fileprivate static func request(
    _ request: HTTPRequest, _ count: Int, _ outcome: Result<Void, LogError>
  ) -> Self {
    let failure: String? = if case .failure(let error) = outcome { error.description } else { nil }
    return Tracer.Told(
      "POST \(request.path)", .server,
      [
        Span.Attribute("http.request.method", "POST"),
        Span.Attribute("url.path", request.path),
        Span.Attribute("http.response.status_code", failure == nil ? 202 : 503),
        Span.Attribute("postrider.sends", count),
      ], failure: failure)
  }
}
