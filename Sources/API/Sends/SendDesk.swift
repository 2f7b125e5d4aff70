internal import EventLog
internal import Events
internal import Running
internal import Telemetry
internal import Domain
internal import HTTP
internal import Time

/// Where sends that were read go into the log, by whatever door they came.
struct SendDesk: Sendable {
  private let door: DoorContext
  private let known: KeyLookup
  private let queued: Counter
  let refused: Counter

  init(_ door: DoorContext, _ known: KeyLookup) {
    (self.door, self.known) = (door, known)
    queued = door.metrics.counter("postrider_sends_queued_total", "Sends taken in.")
    refused = door.metrics.counter(
      "postrider_send_requests_refused_total", "Requests that got no 202.")
  }

  /// Goes on with the ids that the store has for something else, as far as it can tell.
  func withoutReusedKey(
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

  /// Answers once they are durable; where the log cannot take them the caller repeats the request.
  func append(
    _ events: [SendEvent], of request: HTTPRequest, since start: Timestamp,
    _ responder: HTTPResponder, failed: HTTPAnswer = .tryLater,
    _ answer: @escaping @Sendable () -> HTTPAnswer
  ) {
    let step = door.tracer?.begin(request, since: start.microseconds)
    let trace = step?.trace ?? Traceparent.of(request)
    let (door, queued) = (door, queued)
    door.eventLog.append(events.map { $0.record(trace) }) { outcome in
      if let step { door.tracer?.end(step, .request(request, events.count, outcome)) }
      switch outcome {
      case .success:
        queued.add(events.count)
        responder.answer(answer())
      case .failure(let error):
        if let leftOut = door.throttle.pass("sends") {
          door.log.warning(
            "sends could not be appended",
            ["sends": events.count, "reason": error.description, "leftOut": leftOut])
        }
        responder.answer(failed)
      }
    }
  }
}

extension Tracer.Told {
  /// The paths of these routes have nothing of a person in them.
  fileprivate static func request(
    _ request: HTTPRequest, _ count: Int, _ outcome: Result<Void, LogError>
  ) -> Self {
    let failure: String? = if case .failure(let error) = outcome { error.description } else { nil }
    return Tracer.Told(
      "\(request.method) \(request.path)", .server,
      [
        Span.Attribute("http.request.method", request.method),
        Span.Attribute("url.path", request.path),
        Span.Attribute("http.response.status_code", failure == nil ? 202 : 503),
        Span.Attribute("postrider.sends", count),
      ], failure: failure)
  }
}
