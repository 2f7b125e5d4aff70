import Domain
import EventLog
import HTTP
import Platform
import Running
import SendStore
import Settings
import StatusWorker
import Store
import Telemetry
import TestSupport
import Testing
import Time

@Suite struct TemplateMirrorTests {
  /// Two pages, or a refusal.
  private final class Graph: Sendable {
    let refuses = Locked(false)
    /// Of the first.
    let status = Locked("APPROVED")
    let asked = Locked<[String]>([])
    let server: HTTPServer

    init() throws {
      let (refuses, asked, status) = (refuses, asked, status)
      server = try HTTPServer { request, responder in
        asked.withLock { $0.append(request.queryValue("after") ?? "") }
        guard !refuses.withLock({ $0 }) else {
          let error = #"{"error":{"code":190,"message":"Session has expired"}}"#
          return responder.answer(HTTPAnswer(status: 401, json: Array(error.utf8)))
        }
        let isFirst = request.queryValue("after") == nil
        #expect(request.target.path == "/v24.0/2/message_templates")
        let first = Self.first.replacing("APPROVED", with: status.withLock { $0 })
        responder.answer(HTTPAnswer(json: Array((isFirst ? first : Self.second).utf8)))
      }
    }

    private static let first = """
      {"data":[{"id":"71","name":"order","language":"it","status":"APPROVED","category":"UTILITY",
        "correct_category":"MARKETING","parameter_format":"POSITIONAL","rejected_reason":"NONE",
        "components":[{"type":"BODY","text":"Ordine {{1}} di {{2}}"}],"quality_score":{"score":"GREEN"}}],
       "paging":{"cursors":{"after":"c1"},"next":"https://next"}}
      """
    private static let second = """
      {"data":[{"id":72,"name":"offer","language":"it","status":"REJECTED","category":"MARKETING",
        "correct_category":"MARKETING","rejected_reason":"TOO_LOUD",
        "components":[{"type":"BODY","text":"{{1}}"}]}],"paging":{"cursors":{"after":"c2"}}}
      """
  }

  private final class World {
    let store: SendStore
    let mirror: TemplateMirror
    let shelf = TemplateShelf()
    private let folder: TemporaryFolder
    private let log: EmbeddedLog
    private let context: WorkerContext
    private let senders: [SenderSettings]

    init(_ graph: Graph) throws {
      folder = try TemporaryFolder()
      log = try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db")))
      store = try SendStore(.sqlite(path: folder.file("store.db")))
      let settings = try Settings.read(
        text: """
          { senders: [
            { id: "a", provider: "meta", phoneNumberId: "1", wabaId: "2", accessToken: "t",
              baseURL: "http://127.0.0.1:\(graph.server.port)/v24.0" },
            { id: "b", provider: "meta", phoneNumberId: "3", accessToken: "t",
              baseURL: "http://127.0.0.1:\(graph.server.port)/v24.0" } ] }
          """)
      try store.define(settings.senders.map(\.sender))
      senders = settings.senders
      context = WorkerContext(
        settings: settings, store: store, eventLog: log, worker: WorkerID("w"),
        log: Log(worker: "test", write: { _ in }), health: Health(), metrics: Metrics(),
        stop: StopSignal())
      mirror = try TemplateMirror(context, LiveSenders(settings.senders))
    }

    /// As after a start.
    func again() throws -> TemplateMirror { try TemplateMirror(context, LiveSenders(senders)) }

    deinit {
      log.close(within: .seconds(1))
      store.close()
    }

    func needs(_ name: String) throws -> TemplateNeeds? {
      try shelf.look(at: store)
      return shelf.needs(of: Template(name: name, language: "it"), in: AccountID("2"))
    }
  }

  @Test("an account's list is read page by page, once, and tells what a template wants")
  func read() async throws {
    try await onOwnThread {
      let graph = try Graph()
      let world = try World(graph)
      #expect(try world.needs("order") == nil)
      for _ in 0..<3 { try world.mirror.round() }
      #expect(graph.asked.withLock { $0 } == ["", "c1"])
      #expect(try world.store.templates().map(\.name) == ["offer", "order"])
      #expect(try world.needs("order")?.body == ["1", "2"])
      #expect(try world.needs("offer") == nil)
      let word = world.shelf.word(
        on: Template(name: "offer", language: "it"), in: AccountID("2"))
      #expect(word.refusal?.contains("rejected at its provider (TOO_LOUD)") == true, "\(word)")
      let templates = try world.store.templates()
      #expect(templates.map(\.id) == ["72", "71"])
      #expect(templates.map(\.announced) == ["", "MARKETING"])
    }
  }

  @Test("a list that cannot be read is told, judges nothing, and is not asked for without a pause")
  func refused() async throws {
    try await onOwnThread {
      let graph = try Graph()
      let world = try World(graph)
      try world.mirror.round()
      #expect(try world.needs("order") != nil)
      try world.store.templatesFailed(of: AccountID("2"), because: "order was changed")
      #expect(try world.needs("order") == nil)
      let other = try World(graph)
      graph.refuses.withLock { $0 = true }
      for _ in 0..<3 { try other.mirror.round() }
      #expect(try other.store.templateLists().first?.failure.contains("190") == true)
      #expect(try other.store.templates().isEmpty)
      #expect(graph.asked.withLock { $0.count } == 3)
    }
  }

  @Test("a template that the list shows to be approved again goes on where the webhook was lost")
  func released() async throws {
    try await onOwnThread {
      let graph = try Graph()
      let world = try World(graph)
      let account = AccountID("2")
      let key = TemplateKey(name: "order", language: "it").text
      try world.store.put(
        MirroredTemplate(
          account: account, name: "order", language: "it", status: "PENDING", category: "UTILITY",
          quality: "", components: Array("[]".utf8)))
      try world.store.hold(
        template: key, of: [SenderID("a")], until: .distantFuture, because: "in review")
      let now = try world.store.now()
      var send = NewSend(
        id: .random(at: now), sender: SenderID("a"), recipient: "+393331234567",
        content: Array("{}".utf8), due: now, expires: now + .seconds(3600))
      send.template = key
      _ = try world.store.take(
        IntakeBatch(log: "log", partition: 0, from: 0, next: 1, sends: [send]))
      func reasons() throws -> [String] {
        try world.store.laneWaits().first { $0.sender.text == "a" }?.flows.map(\.reason) ?? []
      }
      #expect(try reasons() == ["in review"])
      try world.mirror.round()
      #expect(try !reasons().contains("in review"))
      // Somebody has changed it at Meta's.
      graph.status.withLock { $0 = "PENDING" }
      try world.store.wantTemplates(of: account)
      try world.again().round()
      #expect(try reasons() == ["the template is in review"])
    }
  }
}
