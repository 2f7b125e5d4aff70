package import Time

/// So many at once, then one per interval: what is borrowed from the future is paid back by waiting.
///
/// Kept as the one moment at which all that was borrowed is paid back. With 1 per 6 s and a burst of 45:
/// after 45 at once the next may go after 6 s, and another burst of 45 after 270 s.
package struct TokenBucket: Hashable, Sendable {
  package let rate: Rate
  package private(set) var paidBack: Timestamp
  private let guardSpan: Duration

  /// `guardSpan`: how long the way to whoever judges may take at most; nothing where this clock is the judge.
  package init(
    _ rate: Rate, paidBack: Timestamp = .distantPast, guardSpan: Duration = SlidingWindow.guardSpan
  ) {
    self.rate = rate
    self.paidBack = paidBack
    self.guardSpan = guardSpan
  }

  private var perPost: Duration { rate.interval / rate.count }

  package func nextRoom(after now: Timestamp) -> Timestamp {
    guard paidBack > .distantPast else { return now }
    return max(now, paidBack - perPost * (rate.burst - 1) + guardSpan)
  }

  package func room(at now: Timestamp) -> Int {
    guard paidBack > now else { return rate.burst }
    let perPost = perPost.microseconds
    let owed = (paidBack - now + guardSpan).microseconds
    return max(0, rate.burst - Int((owed + perPost - 1) / perPost))
  }

  package mutating func take(_ count: Int = 1, at time: Timestamp) {
    paidBack = max(paidBack, time) + perPost * count
  }
}
