import Domain
import Foundation
import HTTP
import SendStore
import Store
import TestSupport
import Testing
import Time

/// The workers that take in no requests, each alone in its process.
@Suite(.timeLimit(.minutes(5))) struct EngageTests {
  private let folder: TemporaryFolder
  private let file: String

  init() throws {
    folder = try TemporaryFolder()
    file = folder.file("settings.json5")
    try write(admin: "{}")
  }

  private func write(admin: String) throws {
    try """
    {
      log: "embedded:log.db", store: "sqlite:store.db", apiKeys: ["key"], admin: \(admin),
      senders: [{
        id: "main", provider: "meta", phoneNumberId: "1065", wabaId: "10291",
        accessToken: "some-token", appSecret: "some-secret", verifyToken: "verify",
        baseURL: "http://127.0.0.1:1/v24.0",
      }],
    }
    """.write(toFile: file, atomically: true, encoding: .utf8)
  }

  /// One that was free a moment ago.
  private static func freePort() throws -> UInt16 {
    let server = try HTTPServer { _, responder in responder.cut() }
    defer { server.drain(within: .zero) }
    return server.port
  }

  @Test(
    "a worker alone says that it is ready, tells its own metrics, and ends when it is asked to",
    arguments: [
      ("dispatch", "postrider_intake_sends_total"), ("status", "postrider_callbacks_total"),
      ("engage", "postrider_campaigns_open"),
    ])
  func alone(name: String, metric: String) async throws {
    try await onOwnThread {
      let address = "http://127.0.0.1:\(try Self.freePort())"
      try write(admin: "{ \(name): '\(address.dropFirst("http://".count))' }")
      let client = try HTTPClient()
      defer { client.close() }
      func text(_ path: String) -> String? {
        guard case .answered(let answer) = client.ask(HTTPCall(url: address + path)),
          answer.status == 200
        else { return nil }
        return String(decoding: answer.body, as: UTF8.self)
      }
      let process = Process.postrider([name, "--config", file])
      process.standardError = FileHandle.nullDevice
      try process.run()
      defer { process.end() }
      waitUntil("\(name) is ready") { text("/readyz")?.contains("ready") == true }
      #expect(text("/healthz") != nil)
      // Each thread brings its own, as it starts.
      waitUntil("the metrics of \(name)") { text("/metrics")?.contains("\n\(metric)") == true }
      let metrics = try #require(text("/metrics"))
      // What others do is not told here.
      let others = ["postrider_intake_sends_total", "postrider_callbacks_total"]
      #expect(!others.contains { $0 != metric && metrics.contains("\n\($0)") })
      process.end(by: SIGTERM)
      #expect(process.terminationStatus == 0)
    }
  }

  @Test("doctor says where a campaign is open and nobody looks after it")
  func doctor() throws {
    let store = try SendStore(.sqlite(path: folder.file("store.db")))
    try store.define([
      Sender(
        id: SenderID("main"), channel: .metaWhatsApp, account: AccountID("10291"), address: "1065")
    ])
    func look() throws -> String {
      try CommandTests.run(["doctor", "--offline", "--config", file]).output
    }
    #expect(!(try look().contains("campaigns")))
    let now = try store.now()
    _ = try store.create(
      NewCampaign(
        id: .random(at: now), tenant: .none, name: "spring", definition: Array("{}".utf8),
        pace: nil, share: nil, lanes: 1, expiry: .seconds(86_400), expires: nil, startsAt: nil,
        source: nil))
    #expect(try look().contains("nobody looks after them: nobody ever did"))
    try store.taskRan(
      TimedTask.runCampaigns.rawValue, by: WorkerID("w"), in: .milliseconds(1),
      failure: "the log is away")
    #expect(try look().contains("they cannot be looked after: the log is away"))
    try store.taskRan(TimedTask.runCampaigns.rawValue, by: WorkerID("w"), in: .milliseconds(1))
    #expect(!(try look().contains("campaigns")))
  }
}
