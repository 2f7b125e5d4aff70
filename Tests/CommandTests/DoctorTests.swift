import Domain
import Foundation
import HTTP
import JSON
import SQLite
import SendStore
import Simulator
import Store
import TestSupport
import Testing
import Time

@Suite(.timeLimit(.minutes(5))) struct DoctorTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private struct Found {
    let status: Int32
    let findings: [(about: String, verdict: String, sentence: String, remedy: String?)]

    func verdicts(of about: String) -> [String] {
      findings.filter { $0.about.hasPrefix(about) }.map(\.verdict)
    }

    func sentence(of about: String) -> String {
      findings.filter { $0.about.hasPrefix(about) && $0.verdict != "ok" }.map(\.sentence)
        .joined(separator: "\n")
    }
  }

  private func look(_ settings: String, _ more: String...) throws -> Found {
    let file = folder.file("settings.json5")
    try settings.write(toFile: file, atomically: true, encoding: .utf8)
    let run = try CommandTests.run(["doctor", "--json", "--config", file] + more)
    let root = try JSONDocument(Array(run.output.utf8)).root
    let findings = (root["findings"]?.items ?? []).map { item in
      (
        item["about"]?.string ?? "", item["verdict"]?.string ?? "", item["sentence"]?.string ?? "",
        item["remedy"]?.string
      )
    }
    #expect((root["ok"]?.bool == true) == (run.status == 0))
    return Found(status: run.status, findings: findings)
  }

  /// A provider that answers so about a number's health, and our own webhooks behind a proxy.
  private static func world(_ health: HTTPAnswer, token: String = "verify-me") throws -> HTTPServer
  {
    try HTTPServer { request, responder in
      guard request.target.path == "/api/whatsapp/webhook" else { return responder.answer(health) }
      let isOurs = request.queryValue("hub.verify_token") == token
      let challenge = request.queryValue("hub.challenge") ?? ""
      responder.answer(
        isOurs ? HTTPAnswer(status: 200, text: challenge) : HTTPAnswer(status: 403))
    }
  }

  private func settings(_ port: UInt16, publicPort: UInt16? = nil) -> String {
    """
    { publicURL: "http://127.0.0.1:\(publicPort ?? port)", apiKeys: ["a-key-of-more-than-16"],
      log: "embedded:log.db", store: "sqlite:store.db", spool: { path: "spool.db", limit: "1MB" },
      senders: [{
        id: "main", provider: "meta", phoneNumberId: "1065", accessToken: "some-token",
        appSecret: "some-secret", verifyToken: "verify-me", baseURL: "http://127.0.0.1:\(port)/v24.0",
      }] }
    """
  }

  private static let well = HTTPAnswer(
    json: Array(#"{"health_status":{"can_send_message":"AVAILABLE"},"id":"1065"}"#.utf8))

  @Test("where all is as it should be nothing is wrong, and nothing was made")
  func well() throws {
    let world = try Self.world(Self.well)
    let found = try look(settings(world.port))
    #expect(found.status == 0)
    #expect(found.verdicts(of: "settings") == ["ok"])
    #expect(found.verdicts(of: "sender main") == ["ok"])
    #expect(found.verdicts(of: "webhooks") == ["ok"])
    #expect(found.verdicts(of: "store") == ["ok"] && found.verdicts(of: "log") == ["ok"])
    #expect(!FileManager.default.fileExists(atPath: folder.file("store.db")))
    #expect(!FileManager.default.fileExists(atPath: folder.file("log.db")))
  }

  @Test(
    "what a provider says against a sender is told in words",
    arguments: [
      (
        401,
        #"{"error":{"message":"Error validating access token","type":"OAuthException","code":190,"error_subcode":463}}"#,
        "190: "
      ),
      (
        200,
        #"{"health_status":{"can_send_message":"BLOCKED","entities":[{"errors":[{"error_code":131031,"error_description":"The account is locked","possible_solution":"Contact support"}]}]}}"#,
        "BLOCKED (The account is locked: Contact support)"
      ),
    ])
  func sender(status: Int, body: String, sentence: String) throws {
    let world = try Self.world(HTTPAnswer(status: status, json: Array(body.utf8)))
    let found = try look(settings(world.port))
    #expect(found.status == 1)
    #expect(found.verdicts(of: "sender main") == ["wrong"])
    #expect(found.sentence(of: "sender main").contains(sentence))
    #expect(!found.findings.contains { $0.sentence.contains("some-token") })
  }

  @Test("webhooks that lead elsewhere, or nowhere, are told apart")
  func webhooks() throws {
    let world = try Self.world(Self.well)
    let other = try Self.world(Self.well, token: "another")
    #expect(
      try look(settings(world.port, publicPort: other.port)).sentence(of: "webhooks")
        .contains("does not know the verifyToken"))
    #expect(
      try look(settings(world.port, publicPort: 1)).sentence(of: "webhooks")
        .hasPrefix("nobody answers"))
    let offline = try look(settings(1, publicPort: 1), "--offline")
    #expect(offline.status == 0 && offline.verdicts(of: "webhooks").isEmpty)
  }

  @Test("a store of another version is told, and left as it is")
  func schema() throws {
    let path = folder.file("store.db")
    try SendStore(.sqlite(path: path)).close()
    #expect(try look(settings(1), "--offline").verdicts(of: "store") == ["ok"])
    try Self.setSchema(of: path, SendStore.schemaVersion + 1)
    let newer = try look(settings(1), "--offline")
    #expect(newer.verdicts(of: "store").contains("wrong") && newer.status == 1)
    try Self.setSchema(of: path, SendStore.schemaVersion - 1)
    #expect(try look(settings(1), "--offline").verdicts(of: "store").contains("warning"))
    #expect(try SQLiteFacts.schema(of: path) == SendStore.schemaVersion - 1)
  }

  /// The number stands at a fixed place of the file's head.
  private static func setSchema(of path: String, _ number: Int) throws {
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    try file.seek(toOffset: 60)
    try file.write(contentsOf: withUnsafeBytes(of: UInt32(number).bigEndian) { Data($0) })
    try file.close()
  }

  @Test("a PostgreSQL server is looked at as it is")
  func postgres() throws {
    let url = try PostgresServer.shared().database()
    let settings = settings(1).replacing("sqlite:store.db", with: url)
    let found = try look(settings, "--offline")
    #expect(found.verdicts(of: "store").first == "ok")
    #expect(found.sentence(of: "store").contains("no standby is synchronous"))
    let nowhere = settings.replacing(url, with: "postgres://nobody@127.0.0.1:1/nothing")
    #expect(try look(nowhere, "--offline").verdicts(of: "store") == ["wrong"])
  }

  @Test(
    "the endpoint of an assistant is looked at without a question that costs",
    arguments: [(200, "ok"), (404, "ok"), (401, "wrong"), (503, "warning")])
  func assistant(status: Int, verdict: String) throws {
    let endpoint = try HTTPServer { request, responder in
      #expect(request.method == "GET" && request.target.path == "/v1/models")
      #expect(request.headers.first("Authorization") == "Bearer its-own-key")
      responder.answer(HTTPAnswer(status: status))
    }
    let found = try look(helped(by: "http://127.0.0.1:\(endpoint.port)/v1/chat/completions"))
    #expect(found.verdicts(of: "assistant helper") == [verdict])
    #expect(!found.findings.contains { $0.sentence.contains("its-own-key") })
    let nowhere = try look(helped(by: "http://127.0.0.1:1/v1/chat/completions"))
    #expect(nowhere.verdicts(of: "assistant helper") == ["wrong"])
  }

  private func helped(by url: String) -> String {
    """
    { apiKeys: ["a-key-of-more-than-16"], log: "embedded:log.db", store: "sqlite:store.db",
      spool: { path: "spool.db", limit: "1MB" }, defaultAssistant: "helper",
      assistants: [{ name: "helper", url: "\(url)", model: "m", apiKey: "its-own-key",
        instructions: "You are kind." }] }
    """
  }

  @Test("people who wait while nobody looks after them are told of")
  func left() throws {
    let settings = helped(by: "http://127.0.0.1:1/v1/chat/completions")
    let account = AccountID("10291")
    let main = Sender(
      id: SenderID("main"), channel: .metaWhatsApp, account: account, address: "1065")
    let store = try SendStore(.sqlite(path: folder.file("store.db")))
    try store.define([main])
    #expect(try look(settings, "--offline").verdicts(of: "assistants").isEmpty)
    for (number, assistant) in [(1, "helper"), (2, nil)] {
      var report = InboundReport(
        account: account, sender: main.id, contact: PersonAddress("+39333000000\(number)"),
        providerID: ProviderID("in\(number)"), at: try store.now())
      report.words = InboundWords(
        kind: "text", words: "Hello", content: Array("{}".utf8), received: report.at)
      report.words?.charge = Charge(assistant: assistant)
      _ = try store.receive([report])
    }
    #expect(try look(settings, "--offline").verdicts(of: "assistants").isEmpty)
    try Database(path: folder.file("store.db")).execute(
      "UPDATE conversations SET due = due - 120000000")
    let found = try look(settings, "--offline")
    #expect(found.verdicts(of: "assistants") == ["wrong"])
    // Nobody is asked to wait where the settings have no texts.
    #expect(found.verdicts(of: "conversations").isEmpty)
    let texts = settings.replacing("defaultAssistant", with: "texts: {}, defaultAssistant")
    #expect(try look(texts, "--offline").verdicts(of: "conversations") == ["wrong"])
    // Turns are known once a worker of this version is there.
    _ = try store.tendLeases(WorkerID("w"))
    _ = try store.claimForAssistants(limit: 10) { _, now in .later(now + .seconds(5)) }
    _ = try store.answerWaiting(limit: 10) { _, _, _ in .nothing }
    let after = try look(texts, "--offline")
    #expect(
      after.verdicts(of: "assistants").isEmpty && after.verdicts(of: "conversations").isEmpty)
  }

  @Test("faults of the settings come as findings, with their exit status")
  func faults() throws {
    let found = try look("{listn: 1, apiKeys: ['${NOT_SET}']}")
    #expect(found.status == 78 && found.verdicts(of: "settings") == ["wrong", "wrong"])
  }

  @Test(
    "whether a worker is ready is told by the exit status",
    arguments: [(200, "ready\n", 0), (503, "not ready\n", 1)])
  func ready(status: Int, output: String, exit: Int32) throws {
    let body = #"{"status":"x","parts":{"store":"away"}}"#
    let server = try HTTPServer { request, responder in
      #expect(["/readyz", "/healthz"].contains(request.target.path))
      responder.answer(HTTPAnswer(status: status, json: Array(body.utf8)))
    }
    for more in [[], ["--alive"]] {
      let run = try CommandTests.run(["ready", "http://127.0.0.1:\(server.port)/"] + more)
      #expect(run.status == exit && run.output == output)
      #expect(run.errors.contains("store: away"))
    }
    #expect(try CommandTests.run(["ready", "http://127.0.0.1:1"]).status == 1)
  }

  @Test("a store is migrated as often as one likes")
  func migrate() throws {
    let file = folder.file("settings.json5")
    try settings(1).write(toFile: file, atomically: true, encoding: .utf8)
    for _ in 0..<2 {
      let run = try CommandTests.run(["store", "migrate", "--config", file])
      #expect(run.status == 0 && run.output.contains("\(SendStore.schemaVersion) migrations"))
    }
    #expect(try SQLiteFacts.schema(of: folder.file("store.db")) == SendStore.schemaVersion)
  }

  @Test("a number of the US that no registration stands for is a warning")
  func registration() throws {
    let simulator = try Simulator()
    defer { simulator.stop(within: .zero) }
    let found = try look(
      """
      { apiKeys: ["a-key-of-more-than-16"],
        log: "embedded:log.db", store: "sqlite:store.db", spool: { path: "spool.db", limit: "1MB" },
        senders: [{
          id: "us", provider: "twilio", from: "\(Demo.smsAddress)", accountSid: "\(Demo.accountSid)",
          authToken: "\(Demo.authToken)", baseURL: "http://127.0.0.1:\(simulator.port)",
        }] }
      """)
    #expect(found.verdicts(of: "sender us") == ["ok", "warning"])
    #expect(found.sentence(of: "sender us").contains("30034"))
  }
}
