package import Time

/// A token bucket whose posts are planned before they happen: each counts at the latest time at which it can
/// still go, until it is known when it went.
package struct PlannedBucket: Hashable, Sendable {
  private var settled: TokenBucket
  /// In the order of their times.
  private var planned: [Plan] = []

  private struct Plan: Hashable, Sendable {
    let at: Timestamp
    var count: Int
  }

  /// No answer comes so late that its post could still be put right.
  private static let patience = Duration.seconds(300)

  package init(_ rate: Rate) { settled = TokenBucket(rate) }

  package func room(at now: Timestamp) -> Int { spent.room(at: now) }
  package func nextRoom(after now: Timestamp) -> Timestamp { spent.nextRoom(after: now) }

  private var spent: TokenBucket {
    planned.reduce(into: settled) { $0.take($1.count, at: $1.at) }
  }

  package mutating func take(_ count: Int, at time: Timestamp) {
    guard count > 0 else { return }
    let place = planned.lastIndex { $0.at <= time }
    if let place, planned[place].at == time {
      planned[place].count += count
    } else {
      planned.insert(Plan(at: time, count: count), at: place.map { $0 + 1 } ?? 0)
    }
  }

  package mutating func settle(_ count: Int = 1, plannedAt time: Timestamp, actual: Timestamp) {
    let settling = remove(count, plannedAt: time)
    if settling > 0 { settled.take(settling, at: actual) }
  }

  /// False where nothing is planned then.
  @discardableResult
  package mutating func giveBack(plannedAt time: Timestamp) -> Bool {
    remove(1, plannedAt: time) > 0
  }

  /// How many of them were planned then.
  private mutating func remove(_ count: Int, plannedAt time: Timestamp) -> Int {
    guard let place = planned.firstIndex(where: { $0.at == time }) else { return 0 }
    let part = min(count, planned[place].count)
    planned[place].count -= part
    if planned[place].count == 0 { planned.remove(at: place) }
    return part
  }

  /// What nobody put right counts as planned for good.
  package mutating func forget(before now: Timestamp) {
    while let first = planned.first, first.at + Self.patience < now {
      settled.take(first.count, at: first.at)
      planned.removeFirst()
    }
  }

  // MARK: Kept form

  package init(_ rate: Rate, reading reader: inout ByteReader) throws(Unreadable) {
    let paidBack = Timestamp(microseconds: try reader.number())
    settled = TokenBucket(rate, paidBack: paidBack)
    var at: Int64 = 0
    for _ in 0..<(try reader.count()) {
      at += try reader.number()
      planned.append(Plan(at: Timestamp(microseconds: at), count: try reader.count()))
    }
  }

  package func write(to writer: inout ByteWriter) {
    writer.number(settled.paidBack.microseconds)
    writer.number(Int64(planned.count))
    var before: Int64 = 0
    for plan in planned {
      writer.number(plan.at.microseconds - before)
      writer.number(Int64(plan.count))
      before = plan.at.microseconds
    }
  }
}
