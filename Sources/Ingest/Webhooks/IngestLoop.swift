internal import Events
internal import Running
internal import Telemetry
internal import Domain
internal import EventLog
internal import HTTP
internal import Providers
internal import Time

/// What every webhook goes through: verify, parse, append, answer. An answer of success means that all of
/// it is durable.
final class IngestLoop: Sendable {
  typealias Append =
    @Sendable ([NewRecord], @escaping @Sendable (Result<Void, LogError>) -> Void) -> Void

  let append: Append
  let counts: WebhookCounts
  let log: Log
  let throttle: LineThrottle
  let now: @Sendable () -> Timestamp
  private let recency: AccountRecency

  init(append: @escaping Append, _ door: DoorContext) {
    self.append = append
    counts = WebhookCounts(door.metrics)
    (log, throttle, now) = (door.log, door.throttle, door.now)
    recency = door.recency
  }

  func take<Call: WebhookCall>(
    _ request: HTTPRequest, _ responder: HTTPResponder,
    as read: () throws(WebhookRefusal) -> Call
  ) {
    do throws(WebhookRefusal) {
      let call = try read()
      let signer = try call.signer()
      let items = try call.items(signedBy: signer)
      let records = records(items, of: request)
      let (provider, received) = (Call.provider, Call.received)
      let count = records.count
      append(records) { [self] outcome in
        responder.answer(answer(outcome, to: provider, count) ?? received)
      }
    } catch {
      responder.answer(answer(to: request, error, Call.provider))
    }
  }

  private func records(_ items: [WebhookItem], of request: HTTPRequest) -> [NewRecord] {
    let trace = Traceparent.of(request)
    let now = now()
    return items.map { $0.record(trace, at: now) }
  }

  /// nil: what the provider wants to hear.
  private func answer(
    _ outcome: Result<Void, LogError>, to provider: Provider, _ count: Int
  ) -> HTTPAnswer? {
    switch outcome {
    case .success:
      counts.add(provider, .taken, items: count)
      return nil
    case .failure(let error):
      counts.add(provider, .notAppended)
      if let leftOut = throttle.pass("webhooks") {
        log.warning(
          "a webhook could not be appended",
          ["provider": provider.rawValue, "reason": error.description, "leftOut": leftOut])
      }
      return .tryLater
    }
  }

  /// The answer to one that is refused, which is counted and told.
  func answer(
    to request: HTTPRequest, _ refusal: WebhookRefusal, _ provider: Provider
  ) -> HTTPAnswer {
    // Somebody has just added or changed an account, and this process may not know all of it yet.
    if refusal.mayBeTooEarly, recency.isUnsettled() {
      counts.add(provider, .tooEarly)
      return .tryLater
    }
    counts.add(provider, refusal.outcome)
    if let leftOut = throttle.pass("\(provider) \(refusal.outcome)") {
      log.warning(
        "a webhook was refused",
        [
          "provider": provider.rawValue, "path": request.path, "peer": request.peer.host,
          "reason": refusal.sentence, "leftOut": leftOut,
        ])
    }
    return refusal.answer
  }
}
