internal import Telemetry
internal import Domain

/// Made once: a counter that is looked up by its labels costs more than the counting.
struct WebhookCounts: Sendable {
  private struct OfProvider: Sendable {
    let outcomes: [Counter]
    let items: Counter

    init(_ provider: Provider, _ metrics: Metrics) {
      outcomes = WebhookOutcome.allCases.map { outcome in
        metrics.counter(
          "postrider_webhooks_total", "Webhooks, by what became of them.",
          ["provider": provider.rawValue, "outcome": outcome.rawValue])
      }
      items = metrics.counter(
        "postrider_webhook_items_total", "News that webhooks brought.",
        ["provider": provider.rawValue])
    }
  }

  private let twilio: OfProvider
  private let meta: OfProvider

  init(_ metrics: Metrics) {
    (twilio, meta) = (OfProvider(.twilio, metrics), OfProvider(.meta, metrics))
  }

  func add(_ provider: Provider, _ outcome: WebhookOutcome, items count: Int = 0) {
    let counts = provider == .twilio ? twilio : meta
    counts.outcomes[outcome.place].add()
    if count > 0 { counts.items.add(count) }
  }
}

/// What became of a webhook, as the metrics spell it.
enum WebhookOutcome: String, CaseIterable, Sendable {
  case taken
  case notAppended = "not-appended"
  case notSigned = "not-signed"
  case wronglySigned = "wrongly-signed"
  case foreign
  case noKey = "no-key"
  case wrongVerifyToken = "wrong-verify-token"
  case unreadable
  case tooEarly = "too-early"

  fileprivate var place: Int {
    switch self {
    case .taken: 0
    case .notAppended: 1
    case .notSigned: 2
    case .wronglySigned: 3
    case .foreign: 4
    case .noKey: 5
    case .wrongVerifyToken: 6
    case .unreadable: 7
    case .tooEarly: 8
    }
  }
}
