internal import Service

/// Made once: a counter that is looked up by its labels costs more than the counting.
struct WebhookCounts: Sendable {
  private let webhooks: [String: [String: Counter]]
  private let items: [String: Counter]

  private static let outcomes = [
    "taken", "not-appended", "not-signed", "wrongly-signed", "foreign", "no-key",
    "wrong-verify-token", "unreadable",
  ]

  init(_ metrics: Metrics) {
    let providers = ["twilio", "meta"]
    webhooks = Self.each(providers) { provider in
      Self.each(Self.outcomes) { outcome in
        metrics.counter(
          "postrider_webhooks_total", "Webhooks, by what became of them.",
          ["provider": provider, "outcome": outcome])
      }
    }
    items = Self.each(providers) { provider in
      metrics.counter(
        "postrider_webhook_items_total", "News that webhooks brought.", ["provider": provider])
    }
  }

  func add(_ provider: String, _ outcome: String, items count: Int = 0) {
    webhooks[provider]?[outcome]?.add()
    if count > 0 { items[provider]?.add(count) }
  }

  private static func each<Value>(
    _ names: [String], _ make: (String) -> Value
  ) -> [String: Value] {
    Dictionary(uniqueKeysWithValues: names.map { ($0, make($0)) })
  }
}
