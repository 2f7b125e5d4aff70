package import Time

/// At most `limit` posts in any span of `interval`, wherever it starts. A slot is free again `interval`
/// plus a guard after its post; the guard covers what lies between our clock and the provider's door.
///
/// Posts are kept on a grid of about a thousandth of the interval, rounded up: a window of a million posts
/// stays small, and the rounding only ever holds back.
package struct SlidingWindow: Hashable, Sendable {
  package let limit: Int
  package let interval: Duration
  private let span: Int64
  private let step: Int64
  /// Oldest first.
  private var slots: [Slot] = []
  /// The sum of their counts.
  private var held = 0

  package static let guardSpan = Duration.milliseconds(25)

  private struct Slot: Hashable, Sendable {
    let tick: Int64
    var count: Int
  }

  package init(limit: Int, interval: Duration) {
    self.limit = limit
    self.interval = interval
    span = interval.microseconds + Self.guardSpan.microseconds
    step = max(1, interval.microseconds / 1024)
  }

  /// How many may go now.
  package func room(at now: Timestamp) -> Int {
    let used = self.used(at: now)
    return max(0, limit - used)
  }

  /// What is free again is the oldest, and mostly forgotten already.
  private func used(at now: Timestamp) -> Int {
    var used = held
    for slot in slots {
      guard !isTaken(slot, at: now) else { break }
      used -= slot.count
    }
    return used
  }

  /// The first moment with room for one beside those that are left to others, if nothing else is posted until then.
  package func nextRoom(after now: Timestamp, leaving others: Int = 0) -> Timestamp {
    var mustFree = used(at: now) + others - limit + 1
    guard mustFree > 0 else { return now }
    for slot in slots where isTaken(slot, at: now) {
      mustFree -= slot.count
      if mustFree <= 0 { return freeAgain(slot) }
    }
    return now
  }

  package mutating func take(_ count: Int = 1, at time: Timestamp) {
    guard count > 0 else { return }
    held += count
    let tick = tick(time)
    let index = slots.lastIndex { $0.tick <= tick }
    if let index, slots[index].tick == tick {
      slots[index].count += count
    } else {
      slots.insert(Slot(tick: tick, count: count), at: index.map { $0 + 1 } ?? 0)
    }
  }

  /// Takes back what did not happen after all, or happened at another time. Slots long free are gone, and
  /// nothing is left to give back then.
  package mutating func giveBack(_ count: Int = 1, takenAt time: Timestamp) {
    let tick = tick(time)
    guard let index = slots.firstIndex(where: { $0.tick == tick }) else { return }
    let part = min(count, slots[index].count)
    held -= part
    slots[index].count -= part
    if slots[index].count == 0 { slots.remove(at: index) }
  }

  /// The oldest posts happened then instead.
  mutating func moveOldest(_ count: Int, to time: Timestamp) {
    var left = count
    while left > 0, let first = slots.first {
      let part = min(left, first.count)
      slots[0].count -= part
      held -= part
      if slots[0].count == 0 { slots.removeFirst() }
      left -= part
    }
    take(count, at: time)
  }

  package mutating func forget(before now: Timestamp) {
    let stillTaken = slots.drop { !isTaken($0, at: now) }
    guard stillTaken.count < slots.count else { return }
    slots = Array(stillTaken)
    held = slots.reduce(0) { $0 + $1.count }
  }

  private func isTaken(_ slot: Slot, at now: Timestamp) -> Bool { freeAgain(slot) > now }

  private func freeAgain(_ slot: Slot) -> Timestamp {
    Timestamp(microseconds: slot.tick * step + span)
  }

  private func tick(_ time: Timestamp) -> Int64 {
    let (whole, rest) = time.microseconds.quotientAndRemainder(dividingBy: step)
    return rest > 0 ? whole + 1 : whole
  }

  // MARK: Kept form

  /// Written under another interval, the slots move to this one's grid, later rather than earlier.
  package init(limit: Int, interval: Duration, reading reader: inout ByteReader) throws(Unreadable)
  {
    self.init(limit: limit, interval: interval)
    let writtenStep = try reader.number()
    guard writtenStep > 0 else { throw Unreadable() }
    var tick: Int64 = 0
    for _ in 0..<(try reader.count()) {
      tick += try reader.number()
      let count = try reader.count()
      take(count, at: Timestamp(microseconds: tick * writtenStep))
    }
  }

  package func write(to writer: inout ByteWriter) {
    writer.number(step)
    writer.number(Int64(slots.count))
    var before: Int64 = 0
    for slot in slots {
      writer.number(slot.tick - before)
      writer.number(Int64(slot.count))
      before = slot.tick
    }
  }
}
