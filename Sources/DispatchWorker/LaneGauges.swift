internal import Domain
internal import SendStore
internal import Telemetry
internal import Time

/// How one lane stands. Made once for each lane, as they are set every second.
struct LaneGauges: Sendable {
  private let waiting: Gauge
  private let inFlight: Gauge
  private let inDoubt: Gauge
  private let stopped: Gauge
  private let oldestDue: Gauge
  private let wouldHelp: Gauge
  private let held: [WaitingCounts.Reason: Gauge]
  private let sender: String
  private let metrics: Metrics

  init(_ sender: SenderID, _ metrics: Metrics) {
    self.sender = sender.text
    self.metrics = metrics
    let labels: Labels = ["sender": sender.text]
    waiting = metrics.gauge("postrider_lane_waiting", "Sends that wait in the lane.", labels)
    inFlight = metrics.gauge(
      "postrider_lane_in_flight", "Sends on their way to the provider.", labels)
    inDoubt = metrics.gauge("postrider_lane_in_doubt", "Sends that may have gone out.", labels)
    stopped = metrics.gauge(
      "postrider_lane_stopped", "1 while nothing goes on the lane.", labels)
    oldestDue = metrics.gauge(
      "postrider_lane_oldest_due_seconds",
      "How long the first send that waits in the lane has been due.", labels)
    wouldHelp = metrics.gauge(
      "postrider_dispatch_would_help",
      "1 while this worker does not keep up with the lane and another one would take work off it.",
      labels)
    let reasons = WaitingCounts.Reason.allCases.map { reason in
      (
        reason,
        metrics.gauge(
          "postrider_lane_held", "Sends that wait in the lane, by what keeps them.",
          ["sender": sender.text, "reason": reason.rawValue])
      )
    }
    held = Dictionary(uniqueKeysWithValues: reasons)
  }

  func show(_ lane: LaneStatus, _ budgets: inout [BudgetName: BudgetGauges]) {
    waiting.set(Double(lane.waiting))
    inFlight.set(Double(lane.inFlight))
    inDoubt.set(Double(lane.inDoubt))
    stopped.set(lane.stop == nil ? 0 : 1)
    for use in lane.uses {
      let gauges = budgets[use.name] ?? BudgetGauges(use.name, of: sender, metrics)
      budgets[use.name] = gauges
      gauges.show(use)
    }
  }

  func show(_ waits: WaitingCounts) {
    for (reason, count) in waits.counts { held[reason]?.set(Double(count)) }
    oldestDue.set(waits.oldestDue.seconds)
    wouldHelp.set(waits.wantsHelp ? 1 : 0)
  }
}

/// What is left of one budget of a lane. A lane that the settings do not name has none.
struct BudgetGauges: Sendable {
  private let limit: Gauge
  private let left: Gauge
  private let freeIn: Gauge
  /// nil where it is not about time.
  private let perSecond: Gauge?

  init(_ budget: BudgetName, of sender: String, _ metrics: Metrics) {
    let labels: Labels = ["sender": sender, "budget": budget.word]
    limit = metrics.gauge(
      "postrider_lane_budget_limit",
      "How many sends the budget lets out at once where none of it is used.", labels)
    left = metrics.gauge(
      "postrider_lane_budget_left", "How many sends the budget lets out now.", labels)
    freeIn = metrics.gauge(
      "postrider_lane_budget_free_seconds",
      "How long until the budget lets another send out; 0 where it does now, or where only an answer is missing.",
      labels)
    perSecond =
      budget == .inFlight
      ? nil
      : metrics.gauge(
        "postrider_lane_budget_rate",
        "How many sends a second the budget lets out in the long run.", labels)
  }

  func show(_ use: BudgetUse) {
    limit.set(use.limit.map { Double($0) } ?? .infinity)
    left.set(use.left.map { Double($0) } ?? .infinity)
    freeIn.set(use.freeIn?.seconds ?? 0)
    perSecond?.set(use.perSecond ?? .infinity)
  }
}

extension BudgetName {
  fileprivate var word: String {
    switch self {
    case .rate: "rate"
    case .daily: "daily"
    case .recipients: "recipients"
    case .inFlight: "in-flight"
    case .pair: "pair"
    }
  }
}
