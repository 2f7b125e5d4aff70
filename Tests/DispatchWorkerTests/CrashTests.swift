import Domain
import Foundation
import Platform
import SendStore
import Simulator
import TestSupport
import Testing
import Time

/// Workers that are killed or frozen: processes of their own, on one log and one store.
@Suite(.timeLimit(.minutes(15))) struct CrashTests {
  @Test(
    "two workers, either killed in mid-campaign ten times: every send ends accepted or named, none twice",
    .enabled(if: takesItsTime, "kills workers for 8 s"),
    arguments: Backend.allCases)
  func killed(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(
        backend, twilio: "budget: { rate: null, daily: null, pair: null, inFlight: 4 }",
        meta: "budget: { rate: null, daily: null, pair: null, inFlight: 4 }",
        top: FaultTests.quick
      ) { $0.latency = .init(.milliseconds(20), to: .milliseconds(60)) }
      let ids = try stand.send(800) + stand.send(800, by: "meta")
      var workers = try (0..<2).map { _ in try WorkerProcess(stand) }
      try stand.wait("all are taken in") { try stand.states(ids).values.reduce(0, +) == ids.count }
      for round in 0..<10 {
        _ = Gate().wait(for: .milliseconds(.random(in: 300...1200)))
        workers[round % 2].kill()
        workers[round % 2] = try WorkerProcess(stand)
      }
      // Twilio's doubts are settled by its list; Meta's wait for callbacks or a person.
      let (twilio, meta) = (Array(ids.prefix(800)), Array(ids.suffix(800)))
      let looked = try stand.wait(for: twilio)
      #expect(looked == [.accepted: 800], "\(stand.told)")
      let states = try stand.wait(for: meta, in: [.accepted, .inDoubt])
      #expect(states.values.reduce(0, +) == 800)
      #expect(states.keys.allSatisfy { [.accepted, .inDoubt].contains($0) }, "\(states)")
      let totals = try stand.totals
      #expect(totals.duplicates == 0)
      #expect(totals.repeatsAfterFinalFailure == 0)
      for worker in workers { worker.end() }
    }
  }

  @Test(
    "a worker frozen past its lease sends nothing when it wakes that another has sent",
    .enabled(if: takesItsTime, "freezes a worker until its lease is over, twice"),
    arguments: Backend.allCases)
  func frozen(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(
        backend, meta: "budget: { rate: null, daily: null, pair: null, inFlight: 4 }",
        top: FaultTests.quick
      ) { $0.latency = .init(.milliseconds(20), to: .milliseconds(60)) }
      let first = try WorkerProcess(stand)
      let ids = try stand.send(800, by: "meta")
      try stand.wait("it sends") { try stand.totals.accepted > 20 }
      let second = try WorkerProcess(stand)
      for _ in 0..<2 {
        let before = try stand.totals.accepted
        try first.freeze(outsideWritesOf: stand)
        try stand.wait("the other goes on") {
          try stand.totals.accepted > before + 20
        }
        first.thaw()
      }
      let states = try stand.wait(for: ids, in: [.accepted, .inDoubt])
      #expect(states.keys.allSatisfy { [.accepted, .inDoubt].contains($0) }, "\(states)")
      let totals = try stand.totals
      #expect(totals.duplicates == 0)
      first.end()
      second.end()
    }
  }
}
