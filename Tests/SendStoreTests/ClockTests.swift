import Domain
import Platform
import Postgres
import SQLite
import SendStore
import TestSupport
import Testing
import Time

@testable import Store

@Suite struct ClockTests {
  /// A machine whose calendar a test may set.
  final class Machine: Sendable {
    private struct State {
      var running: Int64 = 1_000_000_000
      var calendar: Int64 = 1_800_000_000_000_000
    }

    private let state = Locked(State())
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    var file: String { folder.file("store.db") }

    func pass(_ span: Duration) {
      state.withLock {
        $0.running += span.microseconds
        $0.calendar += span.microseconds
      }
    }

    func setCalendar(by span: Duration) { state.withLock { $0.calendar += span.microseconds } }

    func open(boot: String = "a") throws -> SendStore {
      let clock = StoreClock(
        running: { self.state.withLock { $0.running } },
        calendar: { self.state.withLock { $0.calendar } }, boot: boot)
      return try SendStore(.sqlite(path: file, clock: clock))
    }
  }

  @Test(
    "time goes on from an anchor, at most a twentieth faster or slower, until it meets the calendar",
    arguments: [
      (gap: 0, passed: 0, time: 0.0), (gap: 0, passed: 100, time: 100),
      (gap: 60, passed: 1, time: 1.05), (gap: 60, passed: 1200, time: 1260),
      (gap: 60, passed: 3600, time: 3660), (gap: -60, passed: 1, time: 0.95),
      (gap: -60, passed: 1200, time: 1140), (gap: -60, passed: 3600, time: 3540),
      (gap: 60, passed: -5, time: 0), (gap: -60, passed: -5, time: 0),
    ])
  func anchor(gap: Int, passed: Int, time: Double) {
    let anchor = ClockAnchor(at: 7_000_000, reached: 1_000, gap: Int64(gap) * 1_000_000)
    #expect(
      anchor.time(at: 7_000_000 + Int64(passed) * 1_000_000) == 1_000 + Int64(time * 1_000_000))
  }

  @Test(
    "time follows a calendar that was set, without a leap and never back, alike for all processes",
    arguments: [60, -60])
  func slewing(step: Int) throws {
    let machine = try Machine()
    let stores = [try machine.open(), try machine.open()]
    defer { for store in stores { store.close() } }
    _ = try stores[0].tendLeases(WorkerID("w"))
    machine.setCalendar(by: .seconds(step))
    var last = try stores[0].now()
    for second in 1...1260 {
      machine.pass(.seconds(1))
      _ = try stores[second % 2].tendLeases(WorkerID("w"))
      let now = try stores[0].now()
      #expect(try stores[1].now() == now)
      #expect(now - last >= .milliseconds(950) && now - last <= .milliseconds(1050))
      last = now
    }
    #expect(try stores[0].clock().ahead == .zero)
  }

  @Test("a bad moment of the calendar is made good as it was made: little by little")
  func badMoment() throws {
    let machine = try Machine()
    let store = try machine.open()
    defer { store.close() }
    machine.setCalendar(by: .seconds(365 * 86400))
    machine.pass(.seconds(1))
    _ = try store.tendLeases(WorkerID("w"))
    machine.setCalendar(by: .seconds(-365 * 86400))
    for _ in 0..<4 {
      machine.pass(.seconds(1))
      _ = try store.tendLeases(WorkerID("w"))
    }
    #expect(try store.clock().ahead <= .milliseconds(50))
  }

  @Test(
    "far behind the calendar time leaps only at a start that no other process was alive before",
    arguments: [(quiet: 9, leaps: false), (quiet: 11, leaps: true)])
  func leap(quiet: Int, leaps: Bool) throws {
    let machine = try Machine()
    let first = try machine.open()
    machine.setCalendar(by: .seconds(7200))
    machine.pass(.seconds(1))
    _ = try first.tendLeases(WorkerID("w"))
    first.close()
    machine.pass(.seconds(quiet))
    let second = try machine.open()
    defer { second.close() }
    let ahead = try second.clock().ahead
    #expect(leaps ? ahead == .zero : ahead < .seconds(-7190))
  }

  @Test(
    "beside workers of an older version, which know no slewing, time keeps to theirs for a while")
  func besideOlder() throws {
    let machine = try Machine()
    try machine.open().close()
    do {
      let database = try Database(path: machine.file)
      try database.execute("DELETE FROM clock")
    }
    machine.setCalendar(by: .seconds(60))
    let store = try machine.open()
    defer { store.close() }
    func pass(_ seconds: Int) throws -> Duration {
      for _ in 0..<seconds {
        machine.pass(.seconds(1))
        _ = try store.tendLeases(WorkerID("w"))
      }
      return try store.clock().ahead
    }
    #expect(try pass(590) == .seconds(-60))
    #expect(try pass(30) > .seconds(-60))
  }

  /// What a server's clock showed when that many seconds had passed here, and what the time is then.
  typealias Shown = (here: Double, server: Double, time: ClosedRange<Double>)

  @Test(
    "one reading of the server's clock that cannot be makes time neither leap nor stand still",
    arguments: [
      [(1, 1, 1...1), (2, 2, 2...2)],
      // An hour ahead, once.
      [
        (1, 1, 1...1), (2, 3602, 2...2.2), (3, 3, 2.9...3.2), (4, 4, 3.8...4.2),
        (60, 60, 58...60.5),
      ],
      // Ten years ahead, once.
      [(1, 1, 1...1), (2, 3.2e8, 2...2.2), (3, 3, 2.9...3.2), (60, 60, 58...60.5)],
      // An hour back, and it stays so.
      [(1, 1, 1...1), (2, -3598, 1.9...2.1), (3, -3597, 2.7...3.1), (100, -3500, 93...100)],
      // An hour ahead, and it stays so.
      [(1, 1, 1...1), (2, 3602, 2...2.2), (3, 3603, 3...3.3), (100, 3700, 100...108)],
      // A store that could not be reached for a minute.
      [(1, 1, 1...1), (61, 61, 60...62)],
    ] as [[Shown]])
  func serverClock(shown: [Shown]) {
    func microseconds(_ seconds: Double) -> Int64 { Int64(seconds * 1_000_000) }
    let start: Int64 = 1_800_000_000_000_000
    let clock = ServerClock()
    var anchor = ClockAnchor(at: start, reached: start, gap: 0)
    var last = start
    for (here, server, range) in [(0, 0, 0...0)] + shown {
      let running = 5_000_000_000 + microseconds(here)
      let reading = clock.time(
        anchor, server: start + microseconds(server), before: running, after: running + 500)
      let seconds = Double(reading.time - start) / 1_000_000
      #expect(range.contains(seconds), "\(here) s: \(seconds)")
      #expect(reading.time >= last)
      last = reading.time
      anchor = reading.renewed ?? anchor
    }
  }

  @Test("PostgreSQL's time goes on while its server's clock is behind what was reached")
  func serverBehind() throws {
    let url = try PostgresServer.shared().database()
    try SendStore(.postgres(url: url)).close()
    let connection = try Connection(url)
    try connection.execute("UPDATE clock SET reached = reached + 3600000000, at = at - 2000000")
    let store = try SendStore(.postgres(url: url))
    defer { store.close() }
    _ = try store.tendLeases(WorkerID("w"))
    let first = try store.clock()
    #expect(first.ahead > .seconds(3500))
    let signal = Signal()
    signal.wait(past: 0, for: .milliseconds(50))
    let second = try store.clock()
    #expect(second.now - first.now >= .milliseconds(45))
    #expect(second.ahead < first.ahead)
  }

  @Test("defaults of the server's own change nothing")
  func serverDefaults() throws {
    let url = try PostgresServer.shared().database()
    try SendStore(.postgres(url: url)).close()
    let connection = try Connection(url)
    try connection.execute(
      """
      DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = serializable', current_database());
      END $$;
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF current_setting('transaction_isolation') <> 'read committed' THEN RAISE 'at another level'; END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON duties FOR EACH ROW EXECUTE FUNCTION refuse();
      """)
    let store = try SendStore(.postgres(url: url))
    defer { store.close() }
    #expect(try store.takeDuty("any", WorkerID("w")) != nil)
  }
}
