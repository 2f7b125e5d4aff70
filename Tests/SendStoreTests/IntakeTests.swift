internal import TestSupport

import Domain
import SendStore
import TestSupport
import Testing
import Time

@Suite struct IntakeTests {
  @Test(
    "what was taken in is queued, with its first change to be published",
    arguments: Backend.allCases)
  func taken(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let ids = try world.queue(3)
    let send = try #require(try world.store.send(ids[1]))
    #expect(send.progress == .new)
    #expect(send.recipient == "+393330010001")
    #expect(send.content.json == Array("hello 1".utf8))
    #expect(send.history.map(\.state) == [.queued])
    #expect(try world.store.unpublished(limit: 10).entries.map(\.id) == ids)
    #expect(try world.store.intakePlace(partition: 0)?.offset == 3)
    #expect(try world.store.laneStatus().first?.waiting == 3)
    #expect(try world.store.send(.random(at: world.clock.now)) == nil)
  }

  @Test("the same id is folded; with another content it is told", arguments: Backend.allCases)
  func folding(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let id = try world.queue()[0]
    func send(_ body: String) -> NewSend {
      NewSend(
        id: id, sender: Sender.main.id, recipient: "+393330010000", content: Array(body.utf8),
        due: world.clock.now, expires: world.clock.now)
    }
    var fresh = send("twice in one batch")
    fresh.id = .random(at: world.clock.now)
    func take(_ sends: [NewSend]) throws -> IntakeResult {
      try world.store.take(
        IntakeBatch(log: "log-1", partition: 0, from: 1, next: 6, sends: sends))
    }
    #expect(
      try take([send("hello 0"), send("other"), fresh, fresh])
        == .refused([1: "a send of this id is there with another content"]))
    #expect(try world.store.laneStatus().first?.waiting == 1)
    #expect(try take([send("hello 0"), fresh, fresh]) == .taken(folded: [0, 2]))
    #expect(try world.store.laneStatus().first?.waiting == 2)
  }

  @Test(
    "a send for a sender that nobody knows yet waits for it, as long as it may",
    arguments: Backend.allCases)
  func unknownSender(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let sends = ["main", "nobody", "main"].map { sender in
      NewSend(
        id: .random(at: world.clock.now), sender: SenderID(sender), recipient: "+393330010000",
        content: [], due: world.clock.now, expires: world.clock.now + .seconds(60))
    }
    let late = NewSend(
      id: .random(at: world.clock.now), sender: SenderID("never"), recipient: "+393330010000",
      content: [], due: world.clock.now, expires: world.clock.now + .seconds(60))
    #expect(
      try world.store.take(
        IntakeBatch(log: "log-1", partition: 4, from: 0, next: 4, sends: sends + [late]))
        == .taken(folded: []))
    #expect(try world.claim().sends.count == 2)
    // The settings that name it are read; its portfolio is known only now.
    var nobody = Sender.main
    nobody.id = SenderID("nobody")
    nobody.portfolio = "acme"
    try world.store.define([.main, nobody])
    #expect(try world.claim(nobody).sends.map(\.id) == [sends[1].id])
    #expect(try world.store.expireUnknown() == 0)
    world.clock.advance(.seconds(61))
    #expect(try world.store.expireUnknown() == 1)
    #expect(try world.state(late.id) == .expired)
  }

  @Test(
    "a batch that does not start where the store stands changes nothing",
    arguments: Backend.allCases)
  func compareAndSet(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue(5)
    func take(_ log: String, from: Int64) throws -> IntakeResult {
      try world.store.take(
        IntakeBatch(log: log, partition: 0, from: from, next: from + 1, sends: []))
    }
    #expect(try take("log-1", from: 4) == .elsewhere(at: 5))
    #expect(try take("log-1", from: 6) == .elsewhere(at: 5))
    #expect(try take("log-2", from: 5) == .otherLog("log-1"))
    #expect(try world.store.intakePlace(partition: 0)?.offset == 5)
    #expect(try take("log-1", from: 5) == .taken(folded: []))
  }

  @Test(
    "after a restore what the log had before is in doubt, as it may have gone out; what came after goes",
    arguments: Backend.allCases)
  func readAnew(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue()
    _ = try world.store.restored(SendsInLog(log: "log-1", available: [0..<3]))
    let ids = try world.queue(4)
    #expect(
      try ids.map { try world.state($0) } == [.inDoubt, .inDoubt, .queued, .queued])
    let later = try world.queue(2)
    #expect(try later.map { try world.state($0) } == [.queued, .queued])
    #expect(try world.claim().sends.map(\.id) == ids[2...] + later)
  }

  @Test(
    "two processes take in side by side without one key used twice", arguments: Backend.allCases)
  func sideBySide(backend: Backend) async throws {
    let world = try StoreUnderTest(backend)
    let other = try world.another()
    defer { other.close() }
    let now = world.clock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (partition, store) in [world.store, other].enumerated() {
        group.addTask {
          for batch in 0..<10 {
            let sends = (0..<50).map { _ in
              NewSend(
                id: .random(at: now), sender: Sender.main.id, recipient: "+393330010000",
                content: [1], campaign: "c\(batch)", due: now, expires: now)
            }
            let from = Int64(batch * 50)
            let result = try store.take(
              IntakeBatch(
                log: "log-1", partition: partition, from: from, next: from + 50, sends: sends))
            #expect(result == .taken(folded: []))
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try world.store.laneStatus().first?.waiting == 1000)
    #expect(try world.store.unpublishedCount() == 1000)
  }
}
