internal import TestSupport

import Domain
import Platform
import SendStore
import Store
import Testing
import Time

/// The store's clock may be led to the calendar; what holds at a provider's door must not see it.
@Suite struct BudgetTimeTests {
  /// A store whose clock is slewed, beside a running time of its own.
  final class Slewed {
    let running = ManualClock()
    let calendar = ManualClock()
    let store: SendStore
    let worker = WorkerID("one")
    private let folder: TemporaryFolder
    private var offset: Int64 = 0

    init(_ sender: Sender) throws {
      folder = try TemporaryFolder()
      let (running, calendar) = (running, calendar)
      store = try SendStore(
        .sqlite(
          path: folder.file("store.db"),
          clock: StoreClock(
            running: { running.now.microseconds }, calendar: { calendar.now.microseconds },
            boot: "test")))
      try store.define([sender])
    }

    func advance(_ span: Duration) {
      running.advance(span)
      calendar.advance(span)
    }

    func queue(_ count: Int) throws {
      let now = try store.now()
      let sends = (0..<count).map { number in
        NewSend(
          id: .random(at: now), sender: Sender.main.id, recipient: "+39333\(number)", content: [],
          due: now, expires: now + .seconds(86400 * 7))
      }
      _ = try store.take(
        IntakeBatch(
          log: "l", partition: 0, from: offset, next: offset + Int64(count), sends: sends))
      offset += Int64(count)
    }

    func claim(by worker: WorkerID? = nil, limit: Int = 9) throws -> Claim {
      let worker = worker ?? self.worker
      let lease = try #require(try store.tendLeases(worker).held.first)
      guard
        case .claimed(let claim) = try store.claim(
          Sender.main.id, lease, worker: worker, limit: limit)
      else { throw StoreUnderTest.Unexpected(what: "fenced") }
      return claim
    }
  }

  @Test("a clock that is led to the calendar frees no slot early, also for the next owner")
  func slewed() throws {
    let sender = Sender.main.with(
      Budget(rate: Rate(2, per: .seconds(60)), daily: nil, pair: nil, inFlight: 99))
    let world = try Slewed(sender)
    try world.queue(9)
    let first = try world.claim()
    #expect(first.sends.count == 2)
    _ = try world.store.record(
      first.sends.map { .accepted($0, "SM\($0.key)", postedAt: first.now) })
    // The calendar turns out to be far ahead: the store's clock runs faster until it is there.
    world.calendar.advance(.seconds(3600))
    let began = try world.store.now()
    var last: Claim?
    for _ in 0..<59 {
      world.advance(.seconds(1))
      last = try world.claim()
      #expect(last?.sends.isEmpty == true)
    }
    let gained = (try world.store.now()) - began - .seconds(59)
    #expect(gained > .milliseconds(500), "the store's clock has run ahead by \(gained)")
    // What it says of the next slot is in the store's time, and true.
    let next = try #require(last?.next)
    #expect(next - (try world.store.now()) > .milliseconds(900))
    world.advance(.seconds(2))
    #expect(try world.claim().sends.count == 2)

    // The next owner goes on behind the store's clock as the one before had.
    for _ in 0..<58 {
      world.advance(.seconds(1))
      #expect(try world.claim().sends.isEmpty)
    }
    try world.store.leave(world.worker)
    let lease = try #require(try world.store.tendLeases(world.worker).held.first)
    try world.store.release(lease)
    try world.store.leave(world.worker)
    #expect(try world.claim(by: WorkerID("two")).sends.isEmpty)
  }
}
