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
  private let settings: OTLPSettings
  private let client: HTTPClient
  private let log: Log
  private let thread: Locked<WorkerThread?> = Locked(nil)
  private let resource: [Span.Attribute]
  private let throttle = LineThrottle { Timestamp(microseconds: wallMicroseconds()) }

  private static let pause = Duration.seconds(1)
  private static let answerTimeout = Duration.seconds(5)
  /// At the end nobody waits for long.
  private static let lastTimeout = Duration.seconds(1)

  /// `resource` says which process it is.
  package init(
    _ settings: OTLPSettings, resource: [Span.Attribute], log: Log, metrics: Metrics
  ) throws(HTTPClientError) {
    self.settings = settings
    self.resource = resource
    self.log = log
    client = try HTTPClient()
    buffer = SpanBuffer(metrics)
    let (buffer, send) = (buffer, { @Sendable [weak self] in self?.send($0, within: $1) ?? () })
    thread.withLock {
      $0 = WorkerThread("spans") {
        while !buffer.isAtEnd { send(buffer.next(within: Self.pause), Self.answerTimeout) }
      }
    }
  }

  /// What is still there goes out, as far as the collector takes it at once.
  package func close() {
    buffer.close()
    _ = thread.withLock { $0 }?.join(within: Self.lastTimeout)
    client.close()
  }

  private func send(_ spans: [Span], within limit: Duration) {
    guard !spans.isEmpty else { return }
    let headers = settings.headers.map { HTTPHeader($0.name, $0.value.exposed) }
    var call = HTTPCall(
      method: "POST", url: "\(settings.url)/v1/traces",
      headers: [HTTPHeader("Content-Type", "application/json")] + headers,
      body: Span.request(spans, resource: resource))
    call.totalTimeout = limit
    let answer = Answer<HTTPOutcome>()
    client.send(call) { outcome in answer.give(outcome) }
    let outcome = answer.wait(for: limit + .seconds(1)) ?? .notSent(.cancelled)
    guard case .answered(let received) = outcome, (200..<300).contains(received.status) else {
      buffer.dropped.add(spans.count)
      return warn(outcome)
    }
    buffer.sent.add(spans.count)
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
