import Settings
@testable import Running
@testable import Telemetry
import Domain
import Foundation
import Platform
import SQLite
import SendStore
import Store
import TestSupport
import Testing

@Suite struct OpeningTests {
  @Test("what cannot be reached is told, makes the process not ready, and is tried until a stop")
  func retry() throws {
    let health = Health()
    let stop = StopSignal()
    let told = Gate()
    let log = Log(worker: "test", write: { _ in told.open() })
    let part = health.part("storage")
    let opened = Locked<Bool?>(nil)
    let thread = WorkerThread("opening") {
      let store = try? Opening(log, part, stop).store(
        .postgres(Secret("host=/nowhere dbname=x")), [])
      opened.withLock { $0 = store != nil }
    }
    #expect(told.wait(for: .seconds(60)))
    #expect(
      health.troubles["storage"]?.hasPrefix("the store is not available: PostgreSQL:") == true)
    stop.request()
    #expect(thread.join(within: .seconds(20)))
    #expect(opened.withLock { $0 } == false)
  }

  @Test("a store of a newer version is refused at once")
  func newer() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("store.db")
    try SendStore(.sqlite(path: path)).close()
    let database = try Database(path: path)
    let version = try database.prepare("PRAGMA user_version")
    _ = try version.step()
    let known = Int(version.integer(0))
    try database.execute("PRAGMA user_version = 99")
    let opening = Opening(
      Log(worker: "test", write: { _ in }), Health().part("storage"), StopSignal())
    #expect(throws: StoreError.newer(found: 99, known: known)) {
      try opening.store(.sqlite(path: path), [])
    }
  }

  @Test("a folder that is not there is told by its path")
  func unopened() throws {
    #expect(throws: StoreError.self) { try SendStore(.sqlite(path: "/nowhere/store.db")) }
  }
}
