import Events
import Running
import Settings
import DispatchWorker
import Domain
import Platform
import SendStore
import Simulator
import TestSupport
import Testing
import Time

/// What goes wrong at a provider, told by the ledger of the one who saw it all.
@Suite(.timeLimit(.minutes(15))) struct FaultTests {
  static let quick =
    "doubts: { looks: [\"200ms\", \"500ms\"], grace: \"500ms\" }, answerTimeout: \"2s\","

  @Test("sends are accepted, each once", arguments: Backend.allCases)
  func plain(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(backend)
      try stand.start()
      let ids = try stand.send(150) + stand.send(150, by: "meta")
      #expect(try stand.wait(for: ids) == [.accepted: 300])
      try stand.expectClean(300)
      let send = try #require(try stand.store.send(ids[0]))
      #expect(send.history.map(\.state) == [.queued, .sending, .accepted])
      #expect(send.answer != nil)
    }
  }

  @Test(
    "accepted, and then an error, a cut or silence: Twilio's list settles it, and nobody gets two",
    arguments: Backend.allCases, [Fault.Kind.errorAfter, .cutAfter, .hangAfter, .garbageAfter])
  func acceptedWithoutAnswer(backend: Backend, kind: Fault.Kind) async throws {
    try await inTurn {
      let stand = try DispatchStand(backend, top: Self.quick)
      stand.simulator.switchOn(Fault(kind))
      try stand.start()
      let ids = try stand.send(20)
      #expect(try stand.wait(for: ids) == [.accepted: 20])
      try stand.expectClean(20)
      let send = try #require(try stand.store.send(ids[0]))
      #expect(send.history.map(\.state) == [.queued, .sending, .inDoubt, .accepted])
      #expect(send.progress.attempt == 1)
    }
  }

  @Test(
    "a connection that dies under a request it had taken, where it had served before: one message",
    arguments: Backend.allCases)
  func closedReused(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(
        backend, twilio: "budget: { rate: null, daily: null, pair: null, inFlight: 2 }",
        top: Self.quick)
      var fault = Fault(.closeReused)
      fault.share = 0.3
      stand.simulator.switchOn(fault)
      try stand.start()
      let ids = try stand.send(60)
      #expect(try stand.wait(for: ids) == [.accepted: 60])
      try stand.expectClean(60)
    }
  }

  @Test(
    "refused once with a code that may be tried again: all are accepted in the end",
    arguments: Backend.allCases, [(429, 20429), (503, 20503)])
  func refusedOnce(backend: Backend, answer: (status: Int, code: Int)) async throws {
    try await inTurn {
      let stand = try DispatchStand(backend, top: Self.quick)
      var fault = Fault(.refuse)
      fault.status = answer.status
      fault.code = answer.code
      fault.count = 5
      stand.simulator.switchOn(fault)
      try stand.start()
      let ids = try stand.send(20)
      #expect(try stand.wait(for: ids) == [.accepted: 20])
      try stand.expectClean(20)
    }
  }

  @Test(
    "a bare 500 before acceptance: Twilio's list does not have it, so it goes again",
    arguments: Backend.allCases)
  func bareError(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(backend, top: Self.quick)
      var fault = Fault(.refuse)
      fault.status = 500
      fault.body = "oops"
      fault.count = 6
      stand.simulator.switchOn(fault)
      try stand.start()
      let ids = try stand.send(20)
      #expect(try stand.wait(for: ids) == [.accepted: 20])
      try stand.expectClean(20)
      let histories = try ids.compactMap { try stand.store.send($0)?.history.map(\.state) }
      // On a busy machine the gate may refuse a post, which then waits once more in the queue.
      let doubtful = histories.filter { $0.contains(.inDoubt) }
      #expect(doubtful.count == 6)
      #expect(
        doubtful.allSatisfy { states in
          let parts = states.split(separator: .inDoubt)
          return parts.count == 2 && parts[0].last == .sending
            && parts[1].starts(with: [.queued, .sending]) && parts[1].last == .accepted
        }, "\(doubtful)")
    }
  }

  @Test(
    "a bare 500 of Meta's: under hold it stays in doubt, under resend it goes again, once every callback was applied",
    arguments: Backend.allCases, ["hold", "resend"])
  func metaInDoubt(backend: Backend, policy: String) async throws {
    try await inTurn {
      let stand = try DispatchStand(
        backend,
        meta: "inDoubt: \"\(policy)\", budget: { rate: null, daily: null, pair: null }",
        top: Self.quick)
      var fault = Fault(.refuse)
      fault.status = 500
      fault.body = "oops"
      fault.count = 3
      stand.simulator.switchOn(fault)
      try stand.start()
      let ids = try stand.send(5, by: "meta")
      try stand.wait("three are in doubt") {
        try stand.states(ids) == [.accepted: 2, .inDoubt: 3]
      }
      // The pipeline of callbacks stands still: nothing may be decided.
      _ = Gate().wait(for: .milliseconds(1500))
      #expect(try stand.states(ids) == [.accepted: 2, .inDoubt: 3])
      let later = try stand.store.now() + .seconds(60)
      try stand.store.applyMarks([
        Mark(partition: 0, instance: "ingest", at: later, isLast: false)
      ])
      if policy == "resend" {
        #expect(try stand.wait(for: ids) == [.accepted: 5])
      } else {
        try stand.wait("it is left to a person") {
          stand.lines.withLock {
            $0.contains { $0.contains("it is not known whether a send went out") }
          }
        }
        #expect(try stand.states(ids) == [.accepted: 2, .inDoubt: 3])
      }
      try stand.expectClean(policy == "resend" ? 5 : 2)
    }
  }

  @Test(
    "a token that has expired stops the lane and burns nothing; a probe sets it going again",
    arguments: Backend.allCases, [("meta", "190", "twilio"), ("twilio", "20003", "meta")])
  func tokenExpired(backend: Backend, row: (stopped: String, code: String, other: String))
    async throws
  {
    try await inTurn {
      let stand = try DispatchStand(
        backend,
        meta: "maxAttempts: 3, budget: { rate: null, daily: null, pair: null, inFlight: 4 }")
      var expiry = Fault(.tokenExpired)
      expiry.provider = row.stopped
      let fault = stand.simulator.switchOn(expiry)
      try stand.start()
      let ids = try stand.send(30, by: row.stopped)
      try stand.wait("the lane stops") {
        try stand.store.laneStatus().contains { $0.stop?.code == row.code }
      }
      let other = try stand.send(5, by: row.other, from: 500)
      #expect(try stand.wait(for: other).values.reduce(0, +) == 5)
      stand.simulator.switchOff(fault)
      #expect(try stand.wait(for: ids) == [.accepted: 30])
      try stand.expectClean(35)
      #expect(try stand.store.laneStatus().allSatisfy { $0.stop == nil })
    }
  }

  @Test(
    "a send that stops its lane twice is not to blame while nothing else has passed",
    arguments: Backend.allCases)
  func stopsTwice(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(backend)
      var fault = Fault(.refuse)
      fault.status = 401
      fault.code = 190
      fault.count = 2
      fault.provider = "meta"
      stand.simulator.switchOn(fault)
      try stand.start(probeAfter: .milliseconds(100))
      let ids = try stand.send(1, by: "meta")
      #expect(try stand.wait(for: ids) == [.accepted: 1])
      let send = try #require(try stand.store.send(ids[0]))
      #expect(
        send.history.map(\.state) == [
          .queued, .sending, .queued, .sending, .queued, .sending, .accepted,
        ])
    }
  }

  @Test(
    "settings that are read again with another token set a stopped lane going",
    arguments: Backend.allCases)
  func newToken(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(backend, wrong: ["meta"])
      try stand.start(probeAfter: .seconds(600))
      let ids = try stand.send(5, by: "meta")
      try stand.wait("the lane stops") {
        try stand.store.laneStatus().contains { $0.stop != nil }
      }
      let right = stand.text.replacing("wrong-\(Demo.accessToken)", with: Demo.accessToken)
      try stand.reload.apply(try Settings.read(text: right), over: stand.settings)
      #expect(try stand.wait(for: ids) == [.accepted: 5])
      try stand.expectClean(5)
    }
  }

  @Test(
    "a request that cannot be written stops its lane, which goes on once it can be",
    arguments: Backend.allCases)
  func unsendable(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(backend)
      try stand.start()
      let wrong = stand.text.replacing(/127.0.0.1:[0-9]+\/v24.0/, with: "127.0.0.1:99999/v24.0")
      #expect(wrong != stand.text)
      try stand.reload.apply(try Settings.read(text: wrong), over: stand.settings)
      let ids = try stand.send(3, by: "meta")
      try stand.wait("the lane stops") {
        try stand.store.laneStatus().contains { $0.stop?.code == "unsendable" }
      }
      #expect(try ids.allSatisfy { try stand.store.send($0)?.history.count ?? 0 < 20 })
      try stand.reload.apply(try Settings.read(text: stand.text), over: stand.settings)
      #expect(try stand.wait(for: ids) == [.accepted: 3])
      try stand.expectClean(3)
    }
  }

  @Test(
    "a template that is paused holds its own sends, and nobody else's", arguments: Backend.allCases)
  func pausedTemplate(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(backend)
      stand.simulator.switchOn(Fault(.templatePaused))
      try stand.start()
      let first = try stand.send(
        1, by: "meta",
        """
        "type": "template", "template_name": "\(Demo.template)", "language_code": "en_US"
        """
      ) { $0.campaign = "c" }
      try stand.wait("the template is held") {
        try stand.store.laneStatus().contains { $0.waiting == 1 }
          && stand.store.heldFlows().map(\.template.description) == ["\(Demo.template) (en_US)"]
      }
      let texts = try stand.send(10, by: "meta", from: 10)
      #expect(try stand.wait(for: texts) == [.accepted: 10])
      #expect(try stand.states(first) == [.queued: 1])
    }
  }

  @Test(
    "nobody can be reached: nothing counts as tried, and all go when the host is back",
    .enabled(if: takesItsTime, "takes a host away for six seconds"),
    arguments: Backend.allCases)
  func outage(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(backend, top: Self.quick)
      var fault = Fault(.outage)
      fault.mode = .refused
      fault.lasting = .seconds(6)
      stand.simulator.switchOn(fault)
      try stand.wait("nobody listens") { try !stand.isReachable }
      try stand.start()
      let ids = try stand.send(40)
      try stand.wait("the host is spared") {
        stand.lines.withLock { lines in
          lines.contains { $0.contains("does not answer and is spared") }
        }
      }
      #expect(try stand.wait(for: ids) == [.accepted: 40])
      try stand.expectClean(40)
      #expect(try stand.store.send(ids[0])?.progress.attempt == 1)
    }
  }
}
