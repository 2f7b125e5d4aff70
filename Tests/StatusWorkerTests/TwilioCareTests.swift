import Domain
import EventLog
import HTTP
import JSON
import Platform
import Providers
import Running
import SendStore
import Settings
import Simulator
import StatusWorker
import Store
import Telemetry
import TestSupport
import Testing
import Time

private struct NotDone: Error { let what: String }

@Suite struct TwilioCareTests {
  private final class World {
    let simulator: Simulator
    let store: SendStore
    private let settings: Settings
    private let folder: TemporaryFolder
    private let log: EmbeddedLog
    private let client: HTTPClient
    let clock = ManualClock()

    static let service = "MG" + String(repeating: "1", count: 32)

    init(_ change: (inout SimulatorSettings) -> Void = { _ in }) throws {
      folder = try TemporaryFolder()
      log = try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db")))
      store = try SendStore(.sqlite(path: folder.file("store.db"), clock: clock.storeClock))
      client = try HTTPClient()
      var simulated = SimulatorSettings()
      change(&simulated)
      simulator = try Simulator(simulated)
      let account =
        "provider: \"twilio\", accountSid: \"\(Demo.accountSid)\", authToken: \"\(Demo.authToken)\", baseURL: \"http://127.0.0.1:\(simulator.port)\""
      settings = try Settings.read(
        text: """
          { secretsKey: "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", senders: [
            { id: "chat", from: "\(Demo.whatsAppAddress)", \(account),
              budget: { daily: { limit: 50, counts: "recipients" } } },
            { id: "sandbox", from: "\(Demo.sandboxAddress)", \(account) },
            { id: "us", from: "+15005550006", \(account) },
            { id: "tollfree", from: "+18005550006", \(account) },
            { id: "service", messagingServiceSid: "\(Self.service)", \(account) },
            { id: "italian", from: "+393331234567", \(account) } ] }
          """)
      try store.define(settings.senders.map(\.sender))
    }

    deinit {
      client.close()
      simulator.stop(within: .zero)
      log.close(within: .seconds(1))
      store.close()
    }

    private var context: WorkerContext {
      WorkerContext(
        settings: settings, store: store, eventLog: log, worker: WorkerID("w"),
        log: Log(worker: "test", write: { _ in }), health: Health(), metrics: Metrics(),
        stop: StopSignal())
    }

    func ask(_ request: ProviderRequest) throws -> ProviderAnswer {
      let call = HTTPCall(request, under: settings.senders[0].baseURL)
      guard case .answered(let answer) = client.ask(call) else {
        throw NotDone(what: request.path)
      }
      return ProviderAnswer(answer)
    }

    func rotation() throws -> TokenRotation {
      try #require(
        TokenRotation(
          settings.senders[0], store, SecretSeal(settings), keepOut: { _ in },
          ask: { request, _ in try self.ask(request) }))
    }

    /// What the store has of the account's token.
    func token() throws -> (facts: TokenFacts, secret: RuntimeSecret?) {
      let id = settings.senders[0].credentialsID
      let row = try #require(try store.credentials().first { $0.owner == id.description })
      return (
        TokenFacts(json: row.facts), row.sealed.flatMap { SecretSeal(settings).open($0, for: id) }
      )
    }

    /// As after a start.
    func look() throws { try TwilioCare(context, LiveSenders(settings.senders)).round() }

    func mirror() throws { try TemplateMirror(context, LiveSenders(settings.senders)).round() }

    /// How the chat's sender stands from now on.
    func stand(_ json: String) throws {
      let address = Demo.whatsAppAddress.replacing(":", with: "%3A").replacing("+", with: "%2B")
      let outcome = client.ask(
        HTTPCall(
          method: "PUT", url: "http://127.0.0.1:\(simulator.port)/_sim/senders/\(address)",
          headers: [], body: Array(json.utf8)))
      guard case .answered(let answer) = outcome, answer.status == 204 else {
        throw NotDone(what: "\(outcome)")
      }
    }

    func lane(_ id: String = "chat") throws -> LaneStatus? {
      try store.laneStatus().first { $0.sender.text == id }
    }

    func standing(_ id: String = "chat") throws -> SenderStanding {
      try #require(try SenderStanding.all(in: store)[SenderStanding.owner(of: SenderID(id))])
    }
  }

  private static let offline =
    #"{"status":"OFFLINE","reasons":[{"code":63020,"message":"The invitation was not accepted"}]}"#

  @Test(
    "the change of an auth token that nobody goes on with is finished, and left alone while somebody does"
  )
  func interrupted() async throws {
    try await onOwnThread {
      let world = try World()
      #expect(try world.rotation().step() == .begun)
      try world.look()
      #expect(try world.token().facts.rotation == .making, "whoever began it is still at it")
      world.clock.advance(.seconds(60))
      try world.look()
      let second = try #require(try world.token().secret?.previous)
      #expect(try world.token().facts.rotation == .promoting)
      try world.look()
      #expect(try world.token().facts.rotation == .promoting, "all have to hear of it before")
      world.clock.advance(.seconds(60))
      try world.look()
      #expect(try world.token().facts.rotation == nil && world.token().secret?.token == second)
      let account = TwilioAccount(sid: AccountID(Demo.accountSid), authToken: second)
      #expect(try world.ask(TwilioRequest.health(account: account)).status == 200)
    }
  }

  @Test(
    "a sender that Twilio has taken offline stops its lane with the reason, until it is online again"
  )
  func offline() async throws {
    try await onOwnThread {
      let world = try World()
      try world.look()
      #expect(try world.lane()?.stop == nil)
      #expect(try world.standing().status == "ONLINE" && world.standing().quality == "HIGH")
      try world.stand(Self.offline)
      try world.look()
      let stop = try #require(try world.lane()?.stop)
      #expect(stop.reason.contains("63020: The invitation was not accepted"), "\(stop)")
      #expect(!stop.isProbed)
      #expect(try world.lane("sandbox")?.stop == nil && world.lane("us")?.stop == nil)
      try world.stand(#"{"status":"ONLINE:UPDATING","reasons":[]}"#)
      try world.look()
      #expect(try world.lane()?.stop == nil)
      #expect(try world.standing().reasons.isEmpty)
    }
  }

  @Test("a lane that stands still for another reason is left as it is")
  func others() async throws {
    try await onOwnThread {
      let world = try World()
      let chat = SenderID("chat")
      try world.store.stop(chat, Failure(code: LaneStop.byHand, sentence: "by hand"))
      try world.stand(Self.offline)
      try world.look()
      #expect(try world.lane()?.stop?.code == LaneStop.byHand)
      try world.stand(#"{"status":"ONLINE","reasons":[]}"#)
      try world.look()
      #expect(try world.lane()?.stop?.code == LaneStop.byHand)
      try world.store.resume(chat)
      // Neither on nor off.
      try world.stand(#"{"status":"TWILIO_REVIEW"}"#)
      try world.look()
      #expect(try world.lane()?.stop == nil && world.standing().status == "TWILIO_REVIEW")
    }
  }

  @Test("Twilio's limit of people counts as Meta's tier does")
  func limit() async throws {
    try await onOwnThread {
      let world = try World()
      try world.look()
      func most() throws -> Int? {
        try world.lane()?.uses.first { $0.name == .recipients }?.limit
      }
      // The operator has set less.
      #expect(try most() == 50)
      try world.stand(#"{"messagingLimit":"20 Customers/24hr"}"#)
      try world.look()
      #expect(try most() == 20)
      #expect(try world.standing().messagingLimit == "20 Customers/24hr")
    }
  }

  @Test("an account that does not answer stops nothing, and says so")
  func refused() async throws {
    try await onOwnThread {
      let world = try World()
      try world.stand(Self.offline)
      try world.look()
      world.simulator.switchOn(Fault(.tokenExpired))
      try world.look()
      #expect(try world.standing().failure?.contains("20003") == true)
      #expect(try world.lane()?.stop != nil && world.standing().status == "OFFLINE")
    }
  }

  @Test("texts to the US without a brand and a verified campaign are warned of, others are not")
  func registration() async throws {
    try await onOwnThread {
      let world = try World { $0.twilio[0].brands = ["APPROVED"] }
      try world.look()
      #expect(try world.standing("us").warnings.isEmpty)
      #expect(try world.standing("service").warnings.first?.contains("30034") == true)
      let known = try SenderStanding.all(in: world.store)
      for id in ["italian", "tollfree"] {
        #expect(known[SenderStanding.owner(of: SenderID(id))] == nil)
      }
      let verified = try World {
        $0.twilio[0].brands = ["APPROVED"]
        $0.twilio[0].campaigns[World.service] = ["FAILED", "VERIFIED"]
      }
      try verified.look()
      #expect(try verified.standing("service").warnings.isEmpty)
      let nothing = try World()
      try nothing.look()
      #expect(try nothing.standing("us").warnings.first?.contains("brands: none") == true)
      #expect(try nothing.standing("service").warnings.isEmpty, "it may write to Italy alone")
    }
  }

  @Test("contents of Twilio's are known with their approval and what they want, by name and by id")
  func contents() async throws {
    try await onOwnThread {
      let paused = "HX" + String(repeating: "1", count: 32)
      let world = try World {
        var content = TwilioAccount.Content(sid: paused)
        content.isPaused = true
        $0.twilio[0].contents.append(content)
      }
      try world.mirror()
      let all = try world.store.templates()
      #expect(all.map(\.id).sorted() == [Demo.contentSid, paused].sorted())
      #expect(all.map(\.status).sorted() == ["APPROVED", "PAUSED"])
      let shelf = TemplateShelf()
      try shelf.look(at: world.store)
      let account = AccountID(Demo.accountSid)
      func word(_ sid: String, _ values: [String]) -> (TemplateWord, [String]) {
        let template = Template(
          name: sid, language: "en", parameters: Template.positional(values))
        let word = shelf.word(on: template, in: account, contentSid: sid)
        return (word, word.needs?.faults(of: template).map(\.place) ?? [])
      }
      #expect(word(Demo.contentSid, ["a"]).1 == ["parameters/2"])
      #expect(word(Demo.contentSid, ["a", "b"]).1.isEmpty)
      #expect(word(paused, []).0.warning?.contains("paused") == true)
      let stranger = "HX" + String(repeating: "9", count: 32)
      #expect(word(stranger, []).0.refusal != nil)
    }
  }
}
