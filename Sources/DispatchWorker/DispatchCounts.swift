internal import Telemetry
internal import Domain
internal import HTTP
internal import SendStore
internal import Time

/// What dispatching is measured by.
struct DispatchCounts: Sendable {
  private let metrics: Metrics

  init(_ metrics: Metrics) { self.metrics = metrics }

  private struct Kind: Hashable {
    let sender: SenderID
    let word: String
  }

  /// Each number is looked up once for all that ended together.
  func add(_ ended: [(result: AttemptResult, completion: Completion)]) {
    let kinds = ended.map { Kind(sender: $0.completion.door.sender, word: $0.result.word) }
    for (kind, count) in Dictionary(kinds.map { ($0, 1) }, uniquingKeysWith: +) {
      metrics.counter(
        "postrider_attempts_total",
        "Attempts to hand a send to its provider, by what they came to.",
        ["sender": kind.sender.text, "result": kind.word]
      ).add(count)
    }
    for (sender, ended) in Dictionary(grouping: ended, by: \.completion.door.sender) {
      let seconds = metrics.histogram(
        "postrider_provider_seconds", "From a request's hand-over to its whole answer.",
        ["sender": sender.text])
      for (_, completion) in ended {
        guard case .ended(.answered(let answer)) = completion.result else { continue }
        seconds.observe(answer.timings.total.seconds)
      }
    }
  }

  func show(_ lanes: [LaneStatus]) {
    for lane in lanes {
      let labels: Labels = ["sender": lane.sender.text]
      gauge("postrider_lane_waiting", "Sends that wait in the lane.", labels, lane.waiting)
      gauge(
        "postrider_lane_in_flight", "Sends on their way to the provider.", labels, lane.inFlight)
      gauge("postrider_lane_in_doubt", "Sends that may have gone out.", labels, lane.inDoubt)
      gauge(
        "postrider_lane_stopped", "1 while nothing goes on the lane.", labels,
        lane.stop == nil ? 0 : 1)
    }
  }

  private func gauge(_ name: String, _ help: String, _ labels: Labels, _ value: Int) {
    metrics.gauge(name, help, labels).set(Double(value))
  }
}

extension AttemptResult {
  var word: String {
    switch self {
    case .accepted: "accepted"
    case .retry: "retry"
    case .laneStopped: "lane-stopped"
    case .failed: "failed"
    case .refusedAtGate: "not-sent"
    case .inDoubt: "in-doubt"
    case .notSent, .wentOut, .givenUp: "decided"
    }
  }
}
