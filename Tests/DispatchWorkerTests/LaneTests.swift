import Running
import EventLog
import Events
import DispatchWorker
import Domain
import JSON
import Platform
import SQLite
import SendStore
import Simulator
import TestSupport
import Testing
import Time

/// What goes when, and what does not go at all.
@Suite(.timeLimit(.minutes(15))) struct LaneTests {
  @Test(
    "a full day holds what is left until it is over, and no other lane", arguments: Backend.allCases
  )
  func daily(backend: Backend) async throws {
    try await inTurn {
      let clock = ManualClock()
      let stand = try DispatchStand(
        backend, twilio: "budget: { rate: null, daily: 100, pair: null, inFlight: 50 }",
        clock: clock
      )
      let ids = try stand.send(150) { $0.expires = $0.due + .seconds(7 * 86400) }
      try stand.start()
      let other = try stand.send(20, by: "meta", from: 5000)
      #expect(try stand.wait(for: other) == [.accepted: 20])
      try stand.wait("the day is full") { try stand.accepted("twilio") == 100 }
      let lane = try #require(
        try stand.store.laneStatus().first { $0.sender.text == "twilio" })
      #expect(lane.waiting == 50)
      #expect(lane.budget?.by == .daily)
      clock.advance(.seconds(86400 - 60))
      _ = Gate().wait(for: .milliseconds(1500))
      #expect(try stand.states(ids) == [.accepted: 100, .queued: 50])
      // Leases have run out by this clock; the worker takes them up again.
      clock.advance(.seconds(200))
      #expect(try stand.wait(for: ids) == [.accepted: 150])
      try stand.expectClean(170)
    }
  }

  @Test(
    "a rate spreads its sends over the time it takes, on each lane by itself",
    arguments: Backend.allCases)
  func rates(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(
        backend, twilio: "budget: { rate: \"1/1s\", daily: null, pair: null }",
        meta: "budget: { rate: \"40/s\", daily: null, pair: null }"
      )
      try stand.start()
      let slow = try stand.send(3)
      let fast = try stand.send(120, by: "meta")
      #expect(try stand.wait(for: slow + fast) == [.accepted: 123])
      // What the store planned; what comes of it at the provider's door, ProviderDoorTests judge.
      #expect(try stand.claimSpan(of: slow) >= .seconds(2))
      #expect(try stand.claimSpan(of: fast) >= .seconds(2))
      try stand.expectClean(123)
    }
  }

  @Test(
    "an urgent send overtakes a campaign, and a scheduled one waits for its time",
    arguments: Backend.allCases)
  func order(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(
        backend, twilio: "budget: { rate: \"10/s\", daily: null, pair: null }")
      try stand.start()
      let campaign = try stand.send(60) { $0.campaign = "big" }
      try stand.wait(for: [campaign[9]])
      let later = try stand.send(1, from: 100) { $0.due = $0.due + .seconds(8) }
      let urgent = try stand.send(1, from: 101) { $0.priority = 9 }
      #expect(try stand.wait(for: urgent) == [.accepted: 1])
      let waits = try stand.states(later) == [.queued: 1]
      #expect(try waits || stand.store.send(later[0])?.due ?? .distantPast <= stand.store.now())
      #expect(try stand.wait(for: campaign) == [.accepted: 60])
      #expect(try stand.wait(for: later) == [.accepted: 1])
      let send = try #require(try stand.store.send(later[0]))
      #expect(try #require(send.history.last).at >= send.due)
      // By the store's own times, whatever the machine's pace: hardly any of the campaign came between.
      let overtaking = try #require(try stand.store.send(urgent[0])).history
      let queued = try #require(overtaking.first { $0.state == .queued }).at
      let claimed = try #require(overtaking.first { $0.state == .sending }).at
      let between = try stand.claims(of: campaign).filter { $0 > queued && $0 < claimed }
      #expect(between.count < 10)
      try stand.expectClean(62)
    }
  }

  @Test(
    "what is canceled, too late, opted out of or refused by a closed window never goes",
    arguments: Backend.allCases)
  func checks(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(
        backend, meta: "window: \"enforce\", budget: { rate: null, daily: null, pair: null }")
      let now = try stand.store.now()
      try stand.store.optOut("+393331000007", of: SenderID("twilio"), .out(.everything))
      let optedOut = try stand.send(1, from: 7)
      let expired = try stand.send(1, from: 8) { $0.expires = now - .seconds(1) }
      let canceled = try stand.send(1, from: 9) { $0.due = now + .seconds(3600) }
      let closed = try stand.send(1, by: "meta", from: 10)
      let open = try stand.send(1, by: "meta", from: 11)
      _ = try stand.store.receive([
        InboundReport(
          account: AccountID(Demo.wabaID), sender: SenderID("meta"), contact: "+393331000011",
          providerID: ProviderID("wamid.in"), at: now)
      ])
      let fallback = try stand.send(
        1, by: "meta", from: 12,
        """
        "body": "hello", "fallbackTemplate": {"template_name": "\(Demo.template)",
        "language_code": "en_US"}
        """)
      try stand.start()
      #expect(try stand.wait(for: open + fallback) == [.accepted: 2])
      #expect(try stand.wait(for: optedOut + closed, in: [.failed]) == [.failed: 2])
      #expect(try stand.wait(for: expired, in: [.expired]) == [.expired: 1])
      #expect(try stand.store.send(closed[0])?.history.last?.code == "window-closed")
      #expect(try stand.store.send(optedOut[0])?.history.last?.code == "opted-out")
      #expect(try stand.store.cancel(canceled[0]) == .canceled)
      try stand.expectClean(2)
    }
  }

  @Test(
    "a message refused for a closed window goes out as its template", arguments: Backend.allCases)
  func fallbackAfterRefusal(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(backend)
      var fault = Fault(.refuse)
      fault.status = 400
      fault.code = 131047
      fault.count = 1
      stand.simulator.switchOn(fault)
      try stand.start()
      let fields = """
        "body": "hello", "fallbackTemplate": {"template_name": "\(Demo.template)",
        "language_code": "en_US"}
        """
      let ids = try stand.send(1, by: "meta", fields)
      #expect(try stand.wait(for: ids) == [.accepted: 1])
      #expect(try stand.store.send(ids[0])?.progress.attempt == 2)
      #expect(
        try stand.store.contact("+393331000000", of: SenderID("meta"))?.window.lastRefusal != nil)
      try stand.expectClean(1)
    }
  }

  @Test(
    "a send that says something else under a known id is dead-lettered", arguments: Backend.allCases
  )
  func conflict(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(backend)
      try stand.start()
      let id = SendID.random(at: try stand.store.now())
      _ = try stand.send(1) { $0.id = id }
      _ = try stand.send(1) { $0.id = id }
      _ = try stand.send(1, "\"body\": \"other\"") { $0.id = id }
      let unknown = try stand.send(1, from: 1) { $0.sender = SenderID("nobody") }
      let after = try stand.send(1, from: 2)
      #expect(try stand.wait(for: [id] + after) == [.accepted: 2])
      let reasons = try stand.reasonsOfDeadLetters()
      #expect(reasons == ["a send of this id is there with another content"])
      // Who asked for it finds it with the send that the key belongs to.
      let history = try #require(try stand.store.send(id)?.history)
      #expect(history.filter { $0.code == SendStore.reusedKeyCode }.count == 1)
      #expect(history.map(\.version) == Array(1...history.count))
      #expect(try stand.states(unknown) == [.queued: 1], "it waits for its sender")
      try stand.expectClean(2)
    }
  }

  @Test("the template of a send is what Ingest said, or stands in what an earlier version wrote")
  func templates() async throws {
    try await inTurn {
      let stand = try DispatchStand(.oneMachine)
      let fields =
        #""template_name": "\#(Demo.template)", "language_code": "en", "parameters": ["1"]"#
      let said = try stand.send(1, by: "meta", fields) { event in
        event.template = TemplateKey(name: "said", language: "en").text
      }
      let read = try stand.send(1, by: "meta", from: 1, fields) { event in event.template = nil }
      // It waits for its sender, and its template is known all the same.
      let unknown = try stand.send(1, by: "meta", from: 2, fields) { event in
        (event.template, event.sender) = (
          TemplateKey(name: "waits", language: "en").text, SenderID("nobody")
        )
      }
      try stand.start()
      try stand.wait("all are taken in") {
        try (said + read + unknown).allSatisfy { try stand.state($0) != nil }
      }
      #expect(try stand.store.send(said[0])?.template == "said")
      #expect(try stand.store.send(read[0])?.template == Demo.template)
      #expect(try stand.store.send(unknown[0])?.template == "waits")
    }
  }

  @Test("a store that has gone back behind its log's reader takes nothing in until it is restored")
  func goneBack() async throws {
    try await inTurn {
      let stand = try DispatchStand(.oneMachine)
      try stand.start()
      let first = try stand.send(3)
      #expect(try stand.wait(for: first) == [.accepted: 3])
      func move(_ step: Int) throws {
        try Database(path: stand.folder.file("store.db")).execute(
          "UPDATE intake SET next_offset = next_offset + \(step) WHERE next_offset > 0")
      }
      try move(-1)
      let second = try stand.send(1, from: 10)
      try stand.wait("it is told") {
        stand.lines.withLock { $0.contains { $0.contains("the store lost commits") } }
      }
      #expect(try stand.store.hasLostCommits())
      #expect(try stand.states(second).isEmpty)

      // One that begins then takes nothing in either, wherever the store stands by now.
      stand.stopWorkers()
      try move(1)
      stand.lines.withLock { $0 = [] }
      try stand.start("second")
      try stand.wait("it is told again") {
        stand.lines.withLock { $0.contains { $0.contains("cannot take sends in") } }
      }
      #expect(try stand.states(second).isEmpty)
      _ = try stand.store.restored()
      #expect(try stand.wait(for: second) == [.accepted: 1])
      #expect(try stand.totals.duplicates == 0)
    }
  }

  @Test(
    "of a batch that the store cannot keep, what is at fault is dead-lettered and the rest goes")
  func unstorable() async throws {
    try await inTurn {
      let stand = try DispatchStand(.scaledOut)
      let before = try stand.send(4)
      let wrong = try stand.send(1, from: 10) { $0.campaign = "a\0b" }
      let after = try stand.send(4, from: 20)
      try stand.start()
      #expect(try stand.wait(for: before + after) == [.accepted: 8])
      #expect(try stand.states(wrong).isEmpty)
      let reasons = try stand.reasonsOfDeadLetters()
      #expect(reasons.count == 1 && reasons[0].contains("0x00"), "\(reasons)")
    }
  }

  @Test(
    "a graceful stop records what is under way and hands its lanes over at once",
    arguments: Backend.allCases)
  func handOver(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(backend) {
        $0.latency = .init(.milliseconds(400), to: .milliseconds(600))
      }
      let first = try stand.start("first")
      let ids = try stand.send(300)
      try stand.wait("some are under way") {
        try stand.store.laneStatus().contains { $0.inFlight > 0 }
      }
      first.request()
      try stand.start("second")
      #expect(try stand.wait(for: ids) == [.accepted: 300])
      try stand.expectClean(300)
      let lanes = try stand.store.laneStatus()
      #expect(lanes.allSatisfy { $0.worker == WorkerID("second") })
      #expect(try ids.allSatisfy { try stand.store.send($0)?.progress.attempt == 1 })
    }
  }
}
