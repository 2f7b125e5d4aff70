package import Time

/// What a lane has spent of its own budget.
package struct LaneBudget: Hashable, Sendable {
  package var window: SlidingWindow?
  package var bucket: PlannedBucket?
  package var daily: SlidingWindow?

  package init(_ budget: Budget) {
    if let rate = budget.rate {
      // A burst above the rate is borrowed from the future, so no window of the interval can hold it.
      if rate.burst <= rate.count {
        window = SlidingWindow(limit: rate.count, interval: rate.interval)
      }
      if rate.burst != rate.count { bucket = PlannedBucket(rate) }
    }
    if case .messages(let limit) = budget.daily {
      daily = SlidingWindow(limit: limit, interval: DailyLimit.length)
    }
  }

  /// Reads what was kept, under the limits of today's settings.
  package init(_ budget: Budget, kept bytes: [UInt8]) throws(Unreadable) {
    self.init(budget)
    guard !bytes.isEmpty else { return }
    var reader = ByteReader(bytes)
    guard try reader.number() == Self.form else { throw Unreadable() }
    let keptWindow = try Self.read(&reader, as: budget.rate.map { ($0.count, $0.interval) })
    // Without a rate that bursts it is read past.
    let keptBucket = try PlannedBucket(
      budget.rate ?? Rate(1, per: .seconds(1)), reading: &reader)
    let keptDaily = try Self.read(&reader, as: daily.map { ($0.limit, $0.interval) })
    if window != nil { window = keptWindow ?? window }
    if bucket != nil { bucket = keptBucket }
    if daily != nil { daily = keptDaily ?? daily }
  }

  package var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.number(Self.form)
    Self.write(window, &writer)
    (bucket ?? PlannedBucket(Rate(1, per: .seconds(1)))).write(to: &writer)
    Self.write(daily, &writer)
    return writer.bytes
  }

  package func room(at now: Timestamp) -> Int {
    [window?.room(at: now), bucket?.room(at: now), daily?.room(at: now)]
      .compactMap(\.self).min() ?? .max
  }

  /// What holds the lane longest, and until when.
  package func hold(at now: Timestamp) -> (until: Timestamp, by: BudgetName)? {
    holds(at: now).max { $0.until < $1.until }
  }

  func holds(at now: Timestamp) -> [(until: Timestamp, by: BudgetName)] {
    let holds: [(until: Timestamp, by: BudgetName)?] = [
      window.map { ($0.nextRoom(after: now), .rate) },
      bucket.map { ($0.nextRoom(after: now), .rate) },
      daily.map { ($0.nextRoom(after: now), .daily) },
    ]
    return holds.compactMap(\.self).filter { $0.until > now }
  }

  package mutating func take(_ count: Int, at time: Timestamp) {
    window?.take(count, at: time)
    bucket?.take(count, at: time)
    daily?.take(count, at: time)
  }

  /// The post that was counted at `planned` happened at `actual`. Only the rate is put right: to a day,
  /// the seconds between are nothing.
  package mutating func settle(
    _ count: Int = 1, plannedAt planned: Timestamp, actual: Timestamp
  ) {
    window?.giveBack(count, takenAt: planned)
    window?.take(count, at: actual)
    bucket?.settle(count, plannedAt: planned, actual: actual)
  }

  package mutating func giveBack(plannedAt planned: Timestamp) {
    window?.giveBack(takenAt: planned)
    bucket?.giveBack(plannedAt: planned)
    daily?.giveBack(takenAt: planned)
  }

  package mutating func forget(before now: Timestamp) {
    window?.forget(before: now)
    bucket?.forget(before: now)
    daily?.forget(before: now)
  }

  private static let form: Int64 = 2

  private static func write(_ window: SlidingWindow?, _ writer: inout ByteWriter) {
    writer.number(window == nil ? 0 : 1)
    window?.write(to: &writer)
  }

  /// A window that today's settings do not have is read past.
  private static func read(
    _ reader: inout ByteReader, as limit: (count: Int, interval: Duration)?
  ) throws(Unreadable) -> SlidingWindow? {
    guard try reader.number() == 1 else { return nil }
    let (count, interval) = limit ?? (1, .seconds(1))
    let window = try SlidingWindow(limit: count, interval: interval, reading: &reader)
    return limit == nil ? nil : window
  }
}

package enum BudgetName: String, Hashable, Sendable { case rate, daily, pair, inFlight, recipients }

/// The distinct recipients that the lanes of one group wrote to in the last 24 hours, as times: whose
/// they are stands beside each recipient.
package struct RecipientBudget: Hashable, Sendable {
  private var window: SlidingWindow

  package init(limit: Int) { window = SlidingWindow(limit: limit, interval: DailyLimit.length) }

  package init(limit: Int, kept bytes: [UInt8]) throws(Unreadable) {
    self.init(limit: limit)
    guard !bytes.isEmpty else { return }
    var reader = ByteReader(bytes)
    window = try SlidingWindow(limit: limit, interval: DailyLimit.length, reading: &reader)
  }

  package var bytes: [UInt8] {
    var writer = ByteWriter()
    window.write(to: &writer)
    return writer.bytes
  }

  package func room(at now: Timestamp) -> Int { window.room(at: now) }
  package func nextRoom(after now: Timestamp) -> Timestamp { window.nextRoom(after: now) }

  var limit: Int { window.limit }

  /// The first moment with room for one beside those that are left to others.
  func nextRoom(after now: Timestamp, leaving others: Int) -> Timestamp {
    window.nextRoom(after: now, leaving: others)
  }

  /// Counts so many that do not count yet.
  mutating func count(_ people: Int, at time: Timestamp) { window.take(people, at: time) }

  /// Counts so many that count already, and whose times are not known: the oldest.
  mutating func recount(_ people: Int, at time: Timestamp) {
    window.moveOldest(people, to: time)
  }

  /// Counts a recipient from `time` on; one who counts already moves there.
  package mutating func count(lastCounted: Timestamp?, at time: Timestamp) {
    if let lastCounted { window.giveBack(takenAt: lastCounted) }
    window.take(at: time)
  }

  package static func stillCounts(_ lastCounted: Timestamp?, at now: Timestamp) -> Bool {
    guard let lastCounted else { return false }
    // One step of the grid later than the recipient's own slot is free, never earlier.
    return now < lastCounted + DailyLimit.length
  }

  package mutating func forget(before now: Timestamp) { window.forget(before: now) }
}
