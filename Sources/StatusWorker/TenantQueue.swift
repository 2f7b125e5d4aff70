internal import Domain
internal import HTTP
internal import SendStore
internal import Time

/// What is known of one tenant's action: what is under way, what may go now. Knows no I/O.
struct TenantQueue {
  private(set) var flying: [Int64: ClaimedDelivery] = [:]
  private var breaker = CircuitBreaker()
  private var bucket: TokenBucket?

  static let hostCap = Duration.seconds(30)
  static let patience = Duration.seconds(24 * 3600)
  private static let backoff = Backoff(base: .seconds(5), cap: .seconds(3600))

  init(_ rate: Rate?) { bucket = rate.map { TokenBucket($0, guardSpan: .zero) } }

  enum Verdict: Hashable {
    case delivered
    case again(after: Duration)
    case dead(because: String)
    /// Nobody could do better with it later.
    case dropped(because: String)
  }

  mutating func apply(_ rate: Rate?) {
    if bucket?.rate != rate { bucket = rate.map { TokenBucket($0, guardSpan: .zero) } }
  }

  /// How many may go now.
  func room(of inFlight: Int, at now: Timestamp) -> Int {
    let free = inFlight - flying.count
    return max(
      0, min(free, breaker.room(at: now) ?? free, bucket.map { $0.room(at: now) } ?? free))
  }

  mutating func take(_ delivery: ClaimedDelivery, at now: Timestamp) {
    if breaker.room(at: now) != nil { breaker.beginProbe() }
    bucket?.take(at: now)
    flying[delivery.number] = delivery
  }

  /// True where it is under way already, under an older claim.
  mutating func renew(_ delivery: ClaimedDelivery) -> Bool {
    guard flying[delivery.number] != nil else { return false }
    flying[delivery.number] = delivery
    return true
  }

  /// One that is judged elsewhere, by the host that it went to.
  mutating func land(_ delivery: ClaimedDelivery) { flying[delivery.number] = nil }

  /// A host that is down is spared by the breaker, so its deliveries need no long wait of their own.
  mutating func settle(
    _ delivery: ClaimedDelivery, _ outcome: HTTPOutcome, at now: Timestamp
  ) -> Verdict {
    flying[delivery.number] = nil
    let wait = Self.backoff.ceiling(failures: delivery.tries + 1)
    guard case .answered(let answer) = outcome else {
      guard outcome.hostFailure != nil else {
        breaker.dropProbe()
        return .again(after: .seconds(1))
      }
      breaker.failed(at: now)
      return verdict(delivery, min(wait, Self.hostCap), "no answer came", at: now)
    }
    if answer.status >= 500 { breaker.failed(at: now) } else { breaker.succeeded() }
    switch answer.status {
    case 200..<300: return .delivered
    case 410: return .dead(because: "the address answered 410: it wants no more")
    case 500...:
      return verdict(
        delivery, min(wait, Self.hostCap), "the address answered \(answer.status)", at: now)
    default: return verdict(delivery, wait, "the address answered \(answer.status)", at: now)
    }
  }

  private func verdict(
    _ delivery: ClaimedDelivery, _ wait: Duration, _ reason: String, at now: Timestamp
  ) -> Verdict {
    now - delivery.created >= Self.patience
      ? .dead(because: "\(reason), for a day") : .again(after: wait)
  }
}
