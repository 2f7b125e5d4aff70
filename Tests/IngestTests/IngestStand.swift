import API
import Events
import Running
import Settings
import Telemetry
import Forms
import Crypto
import Domain
import EventLog
import Foundation
import HTTP
import Ingest
import JSON
import Platform
import TestSupport
import Time

/// The listener over real HTTP, on a log in a folder that goes when the test is done.
final class IngestStand: Sendable {
  static let instance = "one"
  static let account = "AC00000000000000000000000000000001"
  static let token = "twilio-token-one"
  static let appSecret = "meta-app-secret"

  let log: any EventLog
  private let place: TestLog
  let faulty: FaultyLog
  private let slot = LogSlot()
  let stores = StoreSlot()
  let templates = TemplateShelf()
  let settings: Settings
  let metrics = Metrics()
  let health = Health()
  let lines = Locked<[String]>([])
  let folder: TemporaryFolder
  let listener: IngestListener
  let accounts: AccountWatch
  private let client: HTTPClient

  init(
    _ more: String = "", moreSenders: String = "", moreKeys: String = "",
    on backend: Backend = .oneMachine,
    spoolLimit: String = "100MB",
    isOpen: Bool = true,
    publicURL: String? = "https://hooks.example.com/in", patience: Duration = .seconds(30),
    marksEvery: Duration = .seconds(3600), heartbeat: Duration = .seconds(15),
    limits: HTTPServer.Configuration? = nil, rehearse: Rehearse? = nil,
    folder: TemporaryFolder? = nil,
    secretsKey: String? = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
  ) throws {
    self.folder = try folder ?? TemporaryFolder()
    let folder = self.folder
    place = try TestLog(
      backend, in: folder, mock: .always, properties: ["reconnect.backoff.max.ms": "200"])
    log = try place.open(messageTimeout: .seconds(2))
    faulty = FaultyLog(log)
    if isOpen { slot.fill(faulty) }
    let lines = lines
    let logger = Log(
      worker: "test",
      write: { line in
        lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
      })
    settings = try Self.settings(
      (publicURL.map { "publicURL: \"\($0)\"," } ?? "")
        + (secretsKey.map { "secretsKey: \"\($0)\"," } ?? "") + more, moreSenders, moreKeys, folder,
      spoolLimit)
    let reload = Reload()
    accounts = AccountWatch(settings, reload: reload, log: logger, file: nil)
    let door = DoorContext(
      slot, stores, log: logger, metrics: metrics, templates: templates, accounts: accounts,
      rehearse: rehearse)
    listener = try IngestListener(
      settings, door, AdminRoutes(health, metrics),
      with: [APIRoutes(door, heartbeat: heartbeat, settling: .zero)], patience: patience,
      instance: Self.instance,
      marksEvery: marksEvery, limits: limits)
    // The listener holds the accounts, and these the reload: its threads would never end.
    reload.onChange { [weak listener] settings in listener?.apply(settings) }
    client = try HTTPClient()
  }

  deinit { stop() }

  /// The brokers, where it is on Kafka.
  var brokers: MockKafka? { place.kafka?.mock }

  func open() { slot.fill(faulty) }

  func stop() {
    listener.drain(within: .zero)
    log.close(within: .seconds(5))
  }

  private static func settings(
    _ more: String, _ senders: String, _ keys: String, _ folder: TemporaryFolder,
    _ spoolLimit: String
  ) throws -> Settings {
    let file = folder.file("settings.json5")
    try """
    {
      listen: "127.0.0.1:0",
      spool: { path: "spool.db", limit: "\(spoolLimit)" },
      apiKeys: [
        "admin-key", { key: "acme-key", app: "crm", company: "acme", scopes: ["send"] },
        { key: "inline-key", scopes: ["send"], allowInline: true },
        { key: "reader-key", scopes: ["read"] }, { key: "webhook-key", scopes: ["webhook"] },
        { key: "acme-reader", app: "crm", company: "acme", scopes: ["read"] },
        { key: "acme-admin", app: "crm", company: "acme", scopes: ["admin", "read"] },
        { key: "beta-reader", app: "other", company: "beta", scopes: ["read"] },
        { key: "crawling-key", scopes: ["send", "read", "admin"], rate: "1/1h" },
        { key: "slow-key", scopes: ["send"], rate: "2/1h" }, \(keys)
      ],
      senders: [
        { id: "twilio", provider: "twilio", from: "whatsapp:+14155550100", accountSid: "\(account)",
          authToken: "\(token)", secondaryAuthTokens: ["twilio-token-two"], app: "crm",
          company: "acme" },
        { id: "sms", provider: "twilio", from: "+14155550199", accountSid: "\(account)",
          authToken: "\(token)" },
        { id: "meta", provider: "meta", phoneNumberId: "106540352242922",
          wabaId: "102290129340398", accessToken: "meta-token", verifyToken: "verify-me",
          appSecret: ["\(appSecret)", "meta-next-secret"], app: "other", company: "beta",
          baseURL: "http://127.0.0.1:1/v24.0" },
        \(senders)
      ],
      \(more)
    }
    """.write(toFile: file, atomically: true, encoding: .utf8)
    return try Settings.read(file: file, environment: [:])
  }

  struct Answer: Sendable {
    let status: Int
    let headers: [HTTPHeader]
    let body: [UInt8]
    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue { get throws { try JSONDocument(body).root } }
  }

  struct NoAnswer: Error { let outcome: HTTPOutcome }

  func call(
    _ method: String, _ target: String, _ headers: [HTTPHeader] = [], _ body: [UInt8] = []
  ) async throws -> Answer {
    var call = HTTPCall(
      method: method, url: "http://127.0.0.1:\(listener.port)\(target)", headers: headers,
      body: body)
    // A busy machine is slow; what a test is there for is not how fast it answers.
    call.totalTimeout = .seconds(120)
    let outcome = await client.send(call)
    guard case .answered(let answer) = outcome else { throw NoAnswer(outcome: outcome) }
    return Answer(status: answer.status, headers: answer.headers, body: answer.body)
  }

  func twilio(
    _ target: String, _ fields: [(name: String, value: String)], token: String = token,
    headers: [HTTPHeader] = [], isSigned: Bool = true, base: String = "https://hooks.example.com"
  ) async throws -> Answer {
    let url = "\(base)\(target)"
    let signed = fields.sorted { $0.name < $1.name }.reduce(url) { $0 + $1.name + $1.value }
    let code = base64(hmac(.sha1, key: Array(token.utf8), Array(signed.utf8)))
    let signature = isSigned ? [HTTPHeader("X-Twilio-Signature", code)] : []
    let type = HTTPHeader("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
    return try await call(
      "POST", target, [type] + signature + headers, FormPair.encoded(fields))
  }

  func meta(
    _ target: String, _ body: String, secret: String? = appSecret
  ) async throws -> Answer {
    let code = secret.map { lowerHex(hmac(.sha256, key: Array($0.utf8), Array(body.utf8))) }
    let signature = code.map { [HTTPHeader("X-Hub-Signature-256", "sha256=\($0)")] } ?? []
    let type = HTTPHeader("Content-Type", "application/json")
    return try await call("POST", target, [type] + signature, Array(body.utf8))
  }

  /// All that the log has of a topic.
  func records(_ topic: Topic) throws -> [LogRecord] { try log.records(of: topic) }

  /// The different keys of a topic, once there are so many.
  func keys(of topic: Topic, atLeast least: Int) throws -> Set<String> {
    Set(try log.records(of: topic) { Set($0.map(\.key)).count >= least }.map(\.key))
  }

  func count(_ metric: String) -> Int {
    let line = metrics.text().split(separator: "\n").first { $0.hasPrefix(metric + " ") }
    return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? 0
  }
}
