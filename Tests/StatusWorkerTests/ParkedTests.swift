import Events
@testable import Running
@testable import Telemetry
import Domain
import JSON
import Platform
import SendStore
import StatusWorker
import TestSupport
import Testing
import Time

@Suite struct ParkedTests {
  static func burial(_ stand: StatusStand, bound: Int) -> ParkedBurial {
    ParkedBurial(
      stand.store, stand.log, bound: bound, log: Log(worker: "test", write: { _ in }),
      metrics: stand.metrics)
  }

  static func unknown(_ number: Int) -> ProviderCallback {
    ProviderCallback(
      provider: .twilio, account: AccountID("AC1"), providerID: ProviderID("SMunknown\(number)"),
      status: "sent", meaning: .wentOut(.sent), receivedAt: Timestamp(seconds: 1_800_000_000))
  }

  @Test(
    "of callbacks for nobody's messages only so many wait, and the oldest go to the dead letters",
    arguments: Backend.allCases)
  func bounded(backend: Backend) async throws {
    try await onStand(backend) { stand in
      try stand.queue(1)
      let send = try #require(try stand.claim().first)
      try stand.tell((0..<1500).map(Self.unknown))
      try stand.tell([.twilio("delivered", send, named: false)])
      #expect(try stand.store.parkedCount() == 1501)
      #expect(try Self.burial(stand, bound: 600).reportExcess() == 600)
      #expect(try stand.store.parkedCount() == 600)
      let letters = try stand.deadLetters(901)
      let ids = letters.compactMap { $0["providerId"]?.string }
      #expect(Set(ids).count == 901)
      #expect(letters.first?["reason"]?.string?.contains("600 others") == true)
      #expect(stand.metrics.text().contains("postrider_callbacks_unmatched_total 901"))
      try stand.record([send])
      #expect(try stand.state(send.id) == .delivered)
    }
  }

  @Test(
    "a callback whose send comes while nobody looks is joined by the sweep",
    arguments: Backend.allCases)
  func swept(backend: Backend) async throws {
    try await onStand(backend, runs: false) { stand in
      let id = SendID.random(at: stand.clock.now)
      let since = stand.clock.now
      _ = try stand.store.apply(
        (0..<700).map { number in
          CallbackReport(
            attempt: number == 0 ? AttemptID(id, 1) : nil, providerID: ProviderID("SM\(number)"),
            provider: .twilio, account: AccountID("AC1"), address: nil, status: .wentOut(.sent))
        })
      try stand.queue(1) { $1.id = id }
      #expect(try stand.store.joinParked(after: .from(since), limit: 1000).joined == 1)
      #expect(try stand.state(id) == .sent)
      #expect(try stand.store.parkedCount() == 699)
    }
  }

  @Test(
    "a look takes only so many, and the next goes on where it ended", arguments: Backend.allCases)
  func stepwise(backend: Backend) async throws {
    try await onStand(backend, runs: false) { stand in
      let send = try #require(try Self.park(7, stand).last)
      try stand.queue(1) { $1.id = send }
      var (place, joined, looks) = (ParkedPlace?.some(.from(.distantPast)), 0, 0)
      while let after = place {
        let look = try stand.store.joinParked(after: after, limit: 3)
        (place, joined, looks) = (look.next, joined + look.joined, looks + 1)
      }
      #expect(looks == 3 && joined == 1)
      #expect(try stand.state(send) == .sent)
    }
  }

  @Test(
    "the sweep takes all at start, and each second what has come since", arguments: Backend.allCases
  )
  func eachSecond(backend: Backend) async throws {
    try await onStand(backend, runs: false) { stand in
      let first = try #require(try Self.park(4500, stand).last)
      try stand.queue(1) { $1.id = first }
      let (stop, health) = (StopSignal(), Health())
      let thread = WorkerThread("parked") {
        ParkedSweep(
          stand.store, Self.burial(stand, bound: 10_000),
          log: Log(worker: "test", write: { _ in }), health: health.part("parked"),
          metrics: stand.metrics, stop: stop
        ).run()
      }
      #expect(try Self.isSoon { try stand.state(first) == .sent })
      let second = try #require(try Self.park(1, stand).last)
      try stand.queue(1) { $1.id = second }
      #expect(try Self.isSoon { try stand.state(second) == .sent })
      stop.request()
      thread.join()
    }
  }

  /// Callbacks that each name a send which nobody has taken in.
  static func park(_ count: Int, _ stand: StatusStand) throws -> [SendID] {
    let ids = (0..<count).map { _ in SendID.random(at: stand.clock.now) }
    _ = try stand.store.apply(
      ids.map { id in
        CallbackReport(
          attempt: AttemptID(id, 1), providerID: ProviderID("SM\(id)"), provider: .twilio,
          account: AccountID("AC1"), address: nil, status: .wentOut(.sent))
      })
    return ids
  }

  static func isSoon(_ holds: () throws -> Bool) throws -> Bool {
    let gate = Gate()
    let deadline = bootMicroseconds() + 10_000_000
    while try !holds() {
      guard bootMicroseconds() < deadline else { return false }
      _ = gate.wait(for: .milliseconds(20))
    }
    return true
  }
}
