internal import Domain
internal import Events
internal import HTTP
internal import Platform
internal import Running
internal import SendStore
internal import Telemetry

/// A span for each try to tell a tenant of a send whose trace is recorded. The tenant is told its traceparent.
struct DeliverySpans {
  private let tracer: Tracer
  private let store: SendStore
  private let log: Log

  init(_ tracer: Tracer, _ store: SendStore, _ log: Log) {
    (self.tracer, self.store, self.log) = (tracer, store, log)
  }

  /// By the number of the delivery. The line of one that is about a send of ours is its id.
  func begin(_ deliveries: [ClaimedDelivery]) -> [Int64: Tracer.Step] {
    let sends = deliveries.compactMap { delivery in
      SendID(delivery.line).map { (number: delivery.number, send: $0) }
    }
    let parents = tracer.parents(of: sends.map(\.send), in: store, log)
    let start = wallMicroseconds()
    let steps = sends.compactMap { number, send in
      tracer.begin(under: parents[send], since: start).map { (number, $0) }
    }
    return Dictionary(steps) { $1 }
  }

  func end(_ ended: [(step: Tracer.Step, tenant: Tenant, outcome: HTTPOutcome)]) {
    tracer.end(
      ended.map { ($0.step, Tracer.Told.delivery(to: $0.tenant, $0.outcome)) },
      at: wallMicroseconds())
  }
}

extension Tracer.Told {
  fileprivate static func delivery(to tenant: Tenant, _ outcome: HTTPOutcome) -> Self {
    var attributes = [
      Span.Attribute("http.request.method", "POST"),
      Span.Attribute("postrider.tenant", tenant.description),
    ]
    guard case .answered(let answer) = outcome else {
      return Tracer.Told("delivery", .client, attributes, failure: "no answer came")
    }
    attributes.append(Span.Attribute("http.response.status_code", answer.status))
    let failure =
      (200..<300).contains(answer.status) ? nil : "the address answered \(answer.status)"
    return Tracer.Told("delivery", .client, attributes, failure: failure)
  }
}
