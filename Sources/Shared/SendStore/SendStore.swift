internal import Domain
internal import Platform
package import Store
package import Telemetry
package import Time

/// The truth about every send: what was taken in, where it stands, what each lane may still spend. SQLite
/// on one machine, PostgreSQL when scaled out; the rules are the same, written once over both.
///
/// Every call blocks, so it belongs on a thread of its own. Hot paths take batches.
///
/// **The order of locks.** PostgreSQL locks rows, so transactions that need several must not wait for each other in a
/// ring. They lock kind by kind, and rows of one kind by their keys:
///
///     intents, sends, lanes, flows
///
/// A lane is what everybody wants who sends through it, so it is held last and for the shortest: a record first waits for
/// its sends, which callbacks may hold, and writes them. Of several who want to end an intent, whoever deletes it goes on,
/// and the others find it gone. A claim has its lane group and its lane from the beginning, as it judges by them; it waits
/// for no send, but passes over those that are locked (SKIP LOCKED). Only a claim that ends the intents of its
/// predecessors waits for sends while it has a lane. It may meet a record that wants the lane; PostgreSQL ends one of the
/// two, and it runs again. On SQLite writers take turns, and there is nothing to order.
package final class SendStore: Sendable {
  let engine: any Engine
  let catalog = Locked(LaneCatalog())
  let flows = Locked<[FlowName: FlowKey]>([:])
  let keys = Locked(KeyBlock())
  let claimNumbers = Locked(ClaimNumbers())
  let acknowledged = Locked(AcknowledgedStamps())
  let budgetClocks = Locked<[GroupKey: BudgetClock]>([:])
  /// The lease under which each lane was found free of what owners before had left.
  let swept = Locked<[LaneKey: Lease]>([:])

  package convenience init(_ location: StoreLocation) throws(StoreError) {
    self.init(try location.open(Self.nouns))
  }

  /// On a store that others share; it was opened with `nouns` among those that it keeps.
  package init(_ engine: any Engine) { self.engine = engine }

  package func close() { engine.close() }

  /// Another number after each commit of anybody's; nil where only a look can tell.
  package func changeMark() throws(StoreError) -> Int64? { try engine.changeMark() }

  /// Tells from now on how long its transactions take.
  package func show(in metrics: Metrics) { engine.times.show(in: metrics) }

  /// The time that budgets and leases live by.
  package func now() throws(StoreError) -> Timestamp { try clock().now }

  /// The same, beside the calendar.
  package func clock() throws(StoreError) -> ClockReading {
    try engine.read { transaction throws(StoreError) in try transaction.clock() }
  }
}

/// A worker's claims, counted from 1.
struct ClaimNumbers {
  private var last: Int64 = 0

  mutating func next() -> Int64 {
    last += 1
    return last
  }
}

/// What the store has told this process that it has written of each lane. A store that has less, within one
/// generation, has lost commits: it came back from a copy that was behind.
struct AcknowledgedStamps: Sendable {
  private var generation: Int64 = 0
  private var stamps: [LaneKey: Int64] = [:]

  init() {}

  init(generation: Int64, _ lane: LaneKey, _ stamp: Int64) {
    self.generation = generation
    stamps = [lane: stamp]
  }

  /// Answers may come out of order, so a lower number changes nothing.
  mutating func note(_ told: AcknowledgedStamps) {
    if told.generation != generation { self = AcknowledgedStamps(generation: told.generation) }
    stamps.merge(told.stamps) { max($0, $1) }
  }

  /// Of a lane that `found` knows.
  func exceed(_ found: AcknowledgedStamps) -> Bool {
    found.generation == generation && found.stamps.contains { stamps[$0.key] ?? 0 > $0.value }
  }

  private init(generation: Int64) { self.generation = generation }
}

/// Keys reserved for new sends. Those left over at a crash are lost, which harms nobody.
struct KeyBlock {
  static let size = 1000

  private var next = SendKey(0)
  private var left = 0

  init() {}

  init(last: SendKey, count: Int) {
    next = last.following(1 - count)
    left = count
  }

  /// The first of so many in a row, if they are there.
  mutating func take(_ count: Int) -> SendKey? {
    guard count <= left else { return nil }
    defer {
      next = next.following(count)
      left -= count
    }
    return next
  }
}

extension SendKey {
  /// Sends that come together have keys in a row.
  func following(_ count: Int) -> SendKey { SendKey(value + Int64(count)) }
}
