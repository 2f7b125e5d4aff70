import Telemetry
import Events
import Domain
import JSON
import Platform
import SendStore
import TestSupport
import Testing
import Time

@Suite struct FailureTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let code: Int?
    let state: SendState
    /// From when on the send is due again.
    var wait: Duration?
    var testDescription: String { code.map(String.init) ?? "without a code" }

    init(_ code: Int?, _ state: SendState, after wait: Duration? = nil) {
      (self.code, self.state, self.wait) = (code, state, wait)
    }
  }

  @Test(
    "a failure ends the send or makes it due again, by its code",
    arguments: [
      Case(30005, .undelivered), Case(30007, .undelivered), Case(30410, .undelivered),
      Case(nil, .undelivered), Case(63999, .undelivered),
      Case(30003, .queued, after: .seconds(1800)),
      Case(63012, .queued, after: .seconds(30)), Case(30999, .queued, after: .seconds(600)),
      Case(30017, .queued, after: .seconds(300)), Case(30002, .queued, after: .zero),
    ])
  func ends(with failure: Case) async throws {
    try await onStand(.oneMachine) { stand in
      let send = try #require(try stand.accepted().first)
      let before = stand.clock.now
      try stand.tell([.twilio("undelivered", send, code: failure.code)])
      let stored = try #require(try stand.store.send(send.id))
      #expect(stored.progress.state == failure.state)
      let last = try #require(stored.history.last)
      #expect(last.code == (failure.code.map(String.init) ?? "none"))
      let detail = try JSONDocument(try #require(last.detail).json).root
      #expect(detail["reason"]?.string?.isEmpty == false)
      guard let wait = failure.wait else { return }
      #expect(stored.due == before + wait)
      #expect(stored.progress.attempt == 2)
    }
  }

  @Test("every step keeps the provider's time, texts and prices", arguments: Backend.allCases)
  func kept(backend: Backend) async throws {
    try await onStand(backend, runs: true) { stand in
      let send = try #require(try stand.accepted(for: .meta).first)
      let at = CalendarTime(seconds: 1_799_999_990)
      let told = ProviderCallback.meta("played", send).with {
        $0.providerAt = at
        $0.pricing = Array(#"{"billable":true,"category":"marketing"}"#.utf8)
        $0.conversation = Array(#"{"id":"c1"}"#.utf8)
      }
      try stand.tell([told])
      let failed = ProviderCallback.meta("failed", send, code: 131026).with {
        $0.text = "Message undeliverable"
      }
      let other = try #require(try stand.accepted(for: .meta).first)
      try stand.tell([
        failed.with {
          $0.providerID = other.providerID
          $0.attempt = AttemptID(other.id, 1)
        }
      ])
      let read = try #require(try stand.store.send(send.id)?.history.last)
      #expect(read.state == .read && read.providerAt == at && read.at == stand.clock.now)
      let detail = try JSONDocument(try #require(read.detail).json).root
      #expect(detail["status"]?.string == "played")
      #expect(detail["pricing"]?["category"]?.string == "marketing")
      #expect(detail["conversation"]?["id"]?.string == "c1")
      let end = try #require(try stand.store.send(other.id)?.history.last)
      #expect(end.state == .failed && end.code == "131026")
      let why = try JSONDocument(try #require(end.detail).json).root
      #expect(why["providerText"]?.string == "Message undeliverable")
      #expect(why["reason"]?.string?.isEmpty == false)
    }
  }

  @Test(
    "a failure that stops its sender stops that lane alone, and burns nothing",
    arguments: Backend.allCases)
  func stopping(backend: Backend) async throws {
    try await onStand(backend) { stand in
      let sends = try stand.accepted(3)
      try stand.queue(5)
      let failed = sends.map { ProviderCallback.twilio("failed", $0, code: 63002) }
      try stand.tell(failed + failed)
      for send in sends { #expect(try stand.state(send.id) == .queued) }
      let lane = try #require(try stand.lane(.acme))
      #expect(lane.stop?.code == "63002" && lane.waiting == 8)
      #expect(try stand.lane(.sibling)?.stop == nil)
      #expect(try stand.claim().isEmpty)
      #expect(
        stand.lines.withLock { $0 }.filter { $0.contains("a sender's lane has stopped") }.count == 3
      )
      try stand.store.resume(SenderID("acme"))
      try stand.tell(failed)
      #expect(try stand.lane(.acme)?.stop == nil)
      #expect(try stand.claim().count == 8)
    }
  }

  @Test("a failure that was parked has the same consequences later", arguments: Backend.allCases)
  func parked(backend: Backend) async throws {
    try await onStand(backend) { stand in
      try stand.queue(2)
      let sends = try stand.claim()
      try stand.tell([
        .twilio("failed", sends[0], named: false, code: 30002),
        .twilio("undelivered", sends[1], named: false, code: 21610),
      ])
      #expect(try stand.store.parkedCount() == 2)
      #expect(try stand.lane(.acme)?.stop == nil)
      try stand.record(sends)
      #expect(try stand.lane(.acme)?.stop?.code == "30002")
      let contact = try stand.store.contact(sends[1].recipient, of: SenderID("acme"))
      #expect(contact?.optOut == .everything)
    }
  }

  @Test("who is said to want no more is left in peace, once", arguments: Backend.allCases)
  func optOut(backend: Backend) async throws {
    try await onStand(backend) { stand in
      let sms = try #require(try stand.accepted().first)
      let meta = try #require(try stand.accepted(for: .meta).first)
      let refused = ProviderCallback.twilio("undelivered", sms, code: 21610)
      try stand.tell([refused, .meta("failed", meta, code: 131050)])
      let (acme, other) = (SenderID("acme"), SenderID("meta"))
      #expect(try stand.store.contact(sms.recipient, of: acme)?.optOut == .everything)
      #expect(try stand.store.contact(meta.recipient, of: other)?.optOut == .marketing)
      try stand.store.optOut(sms.recipient, of: acme, .backIn)
      try stand.tell([refused])
      #expect(try stand.store.contact(sms.recipient, of: acme)?.optOut == nil)
    }
  }

  @Test(
    "a failure holds a template, a person or the lane, and nothing else",
    arguments: Backend.allCases)
  func holding(backend: Backend) async throws {
    try await onStand(backend) { stand in
      // Template: its queue waits, also for a campaign that comes later.
      let offer = try #require(try stand.accepted(for: .meta) { $1.template = "offer" }.first)
      try stand.queue(2, for: .meta) { $1.template = "offer" }
      try stand.tell([.meta("failed", offer, code: 132015)])
      try stand.queue(2, for: .meta) { ($1.template, $1.campaign) = ("offer", "later") }
      try stand.queue(1, for: .meta) { $1.template = "news" }
      #expect(try stand.claim(.meta).count == 1)
      stand.clock.advance(.seconds(3 * 3600))
      #expect(try stand.claim(.meta).count == 5)
      // A person: others go on.
      let person = try #require(try stand.accepted(for: .meta).first)
      try stand.tell([.meta("failed", person, code: 131056)])
      try stand.queue(3, for: .meta)
      #expect(try stand.claim(.meta).count == 2)
      stand.clock.advance(.seconds(2))
      #expect(try stand.claim(.meta).count == 2)
      // The lane.
      let lane = try #require(try stand.accepted(for: .meta).first)
      try stand.tell([.meta("failed", lane, code: 80007)])
      try stand.queue(3, for: .meta)
      #expect(try stand.claim(.meta).isEmpty)
      stand.clock.advance(.seconds(301))
      #expect(try stand.claim(.meta).count == 4)
    }
  }

  @Test(
    "who is refused free text gets the template of the same send, where it has one",
    arguments: Backend.allCases)
  func closedWindow(backend: Backend) async throws {
    try await onStand(backend) { stand in
      let sends = try stand.accepted(2) {
        let fallback = $0 == 0 ? #"{"name":"offer"}"# : "null"
        $1.content = SendContent(json: Array(#"{"fallbackTemplate":\#(fallback)}"#.utf8))
      }
      try stand.tell(sends.map { .twilio("undelivered", $0, code: 63016) })
      #expect(try stand.state(sends[1].id) == .undelivered)
      let again = try stand.claim()
      #expect(again.map(\.id) == [sends[0].id])
      #expect(again.first?.window.isKnownClosed(at: stand.clock.now) == true)
    }
  }

  @Test("words that mean nothing are counted, and those that nobody knows are kept for people")
  func meaningless() async throws {
    try await onStand(.oneMachine) { stand in
      let send = try #require(try stand.accepted(for: .meta).first)
      try stand.tell([
        .meta("deleted", send), .meta("teleported", send), .meta("delivered", send),
      ])
      #expect(try stand.state(send.id) == .delivered)
      #expect(
        stand.metrics.text().contains(#"postrider_callbacks_total{result="meaningless"} 1"#))
      let letter = try #require(try stand.deadLetters().first)
      #expect(letter["reason"]?.string?.contains("teleported") == true)
    }
  }
}
