internal import Time

/// One sliding limit as a provider keeps it. Every arrival's time is kept for as long as the span, so that
/// the worst window is exact and not an estimate; a day of a million messages is 16 MB.
struct Door: Sendable {
  let name: String
  let limit: Int
  let span: Int64
  private(set) var arrivals = 0
  private(set) var violations = 0
  private(set) var worst = 0
  private(set) var worstAt: Int64 = 0
  private var all = TimeQueue()
  private var passed = TimeQueue()

  init(name: String, limit: Int, span: Int64) {
    self.name = name
    self.limit = limit
    self.span = span
  }

  /// When the next one that was refused would pass.
  var opensAt: Int64? { passed.first.map { $0 + span } }

  /// Whether one more is within the limit. A refused one takes no place in it, yet is counted as having
  /// arrived. What came exactly one span ago is outside the window.
  mutating func arrive(at time: Int64) -> Bool {
    arrivals += 1
    all.drop(through: time - span)
    all.append(time)
    if all.count > worst { (worst, worstAt) = (all.count, time) }
    passed.drop(through: time - span)
    guard passed.count < limit else {
      violations += 1
      return false
    }
    passed.append(time)
    return true
  }
}

/// Times in the order they came; the old end is let go in large pieces.
struct TimeQueue: Sendable {
  private var times: [Int64] = []
  private var head = 0

  var count: Int { times.count - head }
  var first: Int64? { head < times.count ? times[head] : nil }

  mutating func append(_ time: Int64) { times.append(time) }

  mutating func drop(through time: Int64) {
    while head < times.count, times[head] <= time { head += 1 }
    guard head > 4096, head > times.count / 2 else { return }
    times.removeFirst(head)
    head = 0
  }
}

/// A rate that may be borrowed from the time to come: after a burst of n the debt takes n spans to go.
struct BurstDoor: Sendable {
  let burst: Int
  let span: Int64

  init(_ rate: Rate) {
    burst = rate.burst ?? rate.count
    span = rate.span.microseconds / Int64(rate.count)
  }

  /// How many are owed with this one; it passes if that is no more than the burst. `debtEnds` moves on only
  /// when it passes.
  func arrive(at time: Int64, debtEnds: inout Int64) -> (owed: Int, passes: Bool) {
    let end = max(debtEnds, time) + span
    let owed = Int((end - time + span - 1) / span)
    guard owed <= burst else { return (owed, false) }
    debtEnds = end
    return (owed, true)
  }
}

/// Distinct recipients of any 24 hours.
struct RecipientDoor: Sendable {
  var limit: Int
  private(set) var arrivals = 0
  private(set) var violations = 0
  private(set) var worst = 0
  private var last: [Int32: Int64] = [:]
  private var order: [(time: Int64, person: Int32)] = []
  private var head = 0

  static let span: Int64 = 86_400_000_000

  init(limit: Int) { self.limit = limit }

  mutating func arrive(_ person: Int32, at time: Int64) -> Bool {
    arrivals += 1
    forget(through: time - Self.span)
    let isNew = last[person] == nil
    worst = max(worst, last.count + (isNew ? 1 : 0))
    if isNew, last.count >= limit {
      violations += 1
      return false
    }
    last[person] = time
    order.append((time, person))
    return true
  }

  private mutating func forget(through time: Int64) {
    while head < order.count, order[head].time <= time {
      let old = order[head]
      if last[old.person] == old.time { last[old.person] = nil }
      head += 1
    }
    guard head > 4096, head > order.count / 2 else { return }
    order.removeFirst(head)
    head = 0
  }
}
