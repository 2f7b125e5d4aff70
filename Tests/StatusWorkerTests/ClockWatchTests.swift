@testable import Running
@testable import Telemetry
import Platform
import SendStore
import Store
import StatusWorker
import TestSupport
import Testing
import Time

@Suite struct ClockWatchTests {
  @Test(
    "how far the store's clock is ahead is a metric, and a warning once it is much",
    arguments: [(1, 0), (60, 1), (7200, 1), (-60, 1)])
  func offset(step: Int, warnings: Int) throws {
    let folder = try TemporaryFolder()
    let calendar = Locked<Int64>(1_800_000_000_000_000)
    let clock = StoreClock(
      running: { 1_000_000 }, calendar: { calendar.withLock { $0 } }, boot: "a")
    let store = try SendStore(.sqlite(path: folder.file("store.db"), clock: clock))
    defer { store.close() }
    calendar.withLock { $0 += Int64(step) * 1_000_000 }
    let lines = Locked<[String]>([])
    let metrics = Metrics()
    let watch = ClockWatch(
      store,
      log: Log(
        worker: "test",
        write: { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }),
      metrics: metrics, stop: StopSignal())
    for _ in 0..<3 { try watch.look() }
    #expect(
      metrics.text().contains("postrider_store_clock_offset_seconds \(Double(-step))\n"))
    #expect(lines.withLock { $0.count } == warnings)
  }
}
