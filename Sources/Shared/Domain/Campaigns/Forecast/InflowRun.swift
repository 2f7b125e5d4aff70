internal import Time

/// What comes in from elsewhere, in virtual time.
struct InflowRun {
  private let rate: Rate
  private var last: Timestamp
  /// In parts of the interval.
  private var part: Int64 = 0
  private(set) var waiting = 0

  init?(_ rate: Rate?, now: Timestamp) {
    guard let rate, rate.count > 0 else { return nil }
    (self.rate, last) = (rate, now)
  }

  /// A pause in which that many could go on their own is no reason that they wait now. Answers how many of them went.
  mutating func pass(to now: Timestamp, lane: Rate?) -> Int {
    let span = min((now - last).microseconds, DailyLimit.length.microseconds)
    last = now
    let interval = rate.interval.microseconds
    part += span * Int64(rate.count)
    waiting += Int(part / interval)
    part %= interval
    let pause = max(1_000_000, 2 * (lane?.interval.microseconds ?? 0))
    guard span > pause else { return 0 }
    let could = lane.map { Int(span / $0.interval.microseconds) * $0.count } ?? waiting
    let gone = min(waiting, could)
    waiting -= gone
    return gone
  }

  mutating func take(_ count: Int) { waiting -= count }
}
