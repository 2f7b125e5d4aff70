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
  private let lanes = Locked<[SenderID: ShownLane]>([:])

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
    let held: Counter
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
      held = metrics.counter(
        "postrider_sends_held_total",
        "Sends that the provider took and does not send yet, since it judges their template.",
        ["sender": sender.text])
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

  /// One for each send that its provider holds.
  func held(_ senders: [SenderID]) {
    for (sender, count) in Dictionary(senders.map { ($0, 1) }, uniquingKeysWith: +) {
      of(sender).held.add(count)
    }
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

  private struct ShownLane: Sendable {
    let gauges: LaneGauges
    var budgets: [BudgetName: BudgetGauges] = [:]
  }

  func show(_ lanes: [LaneStatus]) {
    for lane in lanes {
      _ = of(lane.sender)
      self.lanes.withLock { known in
        let gauges = known[lane.sender]?.gauges ?? LaneGauges(lane.sender, metrics)
        gauges.show(lane, &known[lane.sender, default: ShownLane(gauges: gauges)].budgets)
      }
    }
  }

  /// Of lanes that were shown.
  func show(_ waits: [WaitingCounts]) {
    let known = lanes.withLock { $0 }
    for waits in waits { known[waits.sender]?.gauges.show(waits) }
  }
}

extension AttemptResult {
  fileprivate static let words = [
    "accepted", "retry", "lane-stopped", "failed", "not-sent", "in-doubt", "decided",
  ]

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
