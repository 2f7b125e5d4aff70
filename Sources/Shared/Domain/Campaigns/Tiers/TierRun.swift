internal import Time

/// A portfolio in virtual time, from one moment at which more may go to the next.
struct TierRun {
  private let input: TierPlan.Input
  private let mayRise: Bool
  private var now: Timestamp
  private var limit: Int?
  private var left: Int
  /// When the level that is earned is there.
  private var risesAt: Timestamp?
  private(set) var waves: [TierPlan.Wave] = []
  private(set) var rises: [TierPlan.Rise] = []

  /// A level that is earned is there within that time.
  static let patience = Duration.seconds(6 * 3600)
  private static let day = DailyLimit.length

  init(_ input: TierPlan.Input, mayRise: Bool) {
    (self.input, self.mayRise) = (input, mayRise)
    (now, limit, left) = (input.now, input.limit, input.audience)
  }

  var finish: Timestamp? { left == 0 ? waves.last?.at ?? input.now : nil }

  /// How many more people would have to be written to in time for the next level; nil where it is earned.
  var missing: Int? {
    guard mayRise, left == 0, risesAt == nil, let limit else { return nil }
    let way = input.ladder.way(from: limit)
    return max(0, way.need(at: limit) - used(inDays: way.days))
  }

  mutating func go() {
    earn()
    while left > 0, now < input.now + ForecastRun.horizon {
      rise()
      send()
      earn()
      guard let next, left > 0 else { break }
      now = next
    }
    // What the last of them has earned comes all the same.
    if let risesAt {
      now = max(now, risesAt)
      rise()
    }
  }

  private mutating func send() {
    let room = limit.map { max(0, $0 - input.reserve - usedToday) } ?? left
    let count = min(room, left)
    guard count > 0 else { return }
    waves.append(TierPlan.Wave(at: now, count: count, limit: limit))
    left -= count
  }

  private mutating func rise() {
    guard let earned = risesAt, earned <= now, let before = limit else { return }
    limit = input.ladder.next(after: before)
    rises.append(TierPlan.Rise(at: earned, limit: limit))
    risesAt = nil
  }

  private mutating func earn() {
    guard mayRise, risesAt == nil, let limit else { return }
    let way = input.ladder.way(from: limit)
    if used(inDays: way.days) >= way.need(at: limit) { risesAt = now + Self.patience }
  }

  /// What was sent before the plan began comes back a day later at the latest.
  private var usedToday: Int {
    let before = now < input.now + Self.day ? input.used.last ?? 0 : 0
    return before + sent(since: now - Self.day)
  }

  /// Of a day before the plan began nobody knows the hour: it counts as its beginning.
  private func used(inDays days: Int) -> Int {
    let from = now - Self.day * days
    let before = input.used.reversed().enumerated().reduce(0) { sum, day in
      input.now - Self.day * (day.offset + 1) >= from ? sum + day.element : sum
    }
    return before + sent(since: from)
  }

  private func sent(since from: Timestamp) -> Int {
    var sum = 0
    for wave in waves.reversed() {
      guard wave.at > from else { break }
      sum += wave.count
    }
    return sum
  }

  private var next: Timestamp? {
    let back = waves.reversed().prefix { $0.at + Self.day > now }.last.map { $0.at + Self.day }
    let first = (input.used.last ?? 0) > 0 ? input.now + Self.day : nil
    return [risesAt, back, first].compactMap(\.self).filter { $0 > now }.min()
  }
}
