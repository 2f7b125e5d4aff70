internal import TestSupport

import Domain
import Platform
import Postgres
import SQLite
import SendStore
import TestSupport
import Testing
import Time

/// A record names its claim, and what claims leave behind is found by their names.
@Suite struct ClaimIDTests {
  static let failure = Failure(code: "429", sentence: "Too many.")

  @Test(
    "a record that comes twice never touches a later claim of the same attempt",
    arguments: Backend.allCases)
  func repeated(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let ids = try world.queue(2)
    let first = try world.claim().sends
    let reports: [AttemptReport] = [
      .accepted(first[0], "SM1"), .of(first[1], .refusedAtGate(due: world.clock.now)),
    ]
    _ = try world.store.record(reports)
    let again = try world.claim().sends
    #expect(again.map(\.id) == [ids[1]] && again.map(\.attempt) == [1])
    #expect(again[0].claim != first[1].claim)

    #expect(try world.store.record(reports).map(\.moved) == [false, false])
    #expect(try world.state(ids[1]) == .sending)
    #expect(try world.store.laneStatus().first?.inFlight == 1)
    #expect(try world.claim().sends.isEmpty)
    let doubt = AttemptResult.inDoubt(Self.failure, nextLook: world.clock.now)
    #expect(try world.store.record([.of(first[1], doubt)]).map(\.moved) == [false])
    #expect(try world.store.record([.accepted(again[0], "SM2")]).map(\.moved) == [true])
    #expect(try world.store.laneStatus().first?.inFlight == 0)
  }

  @Test(
    "claims whose answer was lost are put back past their time, and go once",
    arguments: Backend.allCases)
  func audit(backend: Backend) throws {
    let sender = Sender.main.with(Budget(rate: nil, daily: .messages(3), pair: nil, inFlight: 9))
    let world = try StoreUnderTest(backend, senders: [sender])
    try world.queue(3)
    let lost = try world.claim(limit: 2).sends
    let known = try world.claim(limit: 1).sends
    func audit() throws -> Int {
      try world.store.auditIntents(world.worker) { key, claim in
        known.contains { $0.key == key && $0.claim == claim }
      }
    }
    #expect(try audit() == 0)
    world.clock.advance(.milliseconds(2100))
    #expect(try audit() == 2)
    #expect(try audit() == 0)
    #expect(try world.store.laneStatus().first?.inFlight == 1)
    // Their slots of the day are free again: what was not posted was not spent.
    let again = try world.claim().sends
    #expect(Set(again.map(\.id)) == Set(lost.map(\.id)))
    #expect(again.allSatisfy { $0.attempt == 1 })
  }

  @Test(
    "what a worker that is gone left is in doubt, whoever leads its lane and in whatever group it is",
    arguments: Backend.allCases)
  func orphans(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue(2)
    let sends = try world.claim().sends
    let two = WorkerID("two")
    // The lane has moved to another group, whose epochs start anew.
    var moved = Sender.main
    moved.portfolio = "other"
    let store = try world.another(senders: [moved])
    _ = try store.tendLeases(two)
    #expect(try store.sweepIntents(firstLook: .seconds(30)) == 0, "its worker still lives")
    world.clock.advance(.seconds(4))
    _ = try store.tendLeases(two)
    #expect(try store.sweepIntents(firstLook: .seconds(30)) == 2)
    #expect(try store.laneStatus().first.map { [$0.inDoubt, $0.inFlight] } == [2, 0])

    // It was not gone, only asleep: it knows that one of them never passed the gate.
    let other = ClaimID(worker: sends[0].claim.worker, number: 99)
    let refused = AttemptResult.refusedAtGate(due: world.clock.now)
    let foreign = AttemptReport(
      send: sends[0].key, attempt: 1, claim: other, result: refused)
    #expect(try store.record([foreign]).map(\.moved) == [false])
    #expect(try store.record([.of(sends[0], refused)]).map(\.state) == [.queued])
    #expect(try store.record([.accepted(sends[1], "SM1")]).map(\.state) == [.accepted])
  }

  @Test(
    "an attempt without a record is in doubt once its time is over and its worker gone, and no sooner",
    arguments: Backend.allCases)
  func sweep(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue(2)
    _ = try world.claim()
    func sweep() throws -> Int { try world.store.sweepIntents(firstLook: .seconds(30)) }
    world.clock.advance(.milliseconds(2500))
    _ = try world.lease()
    #expect(try sweep() == 0, "its worker lives")
    try world.queue()
    #expect(try world.claim().sends.count == 1)
    try world.store.leave(world.worker)
    #expect(try sweep() == 2, "the third may still go out")
    world.clock.advance(.milliseconds(2100))
    #expect(try sweep() == 1)
    #expect(try world.store.laneStatus().first.map { [$0.inDoubt, $0.inFlight] } == [3, 0])
  }

  @Test(
    "a lease that ran out and that nobody took goes on as it was", arguments: Backend.allCases)
  func lapsed(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let before = try world.lease()
    world.clock.advance(.seconds(60))
    #expect(try world.lease() == before)
    world.clock.advance(.seconds(4))
    _ = try world.store.tendLeases(WorkerID("two"))
    #expect(try world.store.tendLeases(world.worker).held.isEmpty)
    _ = try world.queue()
    #expect(
      try world.store.claim(Sender.main.id, before, worker: world.worker, limit: 1) == .fenced)
  }

  @Test(
    "a store that has less than it has told stops every lane, until it is said to be restored",
    arguments: Backend.allCases)
  func lostCommits(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let ids = try world.queue(3)
    let sent = try world.claim(limit: 1).sends
    _ = try world.store.record([.accepted(sent[0], "SM1")])
    try world.execute("UPDATE lanes SET stamp = stamp - 1")
    let lease = try world.lease()
    func claim() throws -> ClaimResult {
      try world.store.claim(Sender.main.id, lease, worker: world.worker, limit: 9)
    }
    #expect(try claim() == .commitsLost)
    try world.store.noteLostCommits()
    // Whoever comes new is told as well.
    let other = try world.another()
    #expect(
      try other.claim(Sender.main.id, lease, worker: world.worker, limit: 9) == .commitsLost)
    #expect(try other.hasLostCommits())

    _ = try other.restored()
    #expect(try !other.hasLostCommits())
    #expect(try world.state(ids[1]) == .inDoubt)
    #expect(try world.state(ids[0]) == .accepted)
    try world.queue()
    #expect(try world.claim().sends.count == 1)
  }

  @Test("a transaction that ran again after a conflict leaves no queue without its flow")
  func conflict() throws {
    let world = try StoreUnderTest(.scaledOut, options: "-c deadlock_timeout=1s")
    try world.queue()
    let id = SendID.random(at: world.clock.now)
    let rival = try world.connection()
    // Whose time is over first looks for a deadlock, and is the one to fail.
    try rival.execute("SET deadlock_timeout = '60s'")
    try rival.execute(
      """
      BEGIN;
      INSERT INTO sends VALUES (-1, '\\x\(id.bytes.map { hex($0) }.joined())', 1, 1, '', 0, 1, 1, 0, 0, 1, 1, 0, 0, 0)
      """)
    let (url, store, clock) = (world.url, world.store, world.clock)
    let taker = WorkerThread("take") {
      do {
        let send = NewSend(
          id: id, sender: Sender.main.id, recipient: "+393331", content: [1], campaign: "new",
          due: clock.now, expires: clock.now + .seconds(86400))
        _ = try store.take(
          IntakeBatch(log: "log-1", partition: 0, from: 1, next: 2, sends: [send]))
      } catch { Issue.record("\(error)") }
    }
    let watch = try Connection(url)
    let blocked = """
      SELECT count(*) FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND datname = current_database()
      """
    while try watch.rows(blocked).integer(0, 0) == 0 {}
    // Each has now what the other wants: the one that took sends in fails, and tries again.
    try rival.execute("SELECT * FROM intake FOR UPDATE")
    try rival.execute("ROLLBACK")
    #expect(taker.join(within: .seconds(20)))
    #expect(
      try watch.rows(
        "SELECT count(*) FROM queue WHERE flow NOT IN (SELECT key FROM flows)"
      ).integer(0, 0) == 0)
    #expect(try world.claim().sends.contains { $0.id == id })
    #expect(try world.store.unpublished(limit: 10).entries.contains { $0.id == id })
  }
}

private func hex(_ byte: UInt8) -> String {
  let digits = Array("0123456789abcdef")
  return String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
}
