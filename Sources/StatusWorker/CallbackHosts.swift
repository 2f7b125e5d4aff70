internal import Domain
internal import HTTP
internal import Providers
internal import Time

/// Which hosts of status callbacks do not answer: each has a breaker of its own, so that the receivers of one account do
/// not wait for each other. Knows no I/O.
struct CallbackHosts {
  private var breakers: [String: CircuitBreaker] = [:]

  /// Hosts come from those who send: what is forgotten here is tried once more, no worse.
  static let most = 1000

  /// nil where one may be called now.
  func wait(for host: String, at now: Timestamp) -> Duration? {
    guard let breaker = breakers[host], breaker.room(at: now) == 0 else { return nil }
    if case .open(let until) = breaker.state(at: now) { return max(until - now, Self.shortest) }
    return Self.shortest
  }

  private static let shortest = Duration.seconds(1)

  mutating func begin(_ host: String, at now: Timestamp) {
    if breakers[host]?.room(at: now) != nil { breakers[host]?.beginProbe() }
  }

  mutating func settle(_ host: String, _ outcome: HTTPOutcome, at now: Timestamp) {
    if case .answered(let answer) = outcome, answer.status < 500 {
      breakers[host] = nil
    } else if case .answered = outcome {
      failed(host, at: now)
    } else if outcome.hostFailure != nil {
      failed(host, at: now)
    } else {
      breakers[host]?.dropProbe()
    }
  }

  private mutating func failed(_ host: String, at now: Timestamp) {
    if breakers[host] == nil, breakers.count >= Self.most {
      let idle = breakers.first { $0.value.room(at: now) == nil } ?? breakers.first
      if let idle { breakers[idle.key] = nil }
    }
    breakers[host, default: CircuitBreaker()].failed(at: now)
  }
}

extension CallbackOverrides.Failure {
  /// nil where it was taken, and for what was not tried.
  init?(_ outcome: HTTPOutcome) {
    switch outcome {
    case .answered(let answer):
      switch answer.status {
      case ..<400: return nil
      case 400..<500: self = .refused
      default: self = .broken
      }
    case .notSent(let reason):
      guard reason.hostFailure != nil else { return nil }
      self = .connection
    case .unknown(let reason, _):
      guard reason.hostFailure != nil else { return nil }
      self = .reading
    }
  }
}
