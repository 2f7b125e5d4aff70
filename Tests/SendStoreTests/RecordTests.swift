internal import TestSupport

import Domain
import SendStore
import TestSupport
import Testing
import Time

@Suite struct RecordTests {
  @Test("an accepted send keeps its id, its answer and its history", arguments: Backend.allCases)
  func accepted(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let claimed = try world.accepted("SM77")
    let send = try #require(try world.store.send(claimed.id))
    #expect(send.progress.state == .accepted)
    #expect(send.answer == Array(#"{"sid":"SM77"}"#.utf8))
    #expect(send.history.map(\.state) == [.queued, .sending, .accepted])
    #expect(send.history.map(\.version) == [1, 2, 3])
    #expect(try world.store.laneStatus().first?.inFlight == 0)
  }

  @Test("each outcome leads where it should", arguments: Backend.allCases)
  func outcomes(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let due = world.clock.now + .seconds(30)
    let failure = Failure(
      code: "21610", sentence: "the recipient said STOP", providerText: "blocked")
    let cases: [(AttemptResult, SendState, Int)] = [
      (.retry(at: due, failure), .queued, 2),
      (.failed(failure), .failed, 1),
      (.refusedAtGate(due: due), .queued, 1),
      (.inDoubt(failure, nextLook: due), .inDoubt, 1),
    ]
    let ids = try world.queue(cases.count)
    let claim = try world.claim()
    let results = try world.store.record(zip(claim.sends, cases).map { .of($0, $1.0) })
    #expect(results.map(\.state) == cases.map(\.1))
    #expect(!results.map(\.moved).contains(false))
    for (id, expected) in zip(ids, cases) {
      #expect(try world.store.send(id)?.progress.attempt == expected.2)
    }
    let failed = try #require(try world.store.send(ids[1])?.history.last)
    #expect(failed.code == "21610")
    #expect(
      failed.detail?.json
        == Array(#"{"reason":"the recipient said STOP","providerText":"blocked"}"#.utf8)
    )
    #expect(try world.claim().sends.isEmpty)
    world.clock.advance(to: due)
    #expect(try world.claim().sends.map(\.id) == [ids[0], ids[2]])
    #expect(try world.store.doubtsDue(of: Sender.main.id, limit: 9).map(\.id) == [ids[3]])
  }

  @Test("a report that comes twice or too late changes nothing", arguments: Backend.allCases)
  func repeated(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let send = try world.accepted()
    let again = try world.store.record([
      .accepted(send, "SM1"), .of(send, .refusedAtGate(due: world.clock.now)),
    ])
    #expect(again.map(\.moved) == [false, false])
    #expect(again.map(\.state) == [.accepted, .accepted])
    #expect(try world.store.laneStatus().first?.inFlight == 0)
    #expect(try world.store.send(send.id)?.history.count == 3)
  }

  @Test(
    "a late word on the first attempt is about that one, while the second is under way",
    arguments: Backend.allCases)
  func lateWord(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let id = try world.queue()[0]
    let failure = Failure(code: "20429", sentence: "Too many.")
    let first = try #require(try world.claim().sends.first)
    let again = AttemptReport(
      of: first, .retry(at: world.clock.now, failure))
    _ = try world.store.record([again])
    let second = try #require(try world.claim().sends.first)
    #expect(second.attempt == 2)
    for report in [again, .of(first, .failed(failure))] {
      #expect(try world.store.record([report]).map(\.moved) == [false])
      #expect(try world.state(id) == .sending)
    }
    #expect(try world.store.laneStatus().first?.inFlight == 1)
    #expect(try world.store.record([.accepted(second, "SM2")]).map(\.state) == [.accepted])
  }

  @Test("a gate refusal gives its slots back", arguments: Backend.allCases)
  func gateRefusal(backend: Backend) throws {
    let sender = Sender.main.with(
      Budget(rate: Rate(1, per: .seconds(60)), daily: .messages(1), pair: nil))
    let world = try StoreUnderTest(backend, senders: [sender])
    try world.queue()
    let claim = try world.claim()
    #expect(try world.claim().sends.isEmpty)
    _ = try world.store.record([.of(claim.sends[0], .refusedAtGate(due: world.clock.now))])
    #expect(try world.claim().sends.map(\.attempt) == [1])
  }

  @Test("retries end with the attempts that are allowed", arguments: Backend.allCases)
  func attemptsEnd(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let id = try world.queue(1) { _, send in send.maxAttempts = 3 }[0]
    for attempt in 1...3 {
      let send = try #require(try world.claim().sends.first)
      #expect(send.attempt == attempt)
      let failure = Failure(code: "20429", sentence: "too many")
      _ = try world.store.record([.of(send, .retry(at: world.clock.now, failure))])
    }
    #expect(try world.state(id) == .failed)
    #expect(try world.claim().sends.isEmpty)
  }

  @Test("a doubt is settled by decision: sent, again, or given up", arguments: Backend.allCases)
  func doubts(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let ids = try world.queue(4)
    let claim = try world.claim()
    let look = world.clock.now + .seconds(30)
    let cut = Failure(code: "cut", sentence: "the connection was cut")
    _ = try world.store.record(claim.sends.map { .of($0, .inDoubt(cut, nextLook: look)) })
    #expect(try world.store.doubtsDue(of: Sender.main.id, limit: 9).isEmpty)
    world.clock.advance(to: look)
    let due = try world.store.doubtsDue(of: Sender.main.id, limit: 9)
    #expect(Set(due.map(\.id)) == Set(ids))
    #expect(due.allSatisfy { $0.looks == 0 && $0.attempt == 1 })
    try world.store.lookAgain(due[0], at: look + .seconds(90))
    #expect(try world.store.doubtsDue(of: Sender.main.id, limit: 9).count == 3)

    let decisions: [AttemptResult] = [
      .accepted(ProviderID("SMfound")), .notSent(due: world.clock.now, because: "not listed"),
      .wentOut(because: "a person says so"), .givenUp(because: "a person says so"),
    ]
    let results = try world.store.record(zip(claim.sends, decisions).map { .of($0, $1) })
    #expect(results.map(\.state) == [.accepted, .queued, .accepted, .failed])
    #expect(try world.store.laneStatus().first?.inDoubt == 0)
    #expect(try world.claim().sends.map(\.attempt) == [2])
  }

  @Test("a send can be canceled while it is queued, and only then", arguments: Backend.allCases)
  func cancel(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let ids = try world.queue(2)
    #expect(try world.store.cancel(ids[0]) == .canceled)
    #expect(try world.claim().sends.map(\.id) == [ids[1]])
    #expect(try world.store.cancel(ids[1]) == .sending)
    #expect(try world.store.cancel(.random(at: world.clock.now)) == nil)
    #expect(try world.store.laneStatus().first?.waiting == 0)
  }

  @Test(
    "changes are published in the order in which they happened to a send, and then forgotten",
    arguments: Backend.allCases)
  func outbox(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let send = try world.accepted()
    let unpublished = try world.store.unpublished(limit: 10)
    let entries = unpublished.entries
    #expect(entries.map(\.change.state) == [.queued, .sending, .accepted])
    #expect(entries.map(\.change.version) == [1, 2, 3])
    #expect(entries.allSatisfy { $0.id == send.id && $0.tenant == Sender.main.tenant })
    let first = try world.store.unpublished(limit: 1)
    #expect(first.entries == [entries[0]])
    #expect(first.isFull && !unpublished.isFull)
    try world.store.published(first)
    #expect(try world.store.unpublished(limit: 10).entries == Array(entries.dropFirst()))
    try world.store.published(unpublished)
    #expect(try world.store.unpublishedCount() == 0)
  }

  @Test(
    "attempts that end without having been counted are told, and hold nothing up",
    arguments: Backend.allCases)
  func miscounted(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue(3)
    let sends = try world.claim().sends
    #expect(try world.store.tendLeases(world.worker).miscounted == 0)
    try world.execute("UPDATE lanes SET in_flight = 1")
    _ = try world.store.record(sends.map { .accepted($0, "SM\($0.key.value)") })
    #expect(try world.store.laneStatus().first?.inFlight == 0)
    #expect(try world.store.tendLeases(world.worker).miscounted == 2)
    try world.queue()
    #expect(try world.claim().sends.count == 1)
    #expect(try world.store.laneStatus().first?.inFlight == 1)
  }
}
