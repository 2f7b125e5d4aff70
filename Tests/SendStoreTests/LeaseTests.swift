internal import TestSupport

import Domain
import SendStore
import TestSupport
import Testing
import Time

@Suite struct LeaseTests {
  static let senders = (0..<5).map { number in
    var sender = Sender.main
    sender.id = SenderID("s\(number)")
    return sender
  }

  @Test(
    "groups spread over the workers that are alive, and move when one is gone",
    arguments: Backend.allCases)
  func spreading(backend: Backend) throws {
    let world = try StoreUnderTest(backend, senders: Self.senders)
    let (one, two) = (WorkerID("one"), WorkerID("two"))
    #expect(try world.store.tendLeases(one).held.count == 5)
    #expect(try world.store.tendLeases(two).held.isEmpty)
    let report = try world.store.tendLeases(one)
    #expect(report.held.count == 5 && report.surplus.count == 2)
    for lease in report.surplus { try world.store.release(lease) }
    #expect(try world.store.tendLeases(two).held.count == 2)
    #expect(try world.store.tendLeases(one).held.count == 3)

    world.clock.advance(.seconds(2))
    #expect(try world.store.tendLeases(one).held.count == 3)
    world.clock.advance(.seconds(2))
    let alone = try world.store.tendLeases(one)
    #expect(alone.held.count == 5)
    #expect(alone.held.filter { $0.epoch == 2 || $0.epoch == 3 }.count == 2)
  }

  @Test("a worker that leaves gives its share free at once", arguments: Backend.allCases)
  func leaving(backend: Backend) throws {
    let world = try StoreUnderTest(backend, senders: Self.senders)
    let (one, two) = (WorkerID("one"), WorkerID("two"))
    let held = try world.store.tendLeases(one).held
    _ = try world.store.tendLeases(two)
    for lease in held { try world.store.release(lease) }
    try world.store.leave(one)
    #expect(try world.store.tendLeases(two).held.count == 5)
  }

  @Test("senders of one portfolio are one group", arguments: Backend.allCases)
  func portfolios(backend: Backend) throws {
    let senders = Self.senders.map { sender in
      var sender = sender
      sender.portfolio = "acme"
      return sender
    }
    let world = try StoreUnderTest(backend, senders: senders)
    #expect(try world.store.tendLeases(world.worker).held.map(\.group.text) == ["portfolio:acme"])
  }

  @Test("a release by a former owner leaves the present one alone", arguments: Backend.allCases)
  func lateRelease(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let old = try world.lease()
    world.clock.advance(.seconds(4))
    let two = WorkerID("two")
    #expect(try world.store.tendLeases(two).held.count == 1)
    try world.store.release(old)
    #expect(try world.store.tendLeases(two).held.count == 1)
    world.clock.advance(.seconds(1))
    #expect(try world.store.tendLeases(world.worker).held.isEmpty)
  }

  @Test(
    "nothing is claimed under a lease that has run out, nor under one of before its group came back",
    arguments: Backend.allCases)
  func oldLease(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue()
    let old = try world.lease()
    func claim(_ lease: Lease) throws -> ClaimResult {
      try world.store.claim(Sender.main.id, lease, worker: world.worker, limit: 1)
    }
    world.clock.advance(.seconds(4))
    #expect(try claim(old) == .fenced)
    _ = try world.store.tendLeases(WorkerID("two"))
    world.clock.advance(.seconds(4))
    #expect(try world.lease().epoch == old.epoch + 2)
    #expect(try claim(old) == .fenced)
    #expect(try world.claim().sends.count == 1)
  }

  @Test("a duty has one holder at a time", arguments: Backend.allCases)
  func duties(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let (one, two) = (WorkerID("one"), WorkerID("two"))
    #expect(try world.store.takeDuty("relay", one) == 1)
    #expect(try world.store.takeDuty("relay", two) == nil)
    world.clock.advance(.seconds(2))
    #expect(try world.store.takeDuty("relay", one) == 1)
    world.clock.advance(.seconds(2))
    #expect(try world.store.takeDuty("relay", two) == nil)
    world.clock.advance(.seconds(2))
    #expect(try world.store.takeDuty("relay", two) == 2)
    try world.store.releaseDuty("relay", one)
    #expect(try world.store.takeDuty("relay", one) == nil)
    try world.store.releaseDuty("relay", two)
    #expect(try world.store.takeDuty("relay", one) == 3)
  }
}
