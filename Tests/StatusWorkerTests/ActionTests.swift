import Events
@testable import Running
@testable import Settings
@testable import Telemetry
import Crypto
import DispatchWorker
import Domain
import EventLog
import HTTP
import JSON
import Platform
import Providers
import SendStore
import StatusWorker
import TestSupport
import Testing
import Time

/// A tenant's own address. Keeps what it got, and answers as it is told.
private final class TenantAddress: Sendable {
  let status = Locked(200)
  private let calls = Monitor<[HTTPRequest]>([])
  private let server: HTTPServer

  init() throws {
    let (calls, status) = (calls, status)
    server = try HTTPServer { request, responder in
      let code = status.withLock { $0 }
      calls.change { if code == 200 { $0.append(request) } }
      responder.answer(HTTPAnswer(status: code))
    }
  }

  func action(
    _ company: String, secret: String = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    rate: Rate? = nil
  ) -> ActionSettings {
    ActionSettings(
      tenant: Tenant(app: "crm", company: company), url: .loopback(server.port),
      secrets: [Secret(secret)], rate: rate, inFlight: 8)
  }

  /// Those that were taken, once there are so many.
  func taken(_ count: Int) -> [HTTPRequest] {
    calls.wait(for: .seconds(60)) { $0.count >= count }
    return calls.peek { $0 }
  }

  var count: Int { calls.peek { $0.count } }
}

/// A tenant's address that takes its time: it answers when it is told to.
private final class SlowAddress: Sendable {
  private struct State {
    var open: [(id: String, responder: HTTPResponder)] = []
    var taken: [String] = []
    var overlaps = 0
  }

  private let state = Monitor(State())
  private let server: HTTPServer

  init() throws {
    server = try HTTPServer { [state] request, responder in
      let id = Self.id(request)
      state.change {
        if $0.open.contains(where: { $0.id == id }) { $0.overlaps += 1 }
        $0.open.append((id, responder))
        $0.taken.append(id)
      }
    }
  }

  private static func id(_ request: HTTPRequest) -> String {
    do { return try request.json["id"]?.string ?? "" } catch { return "" }
  }

  var settings: Settings {
    var settings = Settings()
    settings.actions = [
      ActionSettings(
        tenant: Tenant(app: "crm", company: "acme"), url: .loopback(server.port),
        secrets: [Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")], rate: nil, inFlight: 8)
    ]
    settings.senders = SenderSettings.all
    return settings
  }

  var taken: [String] { state.peek { $0.taken } }
  var overlaps: Int { state.peek { $0.overlaps } }

  /// Whether so many wait for their answer.
  func holds(_ count: Int, within limit: Duration) -> Bool {
    state.wait(for: limit) { $0.open.count >= count }
    return state.peek { $0.open.count >= count }
  }

  /// Whether so many came.
  func hears(_ count: Int, within limit: Duration) -> Bool {
    state.wait(for: limit) { $0.taken.count >= count }
    return taken.count >= count
  }

  func answerAll() {
    let open = state.change { state in
      defer { state.open = [] }
      return state.open
    }
    for (_, responder) in open { responder.answer(HTTPAnswer(status: 200)) }
  }
}

/// Relay, callbacks and the telling of tenants on one stand.
private final class ActionStand: @unchecked Sendable {
  // Used by the thread of one test at a time.
  let stand: StatusStand
  let stop = StopSignal()
  let quiet = Log(worker: "test", write: { _ in })
  let loop: ActionLoop
  let relay: OutboxRelay
  private let client: HTTPClient

  init(_ stand: StatusStand, _ actions: [ActionSettings]) throws {
    self.stand = stand
    var settings = Settings()
    settings.actions = actions
    settings.senders = SenderSettings.all
    let book = stand.actions
    book.apply(settings)
    client = try HTTPClient()
    loop = ActionLoop(
      stand.store, stand.log, book, client, worker: WorkerID("w"), log: quiet,
      health: Health().part("actions"), metrics: stand.metrics, stop: stop)
    relay = OutboxRelay(
      stand.store, stand.log, worker: WorkerID("w"), actions: book, log: quiet,
      health: Health().part("relay"), metrics: Metrics(), stop: stop)
  }

  deinit { client.close() }

  /// As in another process.
  func anotherLoop(_ worker: String, _ client: HTTPClient) -> ActionLoop {
    ActionLoop(
      stand.store, stand.log, stand.actions, client, worker: WorkerID(worker), log: quiet,
      health: Health().part("actions"), metrics: Metrics(), stop: stop)
  }

  func publish() throws { while try relay.step() {} }

  func handle(_ callbacks: [ProviderCallback]) throws { try stand.tell(callbacks) }

  func handle(_ messages: [InboundMessage]) throws { try stand.tell(events: messages) }

  /// Steps until that holds; the clock stands still meanwhile.
  func run(until holds: () throws -> Bool) throws {
    let deadline = bootMicroseconds() + 60_000_000
    while try !holds(), bootMicroseconds() < deadline {
      try loop.step()
      stop.wait(for: .milliseconds(5))
    }
    let isSo = try holds()
    #expect(isSo)
  }
}

extension HTTPRequest {
  fileprivate var json: JSONValue { get throws { try JSONDocument(body).root } }
}

private func onActionStand(
  _ backend: Backend, _ companies: [String],
  _ body: @escaping @Sendable (ActionStand, [TenantAddress]) throws -> Void
) async throws {
  try await onStand(backend) { stand in
    let addresses = try companies.map { _ in try TenantAddress() }
    let world = try ActionStand(stand, zip(addresses, companies).map { $0.action($1) })
    try body(world, addresses)
  }
}

/// A log before which something else happens once, as soon as something is appended.
private final class InterruptedLog: PassingLog {
  let real: any EventLog
  private let before: Locked<(@Sendable () -> Void)?>

  init(_ real: any EventLog, before: @escaping @Sendable () -> Void) {
    self.real = real
    self.before = Locked(before)
  }

  func append(
    _ records: [NewRecord], done: @escaping @Sendable (Result<Void, LogError>) -> Void
  ) {
    let before = before.withLock { before in
      defer { before = nil }
      return before
    }
    before?()
    real.append(records, done: done)
  }
}

@Suite(.timeLimit(.minutes(15))) struct ActionTests {
  @Test("what two relays publish, as after a hand-over, is told once", arguments: Backend.allCases)
  func twice(backend: Backend) async throws {
    try await onActionStand(backend, ["acme"]) { world, _ in
      _ = try world.stand.accepted(3)
      let relay = Locked(world)
      let interrupted = InterruptedLog(world.stand.log) {
        #expect(throws: Never.self) { try relay.withLock { try $0.publish() } }
      }
      let late = OutboxRelay(
        world.stand.store, interrupted, worker: WorkerID("w"), actions: world.stand.actions,
        log: world.quiet, health: Health().part("relay"), metrics: Metrics(), stop: world.stop)
      #expect(try !late.step())
      let tenant = Tenant(app: "crm", company: "acme")
      #expect(
        try world.stand.store.claimDeliveries(of: tenant, limit: 100, for: .seconds(20)).count == 3)
      #expect(try world.stand.store.unpublishedCount() == 0)
    }
  }

  @Test(
    "a tenant is told each step once, in order, in the provider's names, signed",
    arguments: Backend.allCases)
  func steps(backend: Backend) async throws {
    try await onActionStand(backend, ["acme"]) { world, addresses in
      let send = try #require(
        try world.stand.accepted(1) { _, send in
          send.campaign = "spring"
          send.content = SendContent(json: Array(#"{"metadata":{"order":7}}"#.utf8))
        }.first)
      var sent = ProviderCallback.twilio("sent", send)
      sent.raw = Array(
        #"{"SmsSid":"SMx","SmsStatus":"sent","ChannelInstallSid":"XE1","ChannelPrefix":"whatsapp"}"#
          .utf8)
      // The relay comes after the callback: the order holds all the same.
      try world.handle([sent])
      try world.publish()
      try world.handle([sent, .twilio("delivered", send)])
      try world.publish()
      try world.run { addresses[0].count >= 3 }
      let calls = addresses[0].taken(3)
      let said = try calls.map { try $0.json }
      #expect(said.map { $0["MessageStatus"]?.string } == ["accepted", "sent", "delivered"])
      #expect(said.map { $0["id"]?.string } == Array(repeating: send.id.description, count: 3))
      #expect(said[1]["SmsSid"]?.string == "SMx")
      #expect(said[1]["ChannelInstallSid"]?.string == "XE1")
      for field in [
        "SmsSid", "SmsStatus", "To", "ChannelPrefix", "MessageSid", "AccountSid", "From",
        "ApiVersion", "ChannelToAddress",
      ] {
        #expect(said[0][field]?.string?.isEmpty == false, "\(field) is missing")
      }
      #expect(said[0]["To"]?.string == "whatsapp:+393330010000")
      #expect(said[0]["From"]?.string == "whatsapp:+14155238886")
      #expect(said[0]["appId"]?.string == "crm" && said[0]["companyId"]?.string == "acme")
      #expect(said[2]["campaign"]?.string == "spring")
      #expect(said[2]["metadata"]?["order"]?.integer == 7)
      #expect(Set(calls.compactMap { $0.headers.first("webhook-id") }).count == 3)
      let call = calls[2]
      let (id, time) = (
        try #require(call.headers.first("webhook-id")),
        try #require(call.headers.first("webhook-timestamp"))
      )
      let key = try #require(bytes(fromBase64: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
      let code = hmac(.sha256, key: key, Array("\(id).\(time).".utf8) + call.body)
      #expect(call.headers.first("webhook-signature") == "v1,\(base64(code))")
      try world.loop.step()
      #expect(addresses[0].count == 3)
    }
  }

  @Test(
    "signs as the standard's own vectors",
    arguments: [
      (
        "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, #"{"test": 2432232314}"#,
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
      ),
      (
        "01JE8Q0000000000000000000A", 1_764_000_000, #"{"MessageSid":"SM00","città":"Forlì"}"#,
        "v1,5v/HKfRXIS6HYDT50eAGiJ3yakJVVo5tXhhm9wU5/v0="
      ),
    ])
  func vectors(id: String, time: Int, body: String, signature: String) {
    let headers = WebhookSignature([Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]).headers(
      id: id, at: Timestamp(seconds: Int64(time)), Array(body.utf8))
    #expect(headers.first { $0.name == "webhook-signature" }?.value == signature)
    #expect(headers.first { $0.name == "webhook-timestamp" }?.value == "\(time)")
  }

  @Test("during a rotation what is sent is signed by each secret")
  func rotation() {
    let (old, new) = (Secret("a-secret-of-some-length"), Secret("another-secret-of-that"))
    func signature(_ secrets: [Secret]) -> String? {
      WebhookSignature(secrets).headers(id: "m", at: Timestamp(seconds: 1), Array("x".utf8))
        .first { $0.name == "webhook-signature" }?.value
    }
    #expect(
      signature([new, old])
        == [signature([new]), signature([old])].compactMap(\.self).joined(separator: " "))
    #expect(signature([new]) != signature([old]))
  }

  @Test(
    "with an address down for an hour all arrive after, in order per send; others are not held up",
    arguments: Backend.allCases)
  func down(backend: Backend) async throws {
    try await onActionStand(backend, ["acme", "sibling"]) { world, addresses in
      let (acme, sibling) = (addresses[0], addresses[1])
      acme.status.withLock { $0 = 503 }
      let sends = try world.stand.accepted(15)
      let others = try world.stand.accepted(3, for: .sibling)
      try world.publish()
      for status in ["sent", "delivered", "read"] {
        try world.handle(sends.map { .twilio(status, $0) })
        try world.publish()
      }
      try world.run { sibling.count == 3 }
      let waited = world.stand.clock.now
      while world.stand.clock.now - waited < .seconds(3600) {
        for _ in 0..<10 {
          try world.loop.step()
          world.stop.wait(for: .milliseconds(1))
        }
        world.stand.clock.advance(.seconds(20))
      }
      #expect(acme.count == 0)
      try world.handle(
        others.map { callback in
          ProviderCallback.twilio("sent", callback).with {
            $0.tenant = Tenant(app: "crm", company: "sibling")
          }
        })
      try world.run { sibling.count == 6 }
      acme.status.withLock { $0 = 200 }
      try world.run {
        world.stand.clock.advance(.seconds(5))
        return acme.count >= 60
      }
      let said = try acme.taken(60).map { try $0.json }
      for send in sends {
        let own = said.filter { $0["id"]?.string == send.id.description }
        #expect(
          own.map { $0["MessageStatus"]?.string } == ["accepted", "sent", "delivered", "read"])
      }
      #expect(said.count == 60)
    }
  }

  @Test("what is refused for a day, or for good, becomes a dead letter; the line goes on")
  func dead() async throws {
    try await onActionStand(.oneMachine, ["acme"]) { world, addresses in
      addresses[0].status.withLock { $0 = 400 }
      let send = try #require(try world.stand.accepted().first)
      try world.publish()
      let started = world.stand.clock.now
      while world.stand.clock.now - started <= .seconds(25 * 3600) {
        for _ in 0..<10 {
          try world.loop.step()
          world.stop.wait(for: .milliseconds(1))
        }
        world.stand.clock.advance(.seconds(1800))
      }
      // The last answer may still be on its way.
      try world.run {
        world.stand.metrics.text().contains(#"postrider_deliveries_total{result="dead"} 1"#)
      }
      let letter = try #require(try world.stand.deadLetters().first)
      #expect(letter["company"]?.string == "acme")
      #expect(letter["reason"]?.string == "the address answered 400, for a day")
      #expect(letter["value"]?.string?.contains(send.id.description) == true)
      addresses[0].status.withLock { $0 = 200 }
      try world.handle([.twilio("delivered", send)])
      try world.run {
        world.stand.clock.advance(.seconds(5))
        return addresses[0].count == 1
      }
    }
  }

  @Test("an address that answers 410 gets that delivery no more, and it is a dead letter at once")
  func gone() async throws {
    try await onActionStand(.oneMachine, ["acme"]) { world, addresses in
      addresses[0].status.withLock { $0 = 410 }
      _ = try world.stand.accepted()
      try world.publish()
      let tenant = Tenant(app: "crm", company: "acme")
      try world.run {
        world.stand.metrics.text().contains(#"postrider_deliveries_total{result="dead"} 1"#)
      }
      world.stand.clock.advance(ActionLoop.claimSpan)
      #expect(try !world.stand.store.hasDueDeliveries(of: tenant))
      let letter = try #require(try world.stand.deadLetters().first)
      #expect(letter["reason"]?.string?.contains("410") == true)
    }
  }

  @Test(
    "a slow address gets each event once, one after the other within a send, with two workers",
    arguments: Backend.allCases, [false, true])
  func slow(backend: Backend, isOneBusy: Bool) async throws {
    try await onActionStand(backend, []) { world, _ in
      let address = try SlowAddress()
      world.stand.actions.apply(address.settings)
      let client = try HTTPClient()
      defer { client.close() }
      let loops = [world.loop, world.anotherLoop("w2", client)]
      let sends = try world.stand.accepted(3)
      try world.publish()
      for status in ["sent", "delivered"] { try world.handle(sends.map { .twilio(status, $0) }) }
      let deadline = bootMicroseconds() + 60_000_000
      while address.taken.count < 9, bootMicroseconds() < deadline {
        for loop in loops { try loop.step() }
        // The store's time stands still until every post has arrived and every answer is written down: it must not
        // pass the end of a claim while a slow machine still carries them.
        let underWay = loops.reduce(0) { $0 + $1.underWay }
        guard address.holds(max(1, underWay), within: .milliseconds(5)) else { continue }
        // An answer takes six seconds. Both workers look again and again meanwhile, or one is busy with
        // something else and loses its duty.
        for _ in 0..<6 {
          world.stand.clock.advance(.seconds(1))
          for loop in isOneBusy ? loops.suffix(1) : loops { try loop.step() }
        }
        address.answerAll()
      }
      address.answerAll()
      #expect(address.taken.count == 9)
      #expect(address.overlaps == 0)
      for send in sends { #expect(address.taken.filter { $0 == send.id.description }.count == 3) }
    }
  }

  @Test("a delivery that is not answered before its claim is over is not posted again meanwhile")
  func lateAnswer() async throws {
    try await onActionStand(.oneMachine, []) { world, _ in
      let address = try SlowAddress()
      world.stand.actions.apply(address.settings)
      _ = try world.stand.accepted(1)
      try world.publish()
      try world.run { address.holds(1, within: .milliseconds(5)) }
      for _ in 0..<3 {
        world.stand.clock.advance(ActionLoop.claimSpan + .seconds(1))
        try world.loop.step()
      }
      #expect(!address.hears(2, within: .milliseconds(200)))
      address.answerAll()
      let tenant = Tenant(app: "crm", company: "acme")
      try world.run {
        world.stand.clock.advance(ActionLoop.claimSpan)
        return try !world.stand.store.hasDueDeliveries(of: tenant)
      }
      #expect(address.taken.count == 1)
    }
  }

  @Test("a tenant's own rate is kept")
  func rate() async throws {
    try await onActionStand(.oneMachine, ["acme"]) { world, addresses in
      var settings = Settings()
      settings.actions = [
        addresses[0].action("acme", rate: Rate(1, per: .seconds(10)))
      ]
      settings.senders = SenderSettings.all
      world.stand.actions.apply(settings)
      _ = try world.stand.accepted(3)
      try world.publish()
      for count in 1...3 {
        try world.run { addresses[0].count == count }
        for _ in 0..<20 { try world.loop.step() }
        #expect(addresses[0].count == count)
        world.stand.clock.advance(.seconds(11))
      }
    }
  }

  @Test("a verified callback for a message that we do not know is told all the same, once")
  func unknown() async throws {
    try await onActionStand(.oneMachine, ["acme"]) { world, addresses in
      var callback = ProviderCallback(
        provider: .meta, account: AccountID("W1"), providerID: ProviderID("wamid.X"),
        status: "delivered", meaning: .ofMeta("delivered"), receivedAt: world.stand.clock.now)
      callback.phoneNumberID = "P1"
      callback.to = "393331234567"
      try world.handle([callback, callback])
      try world.handle([callback])
      try world.run { addresses[0].count == 1 }
      let said = try #require(addresses[0].taken(1).first).json
      #expect(said["MessageSid"]?.string == "wamid.X" && said["id"] == nil)
      #expect(said["To"]?.string == "whatsapp:+393331234567")
      #expect(said["ChannelInstallSid"]?.string == "P1")
      try world.loop.step()
      #expect(addresses[0].count == 1)
    }
  }

  @Test("nothing of a send reaches a tenant whose callback only names it")
  func forged() async throws {
    try await onActionStand(.oneMachine, ["acme", "sibling"]) { world, addresses in
      let send = try #require(
        try world.stand.accepted(1) { _, send in send.campaign = "secret" }.first)
      try world.publish()
      try world.handle([
        ProviderCallback.twilio("delivered", send).with {
          $0.tenant = Tenant(app: "crm", company: "sibling")
          $0.providerID = ProviderID("SMforged")
        }
      ])
      try world.run { addresses[0].count == 1 && addresses[1].count == 1 }
      let text = String(decoding: try #require(addresses[1].taken(1).first).body, as: UTF8.self)
      #expect(text.contains("SMforged"))
      #expect(!text.contains("secret") && !text.contains(send.id.description))
    }
  }

  @Test("a reply names the send that it answers, and only one of the sender it was written to")
  func reply() async throws {
    try await onActionStand(.oneMachine, ["acme"]) { world, addresses in
      let send = try #require(try world.stand.accepted(for: .meta).first)
      let replies = [("P1", send.providerID), ("P2", send.providerID), ("P1", ProviderID("none"))]
      for (number, (phone, answered)) in replies.enumerated() {
        var message = InboundMessage(
          provider: .meta, account: AccountID("W1"), address: phone, contact: "+393331234567",
          providerID: ProviderID("wamid.IN\(number)"), kind: "text",
          receivedAt: world.stand.clock.now)
        message.context = InboundContext(id: answered)
        try world.handle([message])
        try world.run { addresses[0].count == number + 1 }
      }
      let told = try addresses[0].taken(3).map { try $0.json["inReplyTo"]?.string }
      #expect(told == [send.id.description, nil, nil])
    }
  }

  @Test("a message from a person goes to the tenant it was written to, once")
  func inbound() async throws {
    try await onActionStand(.oneMachine, ["acme", "sibling"]) { world, addresses in
      var message = InboundMessage(
        provider: .meta, account: AccountID("W1"), address: "P1", contact: "+393331234567",
        providerID: ProviderID("wamid.IN"), kind: "text", receivedAt: world.stand.clock.now)
      message.text = "ciao"
      try world.handle([message, message])
      try world.run { addresses[0].count == 1 }
      let said = try #require(addresses[0].taken(1).first).json
      #expect(said["SmsStatus"]?.string == "received" && said["Body"]?.string == "ciao")
      #expect(said["From"]?.string == "whatsapp:+393331234567")
      #expect(said["message"]?["contact"]?.string == "+393331234567")
      #expect(said["companyId"]?.string == "acme")
      #expect(addresses[1].count == 0)
    }
  }

  @Test(
    "an action of Twilio's form gets what people write as Twilio posts it, and its answer goes out once"
  )
  func twilioForm() async throws {
    try await onStand(.oneMachine) { stand in
      let calls = Locked<[HTTPRequest]>([])
      let server = try HTTPServer { request, responder in
        let count = calls.withLock { calls in
          calls.append(request)
          return calls.count
        }
        // The first answer is lost on its way.
        responder.answer(
          HTTPAnswer(
            status: count == 1 ? 500 : 200,
            text: "<Response><Message>Welcome &amp; hello</Message></Response>", type: "text/xml"))
      }
      let secret = Secret("0123456789abcdef0123456789abcdef")
      let world = try ActionStand(
        stand,
        [
          ActionSettings(
            tenant: Tenant(app: "crm", company: "acme"), url: .loopback(server.port),
            secrets: [secret], rate: nil, inFlight: 8, format: .twilio)
        ])
      var message = InboundMessage(
        provider: .meta, account: AccountID("W1"), address: "P1", contact: "+393331234567",
        providerID: ProviderID("wamid.IN"), kind: "text", receivedAt: stand.clock.now)
      message.text = "ciao"
      message.displayNumber = "15550001"
      try world.handle([message])
      try world.run { calls.withLock { $0.count } >= 1 }
      try world.run {
        stand.clock.advance(.milliseconds(200))
        return try !stand.log.records(of: .sends).isEmpty
      }
      let call = try #require(calls.withLock { $0.first })
      let fields = QueryItem.all(in: call.body).map { (name: $0.name, value: $0.value) }
      let named = Dictionary(fields.map { ($0.name, $0.value) }) { $1 }
      #expect(named["Body"] == "ciao" && named["From"] == "whatsapp:+393331234567")
      #expect(named["To"] == "whatsapp:+15550001" && named["MessageSid"] == "wamid.IN")
      #expect(
        call.headers.first("X-Twilio-Signature")
          == TwilioSignature.header(
            of: fields, to: WebAddress.loopback(server.port).description, by: secret))
      let sends = try stand.log.records(of: .sends).map {
        try SendEvent(data: try $0.event().data)
      }
      #expect(sends.count == 1 && sends.first?.to == "+393331234567")
      let request = try JSONDocument(try #require(sends.first).request).root
      #expect(request["body"]?.string == "Welcome & hello")
    }
  }
}
