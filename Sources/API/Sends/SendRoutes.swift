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
  private let desk: SendDesk
  private var admission: Admission { context.admission }
  private var door: DoorContext { context.door }

  init(_ context: APIContext, _ known: KeyLookup) {
    self.context = context
    desk = SendDesk(context.door, known)
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
        desk.refused.add()
        return .answer(error.answer)
      }
    }
  }

  /// A request that ends with this answer.
  struct RequestEnded: Error { let answer: HTTPAnswer }

  private func guarded(_ responder: HTTPResponder, _ body: () throws(RequestEnded) -> Void) {
    do throws(RequestEnded) { try body() } catch {
      desk.refused.add()
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
    lookup(intake).find(for: [root], responder) { parts in
      var intake = intake
      intake.parts = parts
      guarded(responder) { () throws(RequestEnded) in
        try take(root, by: intake, request, key, responder)
      }
    }
  }

  private func lookup(_ intake: SendIntake) -> PartLookup {
    PartLookup(
      desk: context.requests.desk, choice: intake.choice, publicURL: context.settings.publicURL)
  }

  private func take(
    _ root: JSONValue, by intake: SendIntake, _ request: HTTPRequest, _ key: APIKey,
    _ responder: HTTPResponder
  ) throws(RequestEnded) {
    let taken: SendIntake.Taken
    do throws(FieldFaults) { taken = try intake.events(root) } catch {
      throw RequestEnded(answer: SendAnswer.refused(error).answer)
    }
    let events = taken.events
    try spend(events.count, key)
    desk.withoutReusedKey(intake, events) { reused in
      guard reused.isEmpty else {
        desk.refused.add()
        return responder.answer(SendAnswer.refused(.keyReused).answer)
      }
      desk.append(events, of: request, since: intake.now, responder) {
        HTTPAnswer(status: 202, json: SendAnswer.queued(taken))
      }
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
    lookup(intake).find(for: batch.values, responder) { parts in
      var intake = intake
      intake.parts = parts
      guarded(responder) { () throws(RequestEnded) in
        try take(batch, by: intake, request, key, responder)
      }
    }
  }

  private func take(
    _ batch: SendBatch, by intake: SendIntake, _ request: HTTPRequest, _ key: APIKey,
    _ responder: HTTPResponder
  ) throws(RequestEnded) {
    let read = batch.read(by: intake)
    let asked = read.flatMap(\.events)
    try spend(max(1, asked.count), key)
    desk.withoutReusedKey(intake, asked) { reused in
      let results = read.map { outcome in
        outcome.events.contains { reused.contains($0.id) }
          ? .refused(SendAnswer.refused(.keyReused)) : outcome
      }
      let events = results.flatMap(\.events)
      let answer = batch.answer(results)
      guard !events.isEmpty else {
        desk.refused.add()
        return responder.answer(answer)
      }
      desk.append(events, of: request, since: intake.now, responder) { answer }
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
    let given: String?
    do throws(StoreQueries.Refused) { given = try SendAnswer.idempotencyKey(of: request) } catch {
      throw RequestEnded(answer: error.answer)
    }
    let settings = context.settings
    return SendIntake(
      choice: SenderChoice(settings.senders, default: settings.defaultSender, for: key.tenant),
      idempotencyKey: given,
      isTemplate: isTemplate, now: door.now(), hasBuckets: settings.gcs != nil,
      templates: door.templates, allowsInline: key.allowsInline)
  }
}
