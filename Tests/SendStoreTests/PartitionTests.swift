import Domain
import SendStore
import Store
import TestSupport
import Testing
import Time

@Suite struct PartitionTests {
  static let topic = "callbacks"

  private func tend(_ worker: WorkerID, _ world: StoreUnderTest) throws -> PartitionReport {
    try world.store.tendPartitions(of: Self.topic, count: 4, worker, .status)
  }

  @Test(
    "a partition has one owner at a time: they spread over the workers, and move when one is gone",
    arguments: Backend.allCases)
  func spreading(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let (one, two) = (WorkerID("one"), WorkerID("two"))
    #expect(try tend(one, world).held.map(\.number) == [0, 1, 2, 3])
    #expect(try tend(two, world).held.isEmpty)
    let surplus = try tend(one, world).surplus
    #expect(surplus.map(\.number) == [2, 3])
    try world.store.release(surplus)
    #expect(try tend(two, world).held.map(\.number) == [2, 3])
    #expect(try tend(one, world).held.map(\.number) == [0, 1])
    world.clock.advance(.seconds(2))
    #expect(try tend(one, world).held.map(\.number) == [0, 1])
    world.clock.advance(.seconds(2))
    #expect(try tend(one, world).held.map(\.number) == [0, 1, 2, 3])
  }

  @Test(
    "who has lost a partition neither says how far it was read nor gives it back",
    arguments: Backend.allCases)
  func fenced(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let (one, two) = (WorkerID("one"), WorkerID("two"))
    let old = try tend(one, world).held
    world.clock.advance(.seconds(4))
    let new = try tend(two, world).held
    #expect(new.count == 4)
    let place = ReadingPlace(log: "l", offset: 7, before: RecordMark(offset: 6, id: "six"))
    #expect(try world.store.pass([new[0]: place]).isEmpty)
    let stale = ReadingPlace(log: "l", offset: 3, before: nil)
    #expect(try world.store.pass([old[0]: stale]) == [old[0]])
    #expect(try world.store.readingPlace(in: Self.topic, 0) == place)
    try world.store.release(old)
    #expect(try tend(one, world).held.isEmpty)
  }

  @Test(
    "a store has read a log where it got further than the beginning: to be bound to it, or bulk, tells nothing",
    arguments: Backend.allCases)
  func readBefore(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let store = world.store
    func pass(_ topic: String, _ number: Int, to offset: Int64) throws {
      let held = try store.tendPartitions(of: topic, count: 4, WorkerID("one"), .status).held
      let lease = try #require(held.first { $0.number == number })
      let place = ReadingPlace(log: "l", offset: offset, before: nil)
      #expect(try store.pass([lease: place]).isEmpty)
    }
    #expect(try !store.hasRead("l"))
    _ = try store.take(IntakeBatch(log: "l", partition: 0, from: 0, next: 0, sends: []))
    try pass(Self.topic, 1, to: 0)
    try pass("bulk", 0, to: 5)
    #expect(try !store.hasRead("l"))
    try pass(Self.topic, 1, to: 1)
    #expect(try store.hasRead("l"))
    #expect(try !store.hasRead("m"))
  }
}
