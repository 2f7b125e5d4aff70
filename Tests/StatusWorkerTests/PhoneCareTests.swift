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
import Store
import Telemetry
import TestSupport
import Testing
import Time

@testable import StatusWorker

@Suite(.timeLimit(.minutes(5))) struct PhoneCareTests {
  private static let sender = SenderID("main")

  /// The simulator's demo number, looked after by the store's time, which a test moves.
  private final class World {
    let simulator: Simulator
    let store: SendStore
    let care: PhoneCare
    let clock = ManualClock()
    let metrics = Metrics()
    let lines = Locked<[String]>([])
    private let client: HTTPClient
    private let folder: TemporaryFolder
    private let log: EmbeddedLog

    init(_ backend: Backend = .oneMachine, phone: String = Demo.phoneNumberID) throws {
      simulator = try Simulator(SimulatorSettings())
      client = try HTTPClient()
      folder = try TemporaryFolder()
      log = try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db")))
      store = try TestStore(backend, in: folder).open(clock)
      let settings = try Settings.read(
        text: """
          { senders: [
            { id: "main", provider: "meta", phoneNumberId: "\(phone)",
              wabaId: "\(Demo.wabaID)", accessToken: "\(Demo.accessToken)", appSecret: "s",
              baseURL: "http://127.0.0.1:\(simulator.port)/v24.0" } ] }
          """)
      try store.define(settings.senders.map(\.sender))
      let lines = lines
      let log = Log(
        worker: "test",
        write: { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
      let context = WorkerContext(
        settings: settings, store: store, eventLog: self.log, worker: WorkerID("w"), log: log,
        health: Health(), metrics: metrics, stop: StopSignal())
      care = try PhoneCare(context, LiveSenders(settings.senders))
    }

    deinit {
      client.close()
      simulator.stop(within: .zero)
      log.close(within: .seconds(1))
      store.close()
    }

    func put(_ path: String, _ body: String) throws {
      let call = HTTPCall(
        method: "PUT", url: "http://127.0.0.1:\(simulator.port)/_sim/\(path)",
        body: Array(body.utf8))
      guard case .answered(let answer) = client.ask(call), answer.status == 204 else {
        throw Refused()
      }
    }

    /// What its number is, as Meta sees it.
    func number(_ body: String) throws { try put("numbers/\(Demo.phoneNumberID)", body) }

    struct Refused: Error {}

    func round(after span: Duration = .zero) throws {
      clock.advance(span)
      try care.round()
    }

    var lane: LaneStatus? {
      get throws { try store.laneStatus().first { $0.sender == PhoneCareTests.sender } }
    }

    /// How many people the lane may write to in a day.
    var told: Int? {
      get throws { try lane?.uses.first(where: { $0.name == .recipients })?.limit }
    }

    var phone: StoredPhone {
      get throws { try #require(try store.phones().first) }
    }

    /// Meta's id of the demo template.
    var templateID: String {
      get throws {
        let call = HTTPCall(
          url:
            "http://127.0.0.1:\(simulator.port)/v24.0/\(Demo.wabaID)/message_templates?name=\(Demo.template)",
          headers: [HTTPHeader("Authorization", "Bearer \(Demo.accessToken)")])
        guard case .answered(let answer) = client.ask(call) else { throw Refused() }
        return try #require(JSONValue(whole: answer.body)?["data"]?.items?.first?["id"]?.string)
      }
    }

    func queue(template: String) throws {
      var send = NewSend(
        id: .random(at: clock.now), sender: PhoneCareTests.sender, recipient: "+393331234567",
        content: Array("{}".utf8), due: clock.now, expires: clock.now + .seconds(86400))
      send.template = template
      let batch = IntakeBatch(log: "log-1", partition: 0, from: 0, next: 1, sends: [send])
      _ = try store.take(batch)
    }

    /// How many sends the lane lets out now.
    var claimed: Int {
      get throws {
        let worker = WorkerID("dispatch")
        let lease = try #require(try store.tendLeases(worker).held.first)
        guard
          case .claimed(let claim) = try store.claim(
            PhoneCareTests.sender, lease, worker: worker, limit: 10)
        else { return 0 }
        return claim.sends.count
      }
    }

    func logs(_ text: String) -> Int { lines.withLock { $0 }.count { $0.contains(text) } }
  }

  private static let blocked =
    #"{"health":[{"entity":"WABA","text":"No payment method","solution":"Add one"}]}"#

  @Test(
    "a number that is blocked stops its lane in Meta's words, and goes on once it is well",
    arguments: Backend.allCases)
  func blocking(backend: Backend) async throws {
    try await onOwnThread {
      let world = try World(backend)
      try world.round()
      #expect(try world.lane?.stop == nil)
      try world.number(Self.blocked)
      try world.round(after: .seconds(14 * 60))
      #expect(try world.lane?.stop == nil, "it is not asked each minute")
      try world.round(after: .seconds(60))
      let stop = try #require(try world.lane?.stop)
      #expect(stop.code == LaneStop.byHealth && !stop.isProbed)
      #expect(stop.reason.contains("WABA is BLOCKED. No payment method: Add one"))
      #expect(world.metrics.text().contains(#"postrider_phone_blocked{sender="main"} 1"#))
      try world.round(after: .seconds(60))
      #expect(world.logs("lane has stopped") == 1)
      try world.number(#"{"health":[]}"#)
      try world.round(after: .seconds(60))
      #expect(try world.lane?.stop == nil)
      #expect(world.metrics.text().contains(#"postrider_phone_blocked{sender="main"} 0"#))
    }
  }

  @Test("what stopped a lane for another reason is not taken back")
  func otherStop() async throws {
    try await onOwnThread {
      let world = try World()
      try world.store.stop(Self.sender, Failure(code: LaneStop.byHand, sentence: "by hand"))
      try world.number(Self.blocked)
      try world.round()
      #expect(try world.lane?.stop?.code == LaneStop.byHand)
      try world.number(#"{"health":[]}"#)
      try world.round(after: .seconds(60))
      #expect(try world.lane?.stop?.code == LaneStop.byHand)
    }
  }

  @Test(
    "what only limits, and what is about calls, stops nothing",
    arguments: [
      #"{"health":[{"entity":"WABA","verdict":"LIMITED"}]}"#,
      #"{"health":[{"entity":"MESSAGE_TEMPLATE","id":"9"}]}"#,
    ])
  func limited(body: String) async throws {
    try await onOwnThread {
      let world = try World()
      try world.number(body)
      try world.round()
      #expect(try world.lane?.stop == nil)
      #expect(try PhoneFacts(json: world.phone.facts).health != nil)
    }
  }

  @Test("a template that is blocked waits, and only what waits for that goes on again")
  func templates() async throws {
    try await onOwnThread {
      let world = try World()
      let id = try world.templateID
      try world.number(#"{"health":[{"entity":"MESSAGE_TEMPLATE","id":"\#(id)"}]}"#)
      try world.round()
      let key = TemplateKey(name: Demo.template, language: "en_US")
      #expect(try PhoneFacts(json: world.phone.facts).held == [id: key.text])
      try world.queue(template: key.text)
      #expect(try world.claimed == 0)
      try world.number(#"{"health":[]}"#)
      try world.round(after: .seconds(15 * 60))
      #expect(try PhoneFacts(json: world.phone.facts).held.isEmpty)
      #expect(try world.claimed == 1)
    }
  }

  @Test("a template that the list has as paused is not set going by the number's health")
  func pausedTemplate() async throws {
    try await onOwnThread {
      let world = try World()
      let id = try world.templateID
      try world.number(#"{"health":[{"entity":"MESSAGE_TEMPLATE","id":"\#(id)"}]}"#)
      try world.round()
      let paused = MirroredTemplate(
        account: AccountID(Demo.wabaID), name: Demo.template, language: "en_US", status: "PAUSED",
        category: "UTILITY", quality: "", components: Array("[]".utf8))
      try world.store.save([paused], of: paused.account)
      try world.number(#"{"health":[]}"#)
      try world.round(after: .seconds(15 * 60))
      try world.queue(template: TemplateKey(name: Demo.template, language: "en_US").text)
      #expect(try world.claimed == 0)
    }
  }

  @Test("what an account may do with marketing templates is known soon after it has agreed to it")
  func marketing() async throws {
    try await onOwnThread {
      let world = try World()
      try world.round()
      func marketing() throws -> MarketingStanding? {
        PhoneFacts(json: try world.phone.facts).marketing
      }
      #expect(try marketing() == MarketingStanding(isOnboarded: false))
      try world.put(
        "accounts/\(Demo.wabaID)",
        #"{"marketingMessages": "ONBOARDED", "marketingElsewhereOnly": true}"#)
      try world.round(after: .seconds(60))
      #expect(try marketing() == MarketingStanding(isOnboarded: false))
      // As news of the account has it, such as MM_LITE_TERMS_SIGNED.
      try world.store.phonesChanged([Self.sender])
      try world.round(after: .seconds(10))
      #expect(try marketing() == MarketingStanding(isOnboarded: true, isRequired: true))
    }
  }

  @Test("news of a number has it read again soon, not at once for each")
  func news() async throws {
    try await onOwnThread {
      let world = try World()
      try world.round()
      try world.number(Self.blocked)
      world.clock.advance(.seconds(60))
      try world.store.phonesChanged([Self.sender])
      try world.round()
      #expect(try world.lane?.stop == nil)
      try world.round(after: .seconds(10))
      #expect(try world.lane?.stop != nil)
    }
  }

  @Test("the limits that Meta tells count, and change only where it tells others")
  func limits() async throws {
    try await onOwnThread {
      let world = try World()
      try world.put("portfolios/\(Demo.portfolio)", #"{"limit":2000}"#)
      try world.round()
      let facts = PhoneFacts(json: try world.phone.facts)
      #expect(facts.limit == .people(2000) && facts.rate == 80)
      #expect(try world.told == 2000)
      // A webhook that came later than the answer of before.
      try world.store.tell(recipients: 10_000, of: [Self.sender])
      try world.round(after: .seconds(15 * 60))
      #expect(try world.told == 10_000)
      try world.put("portfolios/\(Demo.portfolio)", #"{"limit":100000}"#)
      try world.round(after: .seconds(15 * 60))
      #expect(try world.told == 100_000)
    }
  }

  @Test("a number that cannot be read is told once, and keeps what was known of it")
  func unread() async throws {
    try await onOwnThread {
      let world = try World(phone: "404")
      try world.round()
      try world.round(after: .seconds(5 * 60))
      let phone = try world.phone
      #expect(phone.failure.contains("100") && phone.readAt == .distantPast)
      #expect(world.logs("a number cannot be read") == 1)
      #expect(world.metrics.text().contains(#"postrider_phone_unread{sender="main"} 1"#))
      #expect(try world.lane?.stop == nil)
    }
  }

  @Test(
    "when a number is asked about again",
    arguments: [
      (0, nil, "", false, false), (899, nil, "", false, false), (900, nil, "", false, true),
      (59, nil, "", true, false), (60, nil, "", true, true),
      (299, nil, "away", false, false), (300, nil, "away", false, true),
      (20, 5, "", false, false), (20, 10, "", false, true), (9, 9, "", false, false),
      // News of before the last question.
      (20, 30, "", false, false),
    ] as [(Int64, Int64?, String, Bool, Bool)])
  func pace(asked: Int64, news: Int64?, failure: String, isBlocked: Bool, isDue: Bool) {
    let now = Timestamp(seconds: 1_800_000_000)
    let phone = StoredPhone(
      sender: Self.sender, facts: [], readAt: .distantPast, askedAt: now - .seconds(asked),
      newsAt: news.map { now - .seconds($0) } ?? .distantPast, failure: failure)
    #expect(PhonePace.isDue(phone, isBlocked: isBlocked, at: now) == isDue)
    #expect(PhonePace.isDue(nil, isBlocked: false, at: now))
  }
}
