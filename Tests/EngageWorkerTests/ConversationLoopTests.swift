import Domain
import EngageWorker
import EventLog
import JSON
import Platform
import Running
import SendStore
import Settings
import Store
import Telemetry
import TestSupport
import Testing
import Time

/// Who waits is answered by the settings, as they are by now.
@Suite struct ConversationLoopTests {
  private let clock = ManualClock(Timestamp(seconds: 1_800_000_000))
  private let folder: TemporaryFolder
  private let store: SendStore
  private let log: EmbeddedLog
  private let reload = Reload()
  private let metrics = Metrics()

  private static let sender = Sender(
    id: SenderID("main"), channel: .metaWhatsApp, account: AccountID("10291"), address: "1065",
    tenant: Tenant(app: "crm", company: "acme"))

  init() throws {
    folder = try TemporaryFolder()
    store = try SendStore(try TestStore(.oneMachine, in: folder).location(clock))
    try store.define([Self.sender])
    log = try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db")))
    _ = try store.tendLeases(WorkerID("worker-1"))
  }

  private static func settings(_ more: String) throws -> Settings {
    try Settings.read(
      text: """
        {
          senders: [{ id: "main", provider: "meta", phoneNumberId: "1065", wabaId: "10291",
            accessToken: "t", app: "crm", company: "acme", templateLanguage: "de" }],
          agents: [{ name: "bea", language: "it" }], \(more)
        }
        """)
  }

  private func loop(_ more: String) throws -> ConversationLoop {
    ConversationLoop(
      WorkerContext(
        settings: try Self.settings(more), store: store, eventLog: log,
        worker: WorkerID("worker-1"), log: Log(worker: "test", write: { _ in }), health: Health(),
        metrics: metrics, stop: StopSignal(), reload: reload))
  }

  @discardableResult
  private func write(
    _ number: Int, assistant: String? = nil, agent: String? = nil
  ) throws -> ConversationID {
    let person = PersonAddress("+39333\(4_000_000 + number)")
    var report = InboundReport(
      account: Self.sender.account, sender: Self.sender.id, contact: person,
      providerID: ProviderID("in\(number) \(clock.now.microseconds)"), at: clock.now)
    report.words = InboundWords(
      kind: "text", words: "Hello", content: Array("{}".utf8), received: clock.now)
    report.words?.charge = Charge(agent, assistant: assistant)
    _ = try store.receive([report])
    return ConversationID(of: Self.sender.id, with: person, tenant: Self.sender.tenant)
  }

  /// What was queued for whom, the last first.
  private func said(in id: ConversationID) throws -> [String] {
    let conversation = try #require(try store.conversation(id))
    return try store.timeline(of: conversation, limit: 50).page.compactMap { item in
      guard case .send(_, _, _, _, _, let content, _) = item.what else { return nil }
      return JSONValue(whole: content.json)?["body"]?.string
        ?? JSONValue(whole: content.json)?["text"]?["body"]?.string
    }
  }

  @Test("each tenant's texts are said in the agent's language, else in the sender's")
  func texts() throws {
    let loop = try loop(
      """
      texts: { waiting: { it: "attenda", de: "warten" } },
      tenants: [{ app: "crm", company: "other", texts: { waiting: { it: "no", de: "no" } } }],
      """)
    let (first, second) = (try write(1, agent: "bea"), try write(2))
    #expect(try !loop.round())
    #expect(try said(in: first) == ["attenda"])
    #expect(try said(in: second) == ["warten"])
    #expect(try store.conversation(first)?.standing.askedToWait == clock.now)
    #expect(metrics.text().contains("postrider_set_texts_total 2"))
    // The send goes no later than free text may.
    let lease = try #require(try store.tendLeases(WorkerID("worker-1")).held.first)
    guard
      case .claimed(let claim) = try store.claim(
        Self.sender.id, lease, worker: WorkerID("worker-1"), limit: 10)
    else { throw Refused() }
    #expect(claim.sends.map(\.expires) == [clock.now, clock.now].map { $0 + .seconds(86_400) })
  }

  struct Refused: Error {}

  @Test("without texts in the settings nothing is said, until there are some")
  func reloaded() throws {
    let loop = try loop("")
    let first = try write(1)
    _ = try loop.round()
    #expect(try said(in: first).isEmpty && store.conversation(first)?.due == nil)
    try reload.apply(try Self.settings("texts: {},"), over: try Self.settings(""))
    _ = try loop.round()
    #expect(try said(in: first).isEmpty, "they have not written since")
    clock.advance(.seconds(1))
    try write(1)
    _ = try loop.round()
    #expect(try said(in: first).first?.hasPrefix("Vielen Dank") == true)
  }

  @Test("a page is followed by the next at once, and each task tells how much it did")
  func pages() throws {
    let loop = try loop("texts: {},")
    for number in 0..<150 { try write(number) }
    let resting = try write(900, assistant: "helper")
    _ = try store.act(.personWrote(at: clock.now), in: resting, by: .agent("bea"))
    #expect(try loop.round())
    #expect(try !loop.round())
    #expect(metrics.text().contains("postrider_set_texts_total 150"))
    let runs = try store.taskRuns()
    #expect(runs.first { $0.name == "AnswerWaitingContacts" }?.done == 100)
    #expect(runs.first { $0.name == "WhatsAppActivateInactiveConversations" }?.done == 0)
    #expect(runs.count == 2)
  }

  @Test("a day after the last message a conversation is its assistant's again")
  func rested() throws {
    let resting = try write(1, assistant: "helper")
    _ = try store.act(.personWrote(at: clock.now), in: resting, by: .agent("bea"))
    clock.advance(.seconds(86_399))
    _ = try loop("").round()
    #expect(try store.conversation(resting)?.standing.mode == .manual)
    clock.advance(.seconds(1))
    _ = try loop("").round()
    #expect(try store.conversation(resting)?.standing.mode == .automatic)
    #expect(metrics.text().contains("postrider_conversations_rested_total 1"))
  }

  @Test("of a sender that is not in the settings nobody is answered yet")
  func unknown() throws {
    let loop = try loop("texts: {},")
    try reload.apply(
      try Settings.read(text: "{ texts: {} }"), over: try Self.settings("texts: {},"))
    let first = try write(1)
    _ = try loop.round()
    #expect(try said(in: first).isEmpty && store.conversation(first)?.due != nil)
    try reload.apply(try Self.settings("texts: {},"), over: try Self.settings("texts: {},"))
    clock.advance(.seconds(60))
    _ = try loop.round()
    #expect(try said(in: first).count == 1)
  }
}
