import Domain
import SendStore
import Store
import TestSupport
import Testing
import Time

@Suite struct PartitionLeaseTests {
  let one = WorkerID("one")
  let two = WorkerID("two")

  @Test(
    "partitions spread over the workers of their kind, and move within three seconds when one is gone",
    arguments: Backend.allCases)
  func spreading(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    func tend(_ worker: WorkerID, count: Int = 4) throws -> PartitionReport {
      try world.store.tendPartitions(of: "callbacks", count: count, worker, .status)
    }
    #expect(try tend(one).held.count == 4)
    // Who does other work has no share of this.
    _ = try world.store.tendLeases(WorkerID("dispatch"))
    #expect(try tend(two).held.isEmpty)
    let report = try tend(one)
    #expect(report.surplus.count == 2)
    try world.store.release(report.surplus)
    #expect(try tend(two).held.map(\.number) == report.surplus.map(\.number))
    #expect(try tend(one).held.count == 2)

    world.clock.advance(.seconds(2))
    let left = try tend(one)
    #expect(left.held.count == 2)
    let look = try #require(left.nextLook)
    #expect(look <= world.clock.now + .seconds(1), "the other is silent since two seconds")
    world.clock.advance(to: look + .milliseconds(1))
    #expect(try tend(one).held.count == 4)
    #expect(try tend(one, count: 6).held.count == 6, "partitions are added while it is read")
  }

  @Test(
    "a worker that wakes after another has taken over passes nothing", arguments: Backend.allCases
  )
  func fence(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    func tend(_ worker: WorkerID) throws -> [PartitionLease] {
      try world.store.tendPartitions(of: "callbacks", count: 1, worker, .status).held
    }
    let old = try #require(try tend(one).first)
    func place(_ offset: Int64) -> ReadingPlace {
      ReadingPlace(
        log: "l", offset: offset, before: RecordMark(offset: offset - 1, id: "e\(offset)"))
    }
    #expect(try world.store.pass([old: place(5)]).isEmpty)
    #expect(try world.store.readingPlace(in: "callbacks", 0) == place(5))
    world.clock.advance(.seconds(4))
    let new = try #require(try tend(two).first)
    #expect(new.epoch > old.epoch)
    #expect(try world.store.pass([old: place(9)]) == [old])
    #expect(try world.store.readingPlace(in: "callbacks", 0) == place(5))
    #expect(try world.store.pass([new: place(7)]).isEmpty)
    try world.store.release([old])
    #expect(try tend(one).isEmpty, "a release by the former owner leaves the present one alone")
    // A lease that nobody took goes on, however late.
    world.clock.advance(.seconds(60))
    #expect(try tend(two) == [new])
  }

  @Test(
    "what stood in the log before a restore comes in doubt, what came after it is queued",
    arguments: Backend.allCases)
  func restored(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue(2)
    _ = try world.store.restored(SendsInLog(log: "log-1", available: [0..<4]))
    #expect(try world.store.identity().generation == 1)
    let sends = (0..<4).map { number in
      NewSend(
        id: .random(at: world.clock.now), sender: Sender.main.id, recipient: "+39333\(number)",
        content: [], due: world.clock.now, expires: world.clock.now + .seconds(60))
    }
    let batch = IntakeBatch(
      log: "log-1", partition: 0, from: 2, next: 6, lastID: "e5", sends: sends)
    #expect(try world.store.take(batch) == .taken(folded: []))
    let states = try sends.map { try world.state($0.id) }
    #expect(states == [.inDoubt, .inDoubt, .queued, .queued])
    #expect(
      try world.store.intakePlace(partition: 0)
        == ReadingPlace(log: "log-1", offset: 6, before: RecordMark(offset: 5, id: "e5")))
  }
}
