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
  private let raw: RawKeeper

  init(append: @escaping Append, _ door: DoorContext, _ raw: RawKeeper) {
    self.append = append
    counts = WebhookCounts(door.metrics)
    (log, throttle, now) = (door.log, door.throttle, door.now)
    recency = door.recency
    self.raw = raw
  }

  func take<Call: WebhookCall>(
    _ request: HTTPRequest, _ responder: HTTPResponder,
    as read: () throws(WebhookRefusal) -> Call
  ) {
    var owner: String?
    do throws(WebhookRefusal) {
      let call = try read()
      let signer = try call.signer()
      let signed = call.owner(signedBy: signer)
      owner = signed
      let items = try call.items(signedBy: signer)
      let records = records(items, of: request)
      let (provider, received) = (Call.provider, Call.received)
      let count = records.count
      append(records) { [self] outcome in
        let refused = answer(outcome, to: provider, count)
        responder.answer(refused ?? received)
        let verdict = refused == nil ? WebhookOutcome.taken : .notAppended
        // Of an app that has no number nobody asked for it.
        if let signed {
          raw.keep(request, of: signed, provider, verdict: verdict.rawValue, at: now())
        }
      }
    } catch {
      responder.answer(answer(to: request, error, Call.provider, of: owner))
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
    to request: HTTPRequest, _ refusal: WebhookRefusal, _ provider: Provider,
    of owner: String? = nil
  ) -> HTTPAnswer {
    // Somebody has just added or changed an account, and this process may not know all of it yet.
    if refusal.mayBeTooEarly, recency.isUnsettled() {
      counts.add(provider, .tooEarly)
      raw.keep(
        request, of: owner, provider, verdict: WebhookOutcome.tooEarly.rawValue, at: now())
      return .tryLater
    }
    counts.add(provider, refusal.outcome)
    raw.keep(request, of: owner, provider, verdict: refusal.outcome.rawValue, at: now())
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
