@testable import Running
@testable import Settings
@testable import Telemetry
import Crypto
import Domain
import HTTP
import JSON
import Platform
import SendStore
import Simulator
import TestSupport
import Testing
import Time

@testable import StatusWorker

@Suite struct SilenceTests {
  static let patience = Duration.seconds(3600)

  static func twilio(_ port: UInt16) -> SenderSettings {
    .twilio(
      "demo", account: Demo.accountSid, address: Demo.smsAddress, company: "acme",
      channel: .twilioSMS, silentAfter: patience, port: port, token: Demo.authToken)
  }

  static func watch(_ stand: StatusStand, _ senders: [SenderSettings], _ client: HTTPClient)
    -> SilenceWatch
  {
    SilenceWatch(
      stand.store, LiveSenders(senders), client, log: Log(worker: "test", write: { _ in }),
      health: Health().part("silence"), metrics: stand.metrics, stop: StopSignal())
  }

  /// Twilio's own answer to a message that it creates.
  static func create(_ simulator: Simulator, _ client: HTTPClient) throws -> [UInt8] {
    let answer = Locked<[UInt8]>([])
    let done = Gate()
    let form = "To=%2B393331234567&From=%2B15005550006&Body=ciao"
    client.send(
      HTTPCall(
        method: "POST",
        url:
          "http://127.0.0.1:\(simulator.port)/2010-04-01/Accounts/\(Demo.accountSid)/Messages.json",
        headers: [
          HTTPHeader(
            "Authorization", "Basic " + base64(Array("\(Demo.accountSid):\(Demo.authToken)".utf8))),
          HTTPHeader("Content-Type", "application/x-www-form-urlencoded"),
        ], body: Array(form.utf8))
    ) { outcome in
      if case .answered(let received) = outcome { answer.withLock { $0 = received.body } }
      done.open()
    }
    #expect(done.wait(for: .seconds(60)))
    return answer.withLock { $0 }
  }

  @Test(
    "Twilio is asked what became of a send that heard nothing, and its answer counts",
    arguments: Backend.allCases)
  func fetched(backend: Backend) async throws {
    var settings = SimulatorSettings()
    settings.life.sent = .none
    settings.life.delivered = .none
    let simulator = try Simulator(settings)
    let client = try HTTPClient()
    defer { client.close() }
    let sender = Self.twilio(simulator.port)
    try await onStand(backend, senders: [sender], runs: false) { stand in
      try stand.queue(2, for: sender)
      let sends = try stand.claim(sender)
      let answer = try Self.create(simulator, client)
      let sid = try #require(try JSONDocument(answer).root["sid"]?.string)
      try stand.record(sends[0], ProviderID(sid), answer)
      try stand.record([sends[1]])
      _ = simulator.finishCallbacks(within: .seconds(10))
      let watch = Self.watch(stand, [sender], client)
      _ = try watch.step()
      #expect(try stand.store.silentSince(sends[0].id) == nil)
      stand.clock.advance(Self.patience)
      _ = try watch.step()
      #expect(try stand.state(sends[0].id) == .delivered)
      #expect(try stand.store.silentSince(sends[0].id) == nil)
      // Twilio knows nothing of the other.
      #expect(try stand.store.silentSince(sends[1].id) == stand.clock.now)
      #expect(try stand.store.silentCounts() == [sender.sender.id: 1])
      #expect(stand.metrics.text().contains(#"postrider_sends_silent_total{sender="demo"} 2"#))
      stand.clock.advance(Self.patience)
      _ = try watch.step()
      #expect(stand.metrics.text().contains(#"postrider_sends_silent_total{sender="demo"} 2"#))
    }
  }

  @Test(
    "for Meta silence is a flag that the first word takes away, and only of those who mind it",
    arguments: Backend.allCases)
  func flagged(backend: Backend) async throws {
    let minding = SenderSettings.meta.minding(Self.patience)
    let senders = [minding, SenderSettings.acme]
    let client = try HTTPClient()
    defer { client.close() }
    try await onStand(backend, senders: senders) { stand in
      let quiet = try stand.accepted(3, for: minding)
      let other = try stand.accepted(1)
      try stand.tell([.meta("sent", quiet[0])])
      stand.clock.advance(Self.patience)
      let watch = Self.watch(stand, senders, client)
      _ = try watch.step()
      #expect(try stand.store.silentCounts() == [minding.sender.id: 2])
      #expect(try stand.store.silentSince(other[0].id) == nil)
      #expect(try stand.store.silentSince(quiet[0].id) == nil)
      #expect(try stand.state(quiet[1].id) == .accepted)
      try stand.tell([.meta("delivered", quiet[1])])
      #expect(try stand.store.silentCounts() == [minding.sender.id: 1])
      #expect(try stand.store.silentSince(quiet[2].id) == stand.clock.now)
    }
  }
}

extension SenderSettings {
  func minding(_ silence: Duration) -> SenderSettings {
    var minding = self
    minding.sender.silentAfter = silence
    return minding
  }
}

extension StatusStand {
  func record(_ send: ClaimedSend, _ id: ProviderID, _ answer: [UInt8]) throws {
    _ = try store.record([
      AttemptReport(of: send, .accepted(id), answer: answer)
    ])
  }
}
