import Domain
import Foundation
import Platform
import SendStore
import Simulator
import TestSupport
import Testing
import Time

/// The store's answers are lost, workers end and begin again: nothing stands still, and nobody gets two.
@Suite(.timeLimit(.minutes(15))) struct LostAnswerTests {
  static let open = "budget: { rate: null, daily: null, pair: null, inFlight: 64 }"

  @Test(
    "one answer to a COMMIT in so many is lost, and one answer in twenty is 429: all go out, each once",
    .enabled(if: takesItsTime, "loses one COMMIT after another"),
    arguments: [30, 12])
  func lostCommits(each: Int) async throws {
    try await inTurn {
      let stand = try DispatchStand(
        .scaledOut, twilio: Self.open, meta: Self.open, top: FaultTests.quick,
        cut: EachOf(each, "COMMIT", .loseAnswer))
      var busy = Fault(.refuse)
      (busy.share, busy.status, busy.code) = (0.05, 429, 20429)
      stand.simulator.switchOn(busy)
      try stand.start()
      let ids = try stand.send(600)
      let states = try stand.wait(for: ids)
      #expect(states == [.accepted: 600], "\(stand.told)")
      let totals = try stand.totals
      #expect(totals.duplicates == 0)
      #expect(try stand.store.laneStatus().allSatisfy { $0.inFlight == 0 })
      #expect((stand.proxy?.cutCount ?? 0) > 5, "the bench has cut")
    }
  }

  @Test(
    "a COMMIT that arrives long after its claim was given up puts nothing on the way twice",
    .enabled(if: takesItsTime, "keeps each COMMIT back for 2.5 s"))
  func lateCommits() async throws {
    try await inTurn {
      let stand = try DispatchStand(
        .scaledOut, twilio: Self.open, meta: Self.open, top: FaultTests.quick,
        cut: EachOf(12, "COMMIT", .deliverLate(.milliseconds(2500))))
      try stand.start()
      let ids = try stand.send(80)
      let states = try stand.wait(for: ids)
      #expect(states == [.accepted: 80], "\(stand.told)")
      #expect(try stand.totals.duplicates == 0)
      #expect((stand.proxy?.cutCount ?? 0) > 1, "the bench has cut")
    }
  }

  @Test(
    "a container killed with posts under way is followed within five seconds by one of the same number",
    .enabled(if: takesItsTime, "kills a worker and waits for its lease"),
    arguments: Backend.allCases)
  func sameNumber(backend: Backend) async throws {
    try await inTurn {
      // Each post that was under way is in doubt, and is looked for twice, one after the other.
      let few = "budget: { rate: null, daily: null, pair: null, inFlight: 24 }"
      let stand = try DispatchStand(
        backend, twilio: few, meta: few, top: FaultTests.quick
      ) { $0.latency = .init(.milliseconds(100), to: .milliseconds(200)) }
      let started = ContinuousClock.now
      let first = try WorkerProcess(stand, inContainer: true)
      let ids = try stand.send(300)
      try stand.wait("the first is out") { try stand.totals.accepted > 0 }
      let start = ContinuousClock.now - started
      try stand.wait("posts are under way") {
        try stand.store.laneStatus().contains { $0.inFlight > 20 }
      }
      first.kill()
      let before = try stand.totals.accepted
      let killed = ContinuousClock.now
      let second = try WorkerProcess(stand, inContainer: true)
      try stand.wait("the next send goes out") { try stand.totals.accepted > before + 24 }
      let limit = limit(.seconds(6), where: start, isUsually: .seconds(1))
      #expect(ContinuousClock.now - killed < limit)
      let states = try stand.wait(for: ids)
      #expect(states == [.accepted: 300], "\(stand.told)")
      #expect(try stand.totals.duplicates == 0)
      // `unshare` keeps a gentler signal from what it runs.
      second.kill()
    }
  }

  @Test(
    "a worker killed every 0.7 s for 12 s: everything is out within 15 s after",
    .enabled(if: takesItsTime, "kills a worker for 12 s"),
    arguments: Backend.allCases)
  func killedOften(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(
        backend, twilio: Self.open, meta: Self.open, top: FaultTests.quick)
      let ids = try stand.send(1500)
      let started = ContinuousClock.now
      var worker = try WorkerProcess(stand)
      try stand.wait("the first is out") { try stand.totals.accepted > 0 }
      let start = ContinuousClock.now - started
      let end = ContinuousClock.now + .seconds(12)
      while ContinuousClock.now < end {
        _ = Gate().wait(for: .milliseconds(700))
        worker.kill()
        worker = try WorkerProcess(stand)
      }
      let limit = limit(.seconds(15), where: start, isUsually: .seconds(1))
      let states = try stand.wait(for: ids, within: limit)
      #expect(states == [.accepted: 1500], "\(stand.told)")
      #expect(try stand.totals.duplicates == 0)
      worker.end()
    }
  }
}
