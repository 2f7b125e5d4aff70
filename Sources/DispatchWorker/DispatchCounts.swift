internal import Telemetry
internal import Domain
internal import HTTP
internal import Platform
internal import Providers
internal import SendStore
internal import Time

/// What dispatching is measured by. The numbers of a sender are made together when it is first met, at 0, so that the
/// first of each kind is seen by who asks for a rate.
struct DispatchCounts: Sendable {
  private let metrics: Metrics
  private let claims: Histogram
  private let records: Histogram
  private let senders = Locked<[SenderID: SenderCounts]>([:])

  init(_ metrics: Metrics) {
    self.metrics = metrics
    claims = metrics.histogram(
      "postrider_claim_seconds", "How long claims took that found something.")
    records = metrics.histogram(
      "postrider_record_seconds",
      "From a batch of outcomes to the moment at which all of them are written.")
    for provider in Provider.allCases { _ = codes(provider, Self.noCode) }
  }

  private struct SenderCounts: Sendable {
    let attempts: [String: Counter]
    let provider: Histogram
    let wait: Histogram

    init(_ sender: SenderID, _ metrics: Metrics) {
      let made = AttemptResult.words.map { word in
        (
          word,
          metrics.counter(
            "postrider_attempts_total",
            "Attempts to hand a send to its provider, by what they came to.",
            ["sender": sender.text, "result": word])
        )
      }
      attempts = Dictionary(uniqueKeysWithValues: made)
      provider = metrics.histogram(
        "postrider_provider_seconds", "From a request's hand-over to its whole answer.",
        ["sender": sender.text])
      wait = metrics.histogram(
        "postrider_send_wait_seconds",
        "From the time at which a send was last due to the first byte of its request.",
        ["sender": sender.text], bounds: Histogram.waits)
    }
  }

  private func of(_ sender: SenderID) -> SenderCounts {
    senders.withLock { senders in
      if let known = senders[sender] { return known }
      let made = SenderCounts(sender, metrics)
      senders[sender] = made
      return made
    }
  }

  func claimed(in span: Duration) { claims.observe(span.seconds) }
  func recorded(in span: Duration) { records.observe(span.seconds) }

  func add(_ ended: [(result: AttemptResult, completion: Completion)]) {
    for (sender, ended) in Dictionary(grouping: ended, by: \.completion.door.sender) {
      let counts = of(sender)
      let words = Dictionary(ended.map { ($0.result.word, 1) }, uniquingKeysWith: +)
      for (word, count) in words { counts.attempts[word]?.add(count) }
      counts.provider.observe(
        ended.compactMap { _, completion in
          guard case .ended(.answered(let answer)) = completion.result else { return nil }
          return answer.timings.total.seconds
        })
      counts.wait.observe(
        ended.compactMap { _, completion in
          completion.postedAt.map { max(0, ($0 - completion.send.due).seconds) }
        })
    }
    addCodes(ended)
  }

  // MARK: Codes of providers

  private static let noCode = "none"
  private static let unknownCode = "unknown"

  /// Only codes that the error table has are told by their numbers, so that no provider can make them many.
  private func addCodes(_ ended: [(result: AttemptResult, completion: Completion)]) {
    var found: [Provider: [String: Int]] = [:]
    for (result, completion) in ended {
      guard let failure = result.failure else { continue }
      let provider = completion.door.provider
      found[provider, default: [:]][Self.label(failure, provider), default: 0] += 1
    }
    for (provider, counted) in found {
      for (code, count) in counted { codes(provider, code).add(count) }
    }
  }

  private static func label(_ failure: Failure, _ provider: Provider) -> String {
    guard let number = Int(failure.code) else { return noCode }
    return ErrorTable.shared.row(provider, number) == nil ? unknownCode : failure.code
  }

  private func codes(_ provider: Provider, _ code: String) -> Counter {
    metrics.counter(
      "postrider_provider_codes_total",
      "Attempts that did not succeed, by the provider's code.",
      ["provider": provider.rawValue, "code": code])
  }

  // MARK: Lanes

  func show(_ lanes: [LaneStatus]) {
    for lane in lanes {
      _ = of(lane.sender)
      let labels: Labels = ["sender": lane.sender.text]
      gauge("postrider_lane_waiting", "Sends that wait in the lane.", labels, lane.waiting)
      gauge(
        "postrider_lane_in_flight", "Sends on their way to the provider.", labels, lane.inFlight)
      gauge("postrider_lane_in_doubt", "Sends that may have gone out.", labels, lane.inDoubt)
      gauge(
        "postrider_lane_stopped", "1 while nothing goes on the lane.", labels,
        lane.stop == nil ? 0 : 1)
      showBudgets(lane)
    }
  }

  private func showBudgets(_ lane: LaneStatus) {
    for use in lane.uses {
      let labels: Labels = ["sender": lane.sender.text, "budget": use.name.word]
      metrics.gauge(
        "postrider_lane_budget_limit",
        "How many sends the budget lets out at once where none of it is used.", labels
      ).set(use.limit.map { Double($0) } ?? .infinity)
      metrics.gauge(
        "postrider_lane_budget_left", "How many sends the budget lets out now.", labels
      ).set(use.left.map { Double($0) } ?? .infinity)
      metrics.gauge(
        "postrider_lane_budget_free_seconds",
        "How long until the budget lets another send out; 0 where it does now, or where only an answer is missing.",
        labels
      ).set(use.freeIn?.seconds ?? 0)
      guard use.name != .inFlight else { continue }
      metrics.gauge(
        "postrider_lane_budget_rate",
        "How many sends a second the budget lets out in the long run.", labels
      ).set(use.perSecond ?? .infinity)
    }
  }

  /// What keeps the sends of a lane, and whose help it wants.
  func show(_ lanes: [LaneWaits]) {
    for lane in lanes {
      for (reason, count) in lane.counts {
        gauge(
          "postrider_lane_held", "Sends that wait in the lane, by what keeps them.",
          ["sender": lane.sender.text, "reason": reason.rawValue], count)
      }
      metrics.gauge(
        "postrider_lane_oldest_due_seconds",
        "How long the first send that waits in the lane has been due.",
        ["sender": lane.sender.text]
      ).set(lane.oldestDue.seconds)
      gauge(
        "postrider_dispatch_would_help",
        "1 while this worker does not keep up with the lane and another one would take work off it.",
        ["sender": lane.sender.text], lane.wantsHelp ? 1 : 0)
    }
  }

  private func gauge(_ name: String, _ help: String, _ labels: Labels, _ value: Int) {
    metrics.gauge(name, help, labels).set(Double(value))
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

extension AttemptResult {
  fileprivate static let words = [
    "accepted", "retry", "lane-stopped", "failed", "not-sent", "in-doubt", "decided",
  ]

  fileprivate var word: String {
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
