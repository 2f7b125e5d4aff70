import Domain
import EngageWorker
import EventLog
import Events
import JSON
import Platform
import Running
import SendStore
import SQLite
import Settings
import Store
import Telemetry
import TestSupport
import Testing
import Time

/// What somebody ordered to be sent again goes once, after it could be taken back.
@Suite struct ResendLoopTests {
  private let clock = ManualClock(Timestamp(seconds: 1_800_000_000))
  private let folder: TemporaryFolder
  private let store: SendStore
  private let log: EmbeddedLog
  private let loop: ResendLoop
  private let worker = WorkerID("worker-1")
  private let metrics = Metrics()

  private static let senders = """
    { id: "main", provider: "meta", phoneNumberId: "1065", wabaId: "10291", accessToken: "t",
      app: "crm", company: "acme",
      budget: { rate: null, daily: null, pair: null, inFlight: 10000 } },
    { id: "beta", provider: "meta", phoneNumberId: "1066", wabaId: "10292", accessToken: "u",
      app: "crm", company: "beta",
      budget: { rate: null, daily: null, pair: null, inFlight: 10000 } },
    """

  init() throws {
    folder = try TemporaryFolder()
    let settings = try Settings.read(text: "{ senders: [\(Self.senders)] }")
    store = try SendStore(try TestStore(.oneMachine, in: folder).location(clock))
    try store.define(settings.senders.map(\.sender))
    log = try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db")))
    loop = ResendLoop(
      WorkerContext(
        settings: settings, store: store, eventLog: log, worker: worker,
        log: Log(worker: "test", write: { _ in }), health: Health(), metrics: metrics,
        stop: StopSignal()))
    _ = try store.tendLeases(worker)
  }

  /// So many sends that failed for that cause.
  @discardableResult
  private func fail(
    _ count: Int, code: String, from sender: String = "main", at offset: Int64 = 0,
    campaign: String = "", body: String = "hi"
  ) throws -> [SendID] {
    let sends = (0..<count).map { place in
      var send = NewSend(
        id: .random(at: clock.now), sender: SenderID(sender),
        recipient: PersonAddress("+39333\(2_000_000 + Int(offset) + place)"),
        content: Array(#"{"to":"+39333","body":"\#(body)","sendAt":"2026-01-01T00:00:00Z"}"#.utf8),
        due: clock.now, expires: clock.now + .seconds(3600))
      send.campaign = campaign
      return send
    }
    _ = try store.take(
      IntakeBatch(
        log: "log", partition: Int(offset), from: 0, next: Int64(count), sends: sends))
    for lease in try store.tendLeases(worker).held {
      guard
        case .claimed(let claim) = try? store.claim(
          SenderID(sender), lease, worker: worker, limit: 1000)
      else { continue }
      _ = try store.record(
        claim.sends.map {
          AttemptReport(
            of: $0, .failed(Failure(code: code, sentence: "No.")), postedAt: clock.now)
        })
    }
    clock.advance(.seconds(1))
    return sends.map(\.id)
  }

  private func order(
    _ filter: ResendFilter, of tenant: Tenant? = nil, in wait: Duration = .seconds(10)
  ) throws -> SendID {
    try #require(try store.order(filter, of: tenant, by: "ann", in: wait)).id
  }

  private func settle() throws { while try loop.round() {} }

  private func sent() throws -> [SendEvent] {
    try log.records(of: .sends).map { try SendEvent(data: $0.event().data) }
  }

  @Test("an order is counted first, begins at its time, and sends each once")
  func whole() throws {
    let failed = try fail(250, code: "131049")
    try fail(3, code: "131026", at: 300)
    let id = try order(ResendFilter(state: .failed, cause: "131049"))
    try settle()
    let counted = try #require(try store.resend(id))
    #expect(counted.isCounted && counted.found == 250 && counted.phase == .waiting)
    #expect(try sent().isEmpty)
    clock.advance(.seconds(11))
    try settle()
    let done = try #require(try store.resend(id))
    #expect(done.phase == .done && done.resent == 250 && done.leftOut == 0 && done.ended != nil)
    let events = try sent()
    #expect(Set(events.map(\.id)) == Set(failed.map { SendID.again(after: $0) }))
    #expect(events.count == 250)
    let first = try #require(events.first)
    #expect(String(decoding: first.request, as: UTF8.self) == #"{"to":"+39333","body":"hi"}"#)
    #expect(first.due <= clock.now && first.expires > clock.now + .seconds(86_400))
    // The same order again names no other sends.
    _ = try order(ResendFilter(state: .failed, cause: "131049"), in: .zero)
    try settle()
    try settle()
    #expect(Set(try sent().map(\.id)).count == 250)
  }

  @Test("what is taken back before its time sends nothing")
  func undone() throws {
    try fail(3, code: "1")
    let id = try order(ResendFilter(state: .failed))
    try settle()
    _ = try store.stopResend(id)
    clock.advance(.seconds(60))
    try settle()
    #expect(try sent().isEmpty)
    #expect(try store.resend(id)?.phase == .stopped)
  }

  @Test("an order of one tenant reaches no other's, and one of a sender only its own")
  func narrow() throws {
    let own = try fail(2, code: "1")
    let others = try fail(2, code: "1", from: "beta", at: 10)
    _ = try order(
      ResendFilter(state: .failed), of: Tenant(app: "crm", company: "acme"), in: .zero)
    try settle()
    try settle()
    #expect(Set(try sent().map(\.id)) == Set(own.map { SendID.again(after: $0) }))
    _ = try order(ResendFilter(state: .failed, sender: SenderID("beta")), in: .zero)
    try settle()
    try settle()
    #expect(
      Set(try sent().map(\.id)) == Set((own + others).map { SendID.again(after: $0) }))
  }

  @Test("rows of campaigns, and what has no words any more, are left out and counted")
  func leftOut() throws {
    let campaign = try store.create(
      NewCampaign(
        id: .random(at: clock.now), tenant: Tenant(app: "crm", company: "acme"), name: "may",
        definition: Array("{}".utf8))
    ).campaign
    try fail(2, code: "1", campaign: campaign.id.description)
    try fail(1, code: "1", at: 10, body: "")
    let named = try fail(1, code: "1", at: 20, campaign: "spring")
    let id = try order(ResendFilter(state: .failed), in: .zero)
    try settle()
    try settle()
    #expect(try sent().map(\.id) == named.map { SendID.again(after: $0) })
    #expect(try sent().map(\.campaign) == ["spring"])
    let done = try #require(try store.resend(id))
    #expect(done.resent == 1 && done.leftOut == 3 && done.found == 4)
  }

  @Test("what ended after the order was given is no part of it")
  func later() throws {
    try fail(1, code: "1")
    let id = try order(ResendFilter(state: .failed))
    clock.advance(.seconds(1))
    try fail(2, code: "1", at: 10)
    clock.advance(.seconds(20))
    try settle()
    try settle()
    #expect(try store.resend(id)?.resent == 1)
  }

  @Test("an order that cannot be read ends with its reason, and those behind it go on")
  func unreadable() throws {
    let failed = try fail(2, code: "1")
    let broken = try order(ResendFilter(state: .failed, cause: "2"), in: .zero)
    let good = try order(ResendFilter(state: .failed, cause: "1"), in: .zero)
    try Database(path: folder.file("store.db")).execute(
      "UPDATE resends SET filter = CAST('{\"state\":\"lost\"}' AS BLOB) WHERE id = '\(broken)'")
    try settle()
    try settle()
    let ended = try #require(try store.resend(broken))
    #expect(ended.phase == .stopped && ended.ended != nil && ended.filter == nil)
    #expect(ended.failure == "what it asks for cannot be read by this version")
    #expect(try store.resend(good)?.phase == .done)
    #expect(Set(try sent().map(\.id)) == Set(failed.map { SendID.again(after: $0) }))
    #expect(try store.resends(of: nil, limit: 9).count == 2)
    #expect(metrics.text().contains("postrider_resend_orders_given_up_total 1"))
    #expect(metrics.text().contains("postrider_resends_total{result=\"sent\"} 2"))
  }

  @Test("an order that the store does not keep is given up, and those behind it go on")
  func unkept() throws {
    let failed = try fail(2, code: "1")
    let broken = try order(ResendFilter(state: .failed, cause: "2"), in: .zero)
    let good = try order(ResendFilter(state: .failed, cause: "1"), in: .zero)
    try Database(path: folder.file("store.db")).execute(
      """
      CREATE TRIGGER keep_out BEFORE UPDATE ON resends WHEN old.id = '\(broken)'
      BEGIN SELECT RAISE(ABORT, 'no'); END
      """)
    for _ in 0..<4 { _ = try loop.round() }
    #expect(try store.resend(good)?.phase == .done)
    #expect(Set(try sent().map(\.id)) == Set(failed.map { SendID.again(after: $0) }))
    #expect(try store.resend(broken)?.phase == .waiting)
    #expect(try !loop.round())
    #expect(metrics.text().contains("postrider_resend_orders_given_up_total 1"))
  }
}
