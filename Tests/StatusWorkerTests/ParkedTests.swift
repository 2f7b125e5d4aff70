import Domain
import JSON
import Providers
import SendStore
import StatusWorker
import TestSupport
import Testing
import Time

@testable import Service

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
    arguments: Pair.allCases)
  func bounded(pair: Pair) async throws {
    try await onStand(pair) { stand in
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
    arguments: Pair.allCases)
  func swept(pair: Pair) async throws {
    try await onStand(pair, runs: false) { stand in
      let id = SendID.random(at: stand.clock.now)
      let since = stand.clock.now
      _ = try stand.store.apply(
        (0..<700).map { number in
          CallbackReport(
            attempt: number == 0 ? AttemptID(id, 1) : nil, providerID: ProviderID("SM\(number)"),
            provider: .twilio, account: AccountID("AC1"), address: nil, status: .wentOut(.sent))
        })
      try stand.queue(1) { $1.id = id }
      #expect(try stand.store.joinParked(since: since) == 1)
      #expect(try stand.state(id) == .sent)
      #expect(try stand.store.parkedCount() == 699)
    }
  }
}
