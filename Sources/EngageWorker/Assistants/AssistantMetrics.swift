internal import Domain
internal import Platform
internal import SendStore
internal import Telemetry

/// What assistants do and use up.
final class AssistantMetrics {
  private let metrics: Metrics
  private let tokens: [String: Counter]
  private let active: Gauge
  private var calls: [AssistantCall.Verdict: Counter] = [:]

  init(_ metrics: Metrics) {
    self.metrics = metrics
    let help = "Tokens that assistants read and wrote."
    tokens = Dictionary(
      uniqueKeysWithValues: ["in", "out"].map {
        ($0, metrics.counter("postrider_assistant_tokens_total", help, ["direction": $0]))
      })
    active = metrics.gauge("postrider_assistant_calls_active", "Calls of assistants under way.")
    for verdict in AssistantCall.Verdict.allCases {
      calls[verdict] = metrics.counter(
        "postrider_assistant_calls_total", "Calls of assistants by what came of them.",
        ["verdict": verdict.rawValue])
    }
  }

  func underWay(_ count: Int) { active.set(Double(count)) }

  func count(_ done: [AssistantCall]) {
    for call in done {
      calls[call.verdict]?.add(1)
      tokens["in"]?.add(call.tokensIn)
      tokens["out"]?.add(call.tokensOut)
    }
  }
}
