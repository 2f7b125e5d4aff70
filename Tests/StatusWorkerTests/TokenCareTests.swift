import Domain
import EventLog
import HTTP
import JSON
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

@Suite struct TokenCareTests {
  /// What Meta knows of tokens, with a count of what it was asked.
  private final class Graph: Sendable {
    struct State {
      /// Seconds left of each.
      var lives: [String: Int64]
      var issued: [String: Int64] = [:]
      var refusesExchange = false
      var hidesNumber = false
      var asked: [String] = []
    }

    let state: Locked<State>
    let server: HTTPServer

    init(_ lives: [String: Int64], issued: [String: Int64] = [:]) throws {
      let state = Locked(State(lives: lives, issued: issued))
      self.state = state
      server = try HTTPServer { request, responder in
        responder.answer(state.withLock { Self.answer(request, &$0) })
      }
    }

    var asked: [String] { state.withLock { $0.asked } }

    private static func answer(_ request: HTTPRequest, _ state: inout State) -> HTTPAnswer {
      let path = request.target.path.split(separator: "/").dropFirst().joined(separator: "/")
      state.asked.append(path)
      let now = CalendarTime.now.microseconds / 1_000_000
      switch path {
      case "debug_token":
        let token = request.queryValue("input_token") ?? ""
        guard request.queryValue("access_token") == "77|app-secret", let left = state.lives[token]
        else { return refusal(190, "Invalid OAuth access token.") }
        let issued = state.issued[token] ?? now - 40 * 86400
        return json(
          """
          {"data":{"is_valid":\(left > 0),"expires_at":\(now + left),"issued_at":\(issued),
           "scopes":["whatsapp_business_messaging","whatsapp_business_management"]}}
          """)
      case "oauth/access_token":
        guard !state.refusesExchange, request.queryValue("client_secret") == "app-secret",
          let token = request.queryValue("fb_exchange_token"), state.lives[token] ?? 0 > 0
        else { return refusal(190, "Error validating access token") }
        let fresh = "fresh-\(state.lives.count)"
        (state.lives[fresh], state.issued[fresh]) = (60 * 86400, now)
        return json("{\"access_token\":\"\(fresh)\",\"token_type\":\"bearer\"}")
      default:
        return state.hidesNumber
          ? refusal(100, "Unsupported get request.")
          : json("{\"health_status\":{\"can_send_message\":\"AVAILABLE\"}}")
      }
    }

    private static func json(_ text: String) -> HTTPAnswer { HTTPAnswer(json: Array(text.utf8)) }

    private static func refusal(_ code: Int, _ text: String) -> HTTPAnswer {
      HTTPAnswer(
        status: 400, json: Array("{\"error\":{\"code\":\(code),\"message\":\"\(text)\"}}".utf8))
    }
  }

  private final class World {
    let store: SendStore
    let care: TokenCare
    let watch: AccountWatch
    let lines = Locked<[String]>([])
    let stop = StopSignal()
    private let folder: TemporaryFolder
    private let log: EmbeddedLog

    init(_ graph: Graph, key: Bool = true) throws {
      folder = try TemporaryFolder()
      log = try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db")))
      store = try SendStore(.sqlite(path: folder.file("store.db")))
      let secretsKey =
        key ? "secretsKey: \"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\"," : ""
      let settings = try Settings.read(
        text: """
          { \(secretsKey) senders: [
            { id: "main", provider: "meta", phoneNumberId: "1", wabaId: "2", appId: "77",
              accessToken: "first", appSecret: "app-secret",
              baseURL: "http://127.0.0.1:\(graph.server.port)/v24.0" } ] }
          """)
      try store.define(settings.senders.map(\.sender))
      let (reload, lines, senders) = (Reload(), lines, LiveSenders(settings.senders))
      let log = Log(
        worker: "test",
        write: { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
      reload.onChange { senders.replace(by: $0.senders) }
      watch = AccountWatch(settings, reload: reload, log: log, file: nil)
      let context = WorkerContext(
        settings: settings, store: store, eventLog: self.log, worker: WorkerID("w"), log: log,
        health: Health(), metrics: Metrics(), stop: stop, reload: reload)
      care = try TokenCare(context, senders)
    }

    deinit {
      log.close(within: .seconds(1))
      store.close()
    }

    var facts: TokenFacts {
      get throws { TokenFacts(json: try #require(try store.credentials().first).facts) }
    }

    func logs(_ text: String) -> Bool { lines.withLock { $0 }.contains { $0.contains(text) } }
  }

  @Test("a token with long to go is looked at once, and left as it is")
  func looked() async throws {
    try await onOwnThread {
      let graph = try Graph(["first": 50 * 86400], issued: ["first": 0])
      let world = try World(graph)
      for _ in 0..<3 { try world.care.round() }
      #expect(graph.asked == ["debug_token"])
      #expect(try world.facts.sentence(at: .now).hasPrefix("ends in 49 days"))
      #expect(try world.store.credentials().first?.sealed == nil)
    }
  }

  @Test("one that ends soon is exchanged, the new one proved, and used by all within a look")
  func refreshed() async throws {
    try await onOwnThread {
      let graph = try Graph(["first": 10 * 86400])
      let world = try World(graph)
      for _ in 0..<2 { try world.care.round() }
      #expect(graph.asked == ["debug_token", "oauth/access_token", "debug_token", "1"])
      #expect(try world.facts.source == .refresh)
      #expect(try world.watch.look(at: world.store))
      for _ in 0..<3 { try world.care.round() }
      #expect(graph.asked.count == 4)
      #expect(world.logs("was refreshed") && !world.logs("fresh-1") && !world.logs("app-secret"))
    }
  }

  @Test("a new token that does not reach the number is not used, and that is told")
  func unproved() async throws {
    try await onOwnThread {
      let graph = try Graph(["first": 10 * 86400])
      graph.state.withLock { $0.hidesNumber = true }
      let world = try World(graph)
      for _ in 0..<3 { try world.care.round() }
      #expect(try world.store.credentials().first?.sealed == nil)
      #expect(try world.facts.failure?.contains("does not reach the number") == true)
      #expect(graph.asked.count == 4 && world.logs("cannot be refreshed"))
      #expect(try !world.watch.look(at: world.store))
    }
  }

  @Test("without a key to keep one nothing is exchanged, and the reason is told")
  func noKey() async throws {
    try await onOwnThread {
      let graph = try Graph(["first": 10 * 86400])
      let world = try World(graph, key: false)
      for _ in 0..<3 { try world.care.round() }
      #expect(graph.asked == ["debug_token"])
      #expect(try world.facts.failure?.contains("secretsKey is not set") == true)
    }
  }

  @Test("one that has ended is not exchanged any more; warnings say so before")
  func ended() async throws {
    try await onOwnThread {
      let graph = try Graph(["first": -5])
      let world = try World(graph)
      for _ in 0..<3 { try world.care.round() }
      #expect(graph.asked == ["debug_token"])
      #expect(try world.facts.sentence(at: .now).hasPrefix("ended"))
      let soon = try Graph(["first": 6 * 86400])
      soon.state.withLock { $0.refusesExchange = true }
      let warned = try World(soon)
      for _ in 0..<3 { try warned.care.round() }
      #expect(warned.logs("an access token ends soon"))
      #expect(try warned.facts.failure?.contains("190") == true)
    }
  }
}
