import Domain
import JSON
import SendStore
import Simulator
import TestSupport
import Testing
import Time

/// The limits as the provider counts them, by its own clock and its own rules.
@Suite(.timeLimit(.minutes(15))) struct ProviderDoorTests {
  /// The provider's windows of a rate and of a pair are half a second shorter than ours: our guard of 25 ms is for
  /// a network, and on a machine that runs other tests too a post may be held up for longer on its way. A budget
  /// that is forgotten or spent twice comes seconds too early, at the latest with the lease that runs out after 3 s.
  private func stand(_ backend: Backend) throws -> DispatchStand {
    try DispatchStand(
      backend,
      twilio: "budget: { rate: \"10/6s\", daily: 16, pair: null }",
      meta: """
        budget: {
          rate: null, daily: { limit: 12, counts: "recipients" }, pair: "1/4s burst 3"
        }
        """, top: FaultTests.quick
    ) { world in
      world.latency = .init(.milliseconds(500), to: .milliseconds(900))
      world.everyone.hasOpenWindow = false
      world.portfolios = [Demo.portfolio: 12]
      for place in world.twilio[0].senders.indices {
        world.twilio[0].senders[place].rate = .init(10, per: .milliseconds(5500))
        world.twilio[0].senders[place].daily = 16
      }
      world.meta[0].accounts[0].phones[0].pair = .init(
        1, per: .milliseconds(3500), burst: 3)
    }
  }

  @Test(
    "two workers, both killed with posts under way, and two after them pass no limit at the provider's door",
    .enabled(if: takesItsTime, "fills windows of six seconds"),
    arguments: Backend.allCases)
  func door(backend: Backend) async throws {
    try await inTurn {
      let stand = try stand(backend)
      let template = """
        "type": "template", "template_name": "\(Demo.template)", "language_code": "en_US"
        """
      // Four to one person, and one each to more people than there is room for.
      for _ in 0..<4 { try stand.send(1, by: "meta", from: 7, template) }
      try stand.send(20, by: "meta", from: 100, template)
      try stand.send(30)
      var workers = try (0..<2).map { _ in try WorkerProcess(stand) }
      // What the first windows have room for: 3 to the one and 11 others; its answers are still to come.
      try stand.wait("the first windows are full") {
        try stand.accepted("twilio") == 10 && stand.accepted("meta") == 14
      }
      workers.forEach { $0.kill() }
      workers = try (0..<2).map { _ in try WorkerProcess(stand) }
      try stand.wait("all that may go has gone") {
        try stand.accepted("twilio") >= 16 && stand.accepted("meta") >= 15
      }
      try stand.wait("what is left waits for another day") {
        let holds = try stand.store.laneStatus().compactMap(\.budget?.by)
        return holds.sorted { $0.rawValue < $1.rawValue } == [.daily, .recipients]
      }
      #expect(try stand.accepted("twilio") == 16)
      #expect(try stand.accepted("meta") == 15)
      let totals = try stand.totals
      #expect(totals.duplicates == 0)
      #expect(totals.violations == 0, "\(String(decoding: stand.simulator.ledger, as: UTF8.self))")
      workers.forEach { $0.end() }
    }
  }
}
