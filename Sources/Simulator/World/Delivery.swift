internal import HTTP
internal import Time

/// One callback or webhook on its way, and what its caller does when it is not taken.
struct Delivery: Sendable {
  enum Kind: Sendable {
    case twilio(CallOverrides)
    case meta
    case verification
  }

  var call: HTTPCall
  let kind: Kind
  let began: Int64
  let updates: Int
  var tries = 0
  /// A connection that died before it carried anything is no failure of the other side.
  var staleConnections = 0
  /// Answers that wait for this callback.
  var releases: [Int] = []
}

/// What stands behind the `#` of a Twilio callback URL: `rc=5&rp=all&ct=2000&rt=3000&tt=15000`.
struct CallOverrides: Sendable, Equatable {
  var retries = 1
  var policy: Set<String> = ["ct"]
  var connect: Int64 = 5000
  var read: Int64 = 15000
  var total: Int64 = 15000

  init() {}

  init(fragment: some StringProtocol) {
    for pair in String(fragment).split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { continue }
      switch parts[0] {
      case "rc": set(&retries, parts[1], 0...5)
      case "ct": set(&connect, parts[1], 100...10000)
      case "rt": set(&read, parts[1], 100...15000)
      case "tt": set(&total, parts[1], 100...15000)
      case "rp": policy = Set(String(parts[1]).split(separator: ",").map(String.init))
      default: break
      }
    }
  }

  private func set<Number: FixedWidthInteger>(
    _ target: inout Number, _ text: some StringProtocol, _ range: ClosedRange<Number>
  ) {
    if let number = Number(String(text)), range.contains(number) { target = number }
  }

  func repeats(_ failure: CallFailure) -> Bool {
    policy.contains("all") || policy.contains(failure.rawValue)
  }
}

enum CallFailure: String, Sendable {
  case connect = "ct"
  case read = "rt"
  case refused = "4xx"
  case broken = "5xx"

  /// nil where it was answered with 2xx or 3xx.
  init?(_ outcome: HTTPOutcome) {
    switch outcome {
    case .answered(let answer):
      switch answer.status {
      case ..<400: return nil
      case 400..<500: self = .refused
      default: self = .broken
      }
    case .notSent: self = .connect
    case .unknown: self = .read
    }
  }
}

extension World {
  mutating func completed(_ delivery: Delivery, _ outcome: HTTPOutcome, at now: Int64) {
    for serial in delivery.releases { release(serial, at: now) }
    switch delivery.kind {
    case .twilio(let overrides):
      totals.twilio.note(outcome, delivery, isTaken: CallFailure(outcome) == nil, at: now)
      repeatTwilio(delivery, overrides, outcome, at: now)
    case .meta:
      let isTaken = if case .answered(let answer) = outcome { answer.status == 200 } else { false }
      totals.meta.note(outcome, delivery, isTaken: isTaken, at: now)
      if !isTaken { repeatMeta(delivery, outcome, at: now) }
    case .verification:
      totals.meta.note(outcome, delivery, isTaken: CallFailure(outcome) == nil, at: now)
    }
  }

  private mutating func repeatTwilio(
    _ delivery: Delivery, _ overrides: CallOverrides, _ outcome: HTTPOutcome, at now: Int64
  ) {
    guard let failure = CallFailure(outcome), !repeatOnFreshConnection(delivery, outcome, at: now)
    else { return }
    var next = delivery
    next.tries += 1
    next.releases = []
    let rest = overrides.total - (now - delivery.began) / 1000
    guard next.tries <= overrides.retries, overrides.repeats(failure), rest > 0 else {
      totals.twilio.givenUp += 1
      return
    }
    next.call.totalTimeout = .milliseconds(min(rest, overrides.connect + overrides.read))
    totals.twilio.retried += 1
    effects.append(.deliver(next))
  }

  private mutating func repeatMeta(_ delivery: Delivery, _ outcome: HTTPOutcome, at now: Int64) {
    guard !repeatOnFreshConnection(delivery, outcome, at: now) else { return }
    let delays = settings.life.webhookRetries
    let delay = delays[min(delivery.tries, delays.count - 1)].microseconds
    guard now + delay - delivery.began <= settings.life.webhookExpiry.microseconds,
      waitingWebhooks < settings.life.webhookBacklog
    else {
      totals.meta.givenUp += 1
      return
    }
    var next = delivery
    next.tries += 1
    next.releases = []
    totals.meta.retried += 1
    waitingWebhooks += 1
    effects.append(.at(now + delay, .deliver(next)))
  }

  private mutating func repeatOnFreshConnection(
    _ delivery: Delivery, _ outcome: HTTPOutcome, at now: Int64
  ) -> Bool {
    guard case .unknown(.repetitionRefused, _) = outcome, delivery.staleConnections < 3 else {
      return false
    }
    var next = delivery
    next.staleConnections += 1
    next.releases = []
    effects.append(.deliver(next))
    return true
  }
}

extension CallbackRecord {
  mutating func note(
    _ outcome: HTTPOutcome, _ delivery: Delivery, isTaken: Bool, at now: Int64
  ) {
    let text: String
    switch outcome {
    case .answered(let answer):
      text = String(answer.status)
      if !isTaken { refused[answer.status, default: 0] += 1 }
    case .notSent(let reason):
      text = "not reached: \(reason)"
      notReached += 1
    case .unknown(let reason, _):
      text = "no answer: \(reason)"
      unanswered += 1
    }
    if isTaken {
      answered += 1
      updatesAnswered += delivery.updates
    }
    if lastAnswers.count >= Totals.samplesKept { lastAnswers.removeFirst() }
    lastAnswers.append(Totals.Sample(at: now, text: text))
  }
}
