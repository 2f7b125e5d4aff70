internal import Domain
internal import Platform
package import Time

/// The truth about every send: what was taken in, where it stands, what each lane may still spend. SQLite
/// on one machine, PostgreSQL when scaled out; the rules are the same, written once over both.
///
/// Every call blocks, so it belongs on a thread of its own. Hot paths take batches.
package final class SendStore: Sendable {
  let engine: any Engine
  let catalog = Locked(LaneCatalog())
  let flows = Locked<[FlowName: Int64]>([:])
  let keys = Locked(KeyBlock())

  package convenience init(_ location: StoreLocation) throws(StoreError) {
    switch location {
    case .sqlite(let path, let clock):
      self.init(try SQLiteEngine(path: path, clock: clock))
    case .postgres(let url, let clock):
      self.init(try PostgresEngine(url: url, manualClock: clock))
    }
  }

  private init(_ engine: any Engine) { self.engine = engine }

  package func close() { engine.close() }

  /// The time that budgets and leases live by.
  package func now() throws(StoreError) -> Timestamp { try clock().now }

  /// The same, beside the calendar.
  package func clock() throws(StoreError) -> ClockReading {
    try engine.read { transaction throws(StoreError) in try transaction.clock() }
  }
}

package enum StoreLocation: Sendable {
  case sqlite(path: String, clock: StoreClock = .system)
  /// A libpq connection string; the clock is the server's unless a test brings its own.
  case postgres(url: String, clock: (@Sendable () -> Timestamp)? = nil)
}

/// Keys reserved for new sends. Those left over at a crash are lost, which harms nobody.
struct KeyBlock {
  static let size = 1000

  private var next: Int64 = 0
  private var left = 0

  init() {}

  init(last: Int64, count: Int) {
    next = last - Int64(count) + 1
    left = count
  }

  /// The first of so many in a row, if they are there.
  mutating func take(_ count: Int) -> Int64? {
    guard count <= left else { return nil }
    defer {
      next += Int64(count)
      left -= count
    }
    return next
  }
}
