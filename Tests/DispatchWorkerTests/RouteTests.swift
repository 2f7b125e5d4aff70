import Domain
import Providers
import SendStore
import Simulator
import Store
import Telemetry
import TestSupport
import Testing
import Time

@testable import DispatchWorker

@Suite struct RouteTests {
  struct Row: Sendable {
    let use: MarketingMessages.Use
    var isMarketing = true
    var standing: MarketingStanding?
    var closed: Set<MetaRoute> = []
    let route: MetaRoute
  }

  static let onboarded = MarketingStanding(isOnboarded: true)
  static let required = MarketingStanding(isOnboarded: false, isRequired: true)
  static let not = MarketingStanding(isOnboarded: false)

  @Test(
    "a marketing template goes the way that its account, its settings and former refusals leave it",
    arguments: [
      Row(use: .auto, standing: onboarded, route: .marketing),
      Row(use: .auto, standing: required, route: .marketing),
      Row(use: .auto, standing: not, route: .messages),
      Row(use: .auto, route: .messages),
      Row(use: .always, route: .marketing), Row(use: .always, standing: not, route: .marketing),
      Row(use: .never, standing: onboarded, route: .messages),
      // A utility template, or one of which nothing is known.
      Row(use: .always, isMarketing: false, standing: onboarded, route: .messages),
      Row(use: .auto, standing: onboarded, closed: [.marketing], route: .messages),
      Row(use: .auto, standing: not, closed: [.messages], route: .marketing),
      Row(use: .auto, isMarketing: false, closed: [.messages], route: .marketing),
      Row(use: .never, closed: [.messages], route: .messages),
      Row(use: .auto, standing: onboarded, closed: [.messages, .marketing], route: .marketing),
      Row(use: .auto, standing: not, closed: [.messages, .marketing], route: .messages),
    ])
  func route(row: Row) {
    let route = MetaRoute(
      row.use, isMarketing: row.isMarketing, row.standing,
      isClosed: { row.closed.contains($0) })
    #expect(route == row.route)
  }
}

/// Against the simulator, whose way for marketing templates and whose other one refuse what they must.
@Suite(.timeLimit(.minutes(5))) struct MarketingRouteTests {
  private func stand(
    _ backend: Backend, _ setting: String, onboarded: Bool, elsewhereOnly: Bool = false,
    _ change: (inout SimulatorSettings) -> Void = { _ in }
  ) throws -> DispatchStand {
    let stand = try DispatchStand(
      backend,
      meta: "budget: { rate: null, daily: null, pair: null }, \(setting)"
    ) {
      $0.meta[0].accounts[0].templates[0].category = "MARKETING"
      $0.meta[0].accounts[0].marketingMessages = onboarded ? "ONBOARDED" : "ELIGIBLE"
      $0.meta[0].accounts[0].isMarketingElsewhereOnly = elsewhereOnly
      change(&$0)
    }
    let account = AccountID(Demo.wabaID)
    let template = MirroredTemplate(
      account: account, name: Demo.template, language: "en_US", status: "APPROVED",
      category: "MARKETING", quality: "", components: Array("[]".utf8))
    try stand.store.save([template], of: account, since: try stand.store.now())
    return stand
  }

  private func know(_ stand: DispatchStand, _ standing: MarketingStanding) throws {
    var facts = PhoneFacts()
    facts.marketing = standing
    try stand.store.save(
      facts.json, ofPhone: SenderID("meta"), askedAt: try stand.store.now())
  }

  private func offers(_ stand: DispatchStand, _ count: Int = 1, from first: Int = 0) throws
    -> [SendID]
  {
    try stand.send(
      count, by: "meta", from: first,
      #""type": "template", "template_name": "\#(Demo.template)", "language_code": "en_US""#)
  }

  private func codes(_ stand: DispatchStand, _ id: SendID) throws -> [String] {
    try stand.store.send(id)?.history.compactMap(\.code) ?? []
  }

  /// Until the routes were looked at: the first of them tells.
  private func settle(_ stand: DispatchStand) throws {
    var number = 1000
    try stand.wait("a marketing template goes its way at once") {
      number += 1
      let ids = try offers(stand, from: number)
      _ = try stand.wait(for: ids)
      return try codes(stand, ids[0]).isEmpty
    }
  }

  @Test(
    "a marketing template of an account that agreed goes there, and other messages do not",
    arguments: Backend.allCases)
  func onboarded(backend: Backend) async throws {
    try await inTurn {
      let stand = try stand(
        backend, "productPolicy: \"STRICT\"", onboarded: true, elsewhereOnly: true)
      try know(stand, MarketingStanding(isOnboarded: true))
      try stand.start()
      // Elsewhere the simulator refuses marketing, so what is accepted went there.
      try settle(stand)
      let ids = try offers(stand, 20) + stand.send(5, by: "meta", from: 50)
      #expect(try stand.wait(for: ids) == [.accepted: 25])
      #expect(try ids.allSatisfy { try codes(stand, $0).isEmpty })
      #expect(try stand.totals.duplicates == 0)
    }
  }

  @Test(
    "what one way has surely refused goes the other in its next attempt, and is not doubled",
    arguments: [("marketingMessages: \"always\"", false, "200"), ("", true, "131063")])
  func fallback(setting: String, elsewhereOnly: Bool, code: String) async throws {
    try await inTurn {
      let stand = try stand(
        .oneMachine, setting, onboarded: elsewhereOnly, elsewhereOnly: elsewhereOnly)
      try stand.start()
      var number = 0
      var first: SendID?
      // Of `always` only what comes once the templates were looked at goes there at all.
      try stand.wait("one was refused and went the other way") {
        number += 1
        let ids = try offers(stand, from: number)
        _ = try stand.wait(for: ids)
        first = ids[0]
        return try codes(stand, ids[0]) == [code]
      }
      let refused = try #require(first)
      let send = try #require(try stand.store.send(refused))
      #expect(send.progress.attemptsMade == 2)
      #expect(
        send.history.map(\.state) == [.queued, .sending, .queued, .sending, .accepted])
      // The way that refused is left alone.
      let later = try offers(stand, 5, from: 500)
      #expect(try stand.wait(for: later) == [.accepted: 5])
      #expect(try later.allSatisfy { try codes(stand, $0).isEmpty })
      try stand.expectClean(number + 5)
    }
  }

  @Test("where both ways refuse, and where the settings want one alone, the lane stops")
  func neither() async throws {
    try await inTurn {
      for (setting, code) in [("marketingMessages: \"never\"", "131063"), ("", "200")] {
        let stand = try stand(.oneMachine, setting, onboarded: false, elsewhereOnly: true)
        try stand.start(probeAfter: .seconds(600))
        _ = try offers(stand)
        try stand.wait("the lane stops") {
          try stand.store.laneStatus().contains { $0.stop?.code == code }
        }
        #expect(try stand.accepted("meta") == 0)
      }
    }
  }

  @Test("who wants Meta's way for marketing alone is not sent the other")
  func strict() async throws {
    try await inTurn {
      let stand = try stand(
        .oneMachine, "marketingMessages: \"always\", productPolicy: \"STRICT\"", onboarded: false)
      try stand.start(probeAfter: .seconds(600))
      var ids: [SendID] = []
      // What comes before the templates were looked at goes as any other.
      try stand.wait("the lane stops") {
        ids += try offers(stand, from: ids.count + 1)
        _ = try stand.wait(for: Array(ids.suffix(1)), in: [.accepted, .queued])
        return try stand.store.laneStatus().contains { $0.stop?.code == "200" }
      }
      try stand.wait("nothing is under way") { try stand.states(ids)[.sending] == nil }
      let states = try stand.states(ids)
      #expect(Set(states.keys).isSubset(of: [.accepted, .queued]))
      #expect(try stand.accepted("meta") == states[.accepted] ?? 0)
      #expect(states[.queued] ?? 0 > 0)
    }
  }

  @Test("an answer that leaves it open is a doubt, and is repeated by neither way")
  func doubt() async throws {
    try await inTurn {
      let stand = try stand(.oneMachine, "", onboarded: true, elsewhereOnly: true)
      try know(stand, MarketingStanding(isOnboarded: true))
      try stand.start()
      try settle(stand)
      let before = try stand.accepted("meta")
      var fault = Fault(.errorAfter)
      fault.status = 502
      stand.simulator.switchOn(fault)
      let ids = try offers(stand, 3)
      #expect(try stand.wait(for: ids, in: [.inDoubt]) == [.inDoubt: 3])
      #expect(try stand.accepted("meta") == before + 3)
      #expect(try stand.totals.duplicates == 0)
    }
  }

  @Test(
    "what Meta took and holds is accepted with the mark, and counted", arguments: Backend.allCases)
  func held(backend: Backend) async throws {
    try await inTurn {
      let stand = try stand(backend, "", onboarded: false) {
        var pacing = Pacing()
        pacing.first = 2
        $0.meta[0].accounts[0].templates[0].pacing = pacing
      }
      try stand.start()
      let ids = try offers(stand, 5)
      #expect(try stand.wait(for: ids) == [.accepted: 5])
      #expect(try ids.count { try stand.store.send($0)?.isHeld == true } == 3)
      #expect(stand.metrics.text().contains(#"postrider_sends_held_total{sender="meta"} 3"#))
      try stand.expectClean(5)
    }
  }
}
