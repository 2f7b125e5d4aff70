package import Telemetry
package import HTTP
internal import JSON

/// `/healthz`, `/readyz` and `/metrics`, for any listener.
package struct AdminRoutes: Sendable {
  private let health: Health
  let metrics: Metrics

  package init(_ health: Health, _ metrics: Metrics) {
    self.health = health
    self.metrics = metrics
  }

  /// On an address of our own with metrics and with what each part says of its trouble, which may name hosts;
  /// strangers get to know no more than which part it is.
  package func add(to router: inout Router, isOwn: Bool) {
    let (health, metrics) = (health, metrics)
    router.on("GET", "/healthz") { _, _, responder in
      responder.answer(Self.answer(health.stuck, well: "ok", ill: "stuck", withReasons: isOwn))
    }
    router.on("GET", "/readyz") { _, _, responder in
      responder.answer(
        Self.answer(health.troubles, well: "ready", ill: "not ready", withReasons: isOwn))
    }
    guard isOwn else { return }
    router.on("GET", "/metrics") { _, _, responder in
      responder.answer(
        HTTPAnswer(status: 200, text: metrics.text(), type: "text/plain; version=0.0.4"))
    }
  }

  private static func answer(
    _ troubles: [String: String], well: String, ill: String, withReasons: Bool
  ) -> HTTPAnswer {
    let body = JSONWriter.object { writer in
      writer.field("status", troubles.isEmpty ? well : ill)
      guard !troubles.isEmpty else { return }
      writer.name("parts")
      writer.object { parts in
        for (name, trouble) in troubles.sorted(by: { $0.key < $1.key }) {
          parts.name(name)
          parts.value(withReasons ? trouble : ill)
        }
      }
    }
    return HTTPAnswer(status: troubles.isEmpty ? 200 : 503, json: body)
  }
}
