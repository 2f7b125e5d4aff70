internal import Domain
internal import Events
internal import HTTP
internal import Platform
internal import Running
internal import SendStore
internal import Telemetry
internal import Time

/// A span for each attempt of a send whose trace is recorded: what it was, never to whom or what it said.
struct AttemptSpans: Sendable {
  private let tracer: Tracer
  private let store: SendStore
  private let log: Log

  /// nil where nothing is traced.
  init?(_ tracer: Tracer?, _ store: SendStore, _ log: Log) {
    guard let tracer else { return nil }
    (self.tracer, self.store, self.log) = (tracer, store, log)
  }

  func add(_ ended: [(completion: Completion, result: AttemptResult)]) {
    let parents = tracer.parents(of: ended.map(\.completion.send.id), in: store, log)
    guard !parents.isEmpty else { return }
    let end = wallMicroseconds()
    let steps = ended.compactMap { completion, result in
      tracer.begin(
        under: parents[completion.send.id], since: end - completion.span.microseconds
      ).map { ($0, Tracer.Told.attempt(completion, result)) }
    }
    tracer.end(steps, at: end)
  }
}

extension Completion {
  /// How long it took, to about a millisecond.
  fileprivate var span: Duration {
    guard case .ended(let outcome) = result else { return .zero }
    if case .answered(let answer) = outcome { return answer.timings.total }
    return outcome.gatePassedAt.map { RunningTime.now - $0 } ?? .zero
  }
}

extension Tracer.Told {
  fileprivate static func attempt(_ completion: Completion, _ result: AttemptResult) -> Self {
    var attributes = [
      Span.Attribute("server.address", completion.door.host),
      Span.Attribute("postrider.provider", completion.door.provider.rawValue),
      Span.Attribute("postrider.sender", completion.door.sender.text),
      Span.Attribute("postrider.send", completion.send.id.description),
      Span.Attribute("postrider.attempt", completion.send.attempt),
      Span.Attribute("postrider.result", result.word),
    ]
    if case .ended(.answered(let answer)) = completion.result {
      attributes.append(Span.Attribute("http.response.status_code", answer.status))
    }
    // Its sentence may have words of the request in it.
    return Tracer.Told("attempt", .client, attributes, failure: result.failure?.code)
  }
}
