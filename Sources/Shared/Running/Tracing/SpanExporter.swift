internal import Domain
package import HTTP
internal import Platform
package import Settings
package import Telemetry
internal import Time

/// Brings spans to a collector, on a thread of its own: full batches at once, else what there is each second. One
/// that is away or slow costs spans, never time: a batch is tried once, and what comes meanwhile waits in a buffer that
/// is bounded.
package final class SpanExporter: Sendable {
  package let buffer: SpanBuffer
  private let client: HTTPClient
  private let thread: WorkerThread

  private static let pause = Duration.seconds(1)
  /// At the end nobody waits for long.
  private static let lastSpan = Duration.seconds(1)

  /// `resource` says which process it is.
  package init(
    _ settings: OTLPSettings, resource: [Span.Attribute], log: Log, metrics: Metrics
  ) throws(HTTPClientError) {
    let buffer = SpanBuffer(metrics)
    let client = try HTTPClient()
    let collector = Collector(settings, resource, client, log)
    (self.buffer, self.client) = (buffer, client)
    thread = WorkerThread("spans") {
      while !buffer.isAtEnd {
        let spans = buffer.next(within: Self.pause)
        guard !spans.isEmpty else { continue }
        (collector.take(spans) ? buffer.sent : buffer.dropped).add(spans.count)
      }
    }
  }

  /// What is still there goes out, as far as the collector takes it at once.
  package func close() {
    buffer.close()
    _ = thread.join(within: Self.lastSpan)
    client.close()
  }
}

private struct Collector: Sendable {
  private let settings: OTLPSettings
  private let resource: [Span.Attribute]
  private let client: HTTPClient
  private let log: Log
  private let throttle = LineThrottle { Timestamp(microseconds: wallMicroseconds()) }

  private static let answerTimeout = Duration.seconds(5)

  init(
    _ settings: OTLPSettings, _ resource: [Span.Attribute], _ client: HTTPClient, _ log: Log
  ) {
    self.settings = settings
    self.resource = resource
    self.client = client
    self.log = log
  }

  /// False where it does not take them.
  func take(_ spans: [Span]) -> Bool {
    let headers = settings.headers.map { HTTPHeader($0.name, $0.value.exposed) }
    var call = HTTPCall(
      method: "POST", url: "\(settings.url)/v1/traces",
      headers: [HTTPHeader("Content-Type", "application/json")] + headers,
      body: Span.request(spans, resource: resource))
    call.totalTimeout = Self.answerTimeout
    let answer = Answer<HTTPOutcome>()
    client.send(call) { outcome in answer.give(outcome) }
    let outcome = answer.wait(for: Self.answerTimeout + .seconds(1)) ?? .notSent(.cancelled)
    if case .answered(let received) = outcome, (200..<300).contains(received.status) { return true }
    warn(outcome)
    return false
  }

  private func warn(_ outcome: HTTPOutcome) {
    guard let leftOut = throttle.pass("spans") else { return }
    let reason =
      if case .answered(let answer) = outcome { "it answered \(answer.status)" } else {
        "\(outcome)"
      }
    log.warning(
      "spans were dropped, as the collector does not take them",
      ["url": settings.url.description, "reason": reason, "leftOut": leftOut])
  }
}
