import DispatchWorker
import Domain
import Events
import HTTP
import JSON
import Platform
import SendStore
import StatusWorker
import TestSupport
import Testing
import Time

@testable import Running
@testable import Settings
@testable import Telemetry

/// A CRM that is told what became of its messages. Keeps what it was told, and answers as it should.
private final class CRM: Sendable {
  let status = Locked(200)
  private let told = Monitor<[String]>([])
  private let server: HTTPServer

  init() throws {
    let (told, status) = (told, status)
    server = try HTTPServer { request, responder in
      let code = status.withLock { $0 }
      let body = String(decoding: request.body, as: UTF8.self)
      if request.path == "/oauth/token/" {
        let isRight =
          body
          == "grant_type=refresh_token&client_id=local.1&client_secret=hush&refresh_token=again"
        return responder.answer(
          HTTPAnswer(
            status: isRight ? 200 : 400, json: Array(#"{"access_token":"second-token"}"#.utf8)))
      }
      told.change { $0.append("\(request.method) \(request.target) \(body)") }
      if code == 401, body.hasSuffix("auth=second-token") {
        return responder.answer(HTTPAnswer(status: 200))
      }
      responder.answer(
        HTTPAnswer(status: code, json: Array(#"{"error":"ERROR_MESSAGE_NOT_FOUND"}"#.utf8)))
    }
  }

  var address: WebAddress { .loopback(server.port) }

  var all: [String] { told.peek { $0 } }
}

private final class ReportStand: @unchecked Sendable {
  // Used by the thread of one test at a time.
  let stand: StatusStand
  let seal: SecretSeal
  let loop: ActionLoop
  let relay: OutboxRelay
  let lines = Locked<[String]>([])
  private let client: HTTPClient
  private let stop = StopSignal()

  init(_ stand: StatusStand, _ crm: CRM) throws {
    self.stand = stand
    let sender = Self.sender(crm)
    var settings = Settings()
    settings.senders = [sender]
    settings.secretsKeys = [Secret("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")]
    seal = SecretSeal(settings)
    stand.actions.apply(settings)
    client = try HTTPClient()
    let lines = lines
    let log = Log(
      worker: "test",
      write: { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
    loop = ActionLoop(
      stand.store, stand.log, stand.actions, client, worker: WorkerID("w"), log: log,
      health: Health().part("actions"), metrics: stand.metrics, stop: stop)
    relay = OutboxRelay(
      stand.store, stand.log, worker: WorkerID("w"), actions: stand.actions, log: log,
      health: Health().part("relay"), metrics: Metrics(), stop: stop)
  }

  deinit { client.close() }

  private static func sender(_ crm: CRM) -> SenderSettings {
    var sender = SenderSettings.acme
    sender.smsProvider = SMSProviderSettings(
      bitrix24: SMSProviderSettings.Bitrix24(
        applicationTokens: [Secret("app")], code: "postrider", portal: crm.address,
        application: .init(
          clientID: "local.1", clientSecret: Secret("hush"), tokens: crm.address)),
      kannel: SMSProviderSettings.Kannel(
        username: "crm", password: Secret("p"), reportHosts: [crm.address.authority]))
    return sender
  }

  func bitrix24(
    _ crm: CRM, message: String = "7", refresh: String? = nil
  ) -> (SendID) -> SendReport? {
    let report = Bitrix24Report(
      endpoint: crm.address, accessToken: Secret("token-of-an-hour"),
      refreshToken: refresh.map(Secret.init), message: message, code: "postrider")
    return { [seal] send in
      seal.content(report.json, of: send, isSecret: true).map {
        SendReport(.bitrix24, of: Set(SendReport.News.allCases), $0)
      }
    }
  }

  func kannel(_ crm: CRM, mask: Int) -> (SendID) -> SendReport? {
    let report = KannelReport(
      "\(crm.address)/dlr?type=%d&to=%P", mask: mask, username: "crm", account: nil, billing: nil)
    return { [seal] send in
      seal.content(report.json, of: send, isSecret: false).map {
        SendReport(.kannel, of: report.news, $0)
      }
    }
  }

  func accepted(_ report: (SendID) -> SendReport?) throws -> ClaimedSend {
    let sends = try stand.accepted(1) { _, send in send.report = report(send.id)?.json }
    return try #require(sends.first)
  }

  func publish() throws { while try relay.step() {} }

  /// Steps until that holds; the clock stands still meanwhile.
  func run(until holds: () throws -> Bool) throws {
    let end = RunningTime.now + .seconds(60)
    while try !holds(), !end.hasPassed {
      try loop.step()
      stop.wait(for: .milliseconds(5))
    }
    let isSo = try holds()
    #expect(isSo)
  }

  func count(_ result: String) -> Bool {
    stand.metrics.text().contains("postrider_deliveries_total{result=\"\(result)\"} 1\n")
  }
}

@Suite(.timeLimit(.minutes(5))) struct ReportTests {
  @Test("a portal is told each state once, in order", arguments: Backend.allCases)
  func portal(backend: Backend) async throws {
    try await onStand(backend) { stand in
      let crm = try CRM()
      let world = try ReportStand(stand, crm)
      let send = try world.accepted(world.bitrix24(crm))
      try world.publish()
      for status in ["sent", "delivered", "read"] {
        try stand.tell([.twilio(status, send)])
        try world.publish()
      }
      try world.run { crm.all.count >= 3 && world.loop.underWay == 0 }
      let path = "/messageservice.message.status.update.json"
      #expect(
        crm.all
          == ["queued", "sent", "delivered"].map {
            "POST \(path) CODE=postrider&MESSAGE_ID=7&STATUS=\($0)&auth=token-of-an-hour"
          })
    }
  }

  @Test("a delivery report is fetched for what its mask asks for")
  func kannel() async throws {
    try await onStand(.oneMachine) { stand in
      let crm = try CRM()
      let world = try ReportStand(stand, crm)
      let send = try world.accepted(world.kannel(crm, mask: 3))
      try stand.tell([.twilio("sent", send), .twilio("undelivered", send)])
      try world.publish()
      try world.run { crm.all.count >= 1 && world.loop.underWay == 0 }
      #expect(crm.all == ["GET /dlr?type=2&to=%2B393330010000 "])
    }
  }

  @Test("a system that is down is told later")
  func later() async throws {
    try await onStand(.oneMachine) { stand in
      let crm = try CRM()
      let world = try ReportStand(stand, crm)
      crm.status.withLock { $0 = 503 }
      _ = try world.accepted(world.bitrix24(crm))
      try world.publish()
      try world.run { crm.all.count == 1 && world.loop.underWay == 0 }
      crm.status.withLock { $0 = 200 }
      stand.clock.advance(.seconds(60))
      try world.run { crm.all.count == 2 && world.loop.underWay == 0 }
      #expect(world.count("delivered"))
    }
  }

  @Test("a host that wants another credential is asked again, though the sender has a portal too")
  func unauthorized() async throws {
    try await onStand(.oneMachine) { stand in
      let crm = try CRM()
      let world = try ReportStand(stand, crm)
      crm.status.withLock { $0 = 401 }
      _ = try world.accepted(world.kannel(crm, mask: 8))
      try world.publish()
      try world.run { crm.all.count == 1 && world.loop.underWay == 0 }
      crm.status.withLock { $0 = 200 }
      stand.clock.advance(.seconds(60))
      try world.run { crm.all.count == 2 && world.loop.underWay == 0 }
      #expect(world.count("delivered"))
    }
  }

  @Test("what a portal refuses is a dead letter with its reason, and holds up nothing behind it")
  func refused() async throws {
    try await onStand(.oneMachine) { stand in
      let crm = try CRM()
      let world = try ReportStand(stand, crm)
      crm.status.withLock { $0 = 400 }
      _ = try world.accepted(world.bitrix24(crm))
      try world.publish()
      try world.run { crm.all.count == 1 && world.loop.underWay == 0 }
      let letter = try #require(try stand.deadLetters().first)
      #expect(String(decoding: letter.text, as: UTF8.self).contains("ERROR_MESSAGE_NOT_FOUND"))
      #expect(!String(decoding: letter.text, as: UTF8.self).contains("token-of-an-hour"))
      #expect(
        try !stand.store.hasDueDeliveries(of: .reports(of: SenderSettings.acme.sender.id)))
    }
  }

  @Test("an access token that is over is refreshed, and the next one uses the new one at once")
  func refreshed() async throws {
    try await onStand(.oneMachine) { stand in
      let crm = try CRM()
      let world = try ReportStand(stand, crm)
      crm.status.withLock { $0 = 401 }
      _ = try world.accepted(world.bitrix24(crm, refresh: "again"))
      try world.publish()
      try world.run { crm.all.count == 1 && world.loop.underWay == 0 }
      try world.run {
        stand.clock.advance(.seconds(1))
        return crm.all.count >= 2 && world.loop.underWay == 0 && world.count("delivered")
      }
      #expect(crm.all.last?.hasSuffix("auth=second-token") == true)
      _ = try world.accepted(world.bitrix24(crm, message: "8", refresh: "again"))
      try world.publish()
      let before = crm.all.count
      try world.run { crm.all.count > before && world.loop.underWay == 0 }
      #expect(crm.all.last?.contains("MESSAGE_ID=8&STATUS=queued&auth=second-token") == true)
    }
  }

  @Test(
    "with an access token that is over nothing is told, which is counted and logged once",
    arguments: [nil, "no-good"])
  func over(refresh: String?) async throws {
    try await onStand(.oneMachine) { stand in
      let crm = try CRM()
      let world = try ReportStand(stand, crm)
      crm.status.withLock { $0 = 401 }
      for message in ["7", "8"] {
        _ = try world.accepted(world.bitrix24(crm, message: message, refresh: refresh))
        try world.publish()
      }
      try world.run {
        if refresh != nil { stand.clock.advance(.seconds(1)) }
        let isTold = stand.metrics.text().contains("{result=\"dead\"} 2\n")
        return isTold && world.loop.underWay == 0
      }
      let told = world.lines.withLock { $0.filter { $0.contains("the access token") } }
      #expect(told.count == 1)
      #expect(
        stand.metrics.text().contains("postrider_deliveries_total{result=\"dead\"} 2\n"))
    }
  }

  @Test(
    "a portal or a host that the settings do not name any more is not called",
    arguments: [("bitrix24", "is another one"), ("kannel", "is not in reportHosts")])
  func elsewhere(format: String, reason: String) async throws {
    try await onStand(.oneMachine) { stand in
      let (crm, other) = (try CRM(), try CRM())
      let world = try ReportStand(stand, other)
      let report = format == "kannel" ? world.kannel(crm, mask: 31) : world.bitrix24(crm)
      _ = try world.accepted(report)
      try world.publish()
      try world.run { world.count("dead") }
      let letter = try #require(try stand.deadLetters().first)
      #expect(String(decoding: letter.text, as: UTF8.self).contains(reason))
      #expect(crm.all.isEmpty && other.all.isEmpty)
    }
  }

  @Test("a tenant's action hears nothing of reports, and a send without one makes none")
  func apart() async throws {
    try await onStand(.oneMachine) { stand in
      let crm = try CRM()
      let world = try ReportStand(stand, crm)
      _ = try world.accepted { _ in nil }
      try world.publish()
      let id = SenderSettings.acme.sender.id
      #expect(try !stand.store.hasDueDeliveries(of: .reports(of: id)))
      _ = try world.accepted(world.bitrix24(crm))
      try world.publish()
      #expect(try stand.store.hasDueDeliveries(of: .reports(of: id)))
      #expect(try !stand.store.hasDueDeliveries(of: SenderSettings.acme.sender.tenant))
    }
  }
}
