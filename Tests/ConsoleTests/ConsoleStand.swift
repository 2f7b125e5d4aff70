import API
import Console
import Domain
import EventLog
import HTTP
import JSON
import Platform
import Running
import SendStore
import Settings
import Store
import Telemetry
import TestSupport
import Time

/// The console over real HTTP, with the API behind it, on a store in a folder that goes when the test is done.
final class ConsoleStand: Sendable {
  let clock = ManualClock()
  let lines = Locked<[String]>([])
  let console: ConsoleListener
  private let api: APIRoutes
  private let client: HTTPClient
  let store: SendStore
  private let log: EmbeddedLog?
  private let folder: TemporaryFolder

  static let secretsKey = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
  static let keys = """
    "admin-key-long-enough", { key: "acme-admin-key", app: "crm", company: "acme", scopes: ["admin", "read"] },
    { key: "reader-key-long", scopes: ["read"] }, { key: "sender-key-long", scopes: ["send"] },
    { key: "slow-key-long", scopes: ["read"], rate: "3/1h" },
    """

  init(
    keys: String = ConsoleStand.keys, secretsKey: String? = ConsoleStand.secretsKey,
    url: String? = nil, publicURL: String? = nil, withLog: Bool = false
  ) throws {
    folder = try TemporaryFolder()
    let slot = LogSlot()
    log =
      withLog ? try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db"))) : nil
    if let log { slot.fill(log) }
    let settings = try Self.settings(
      keys: keys, secretsKey: secretsKey, url: url, publicURL: publicURL)
    store = try SendStore(.sqlite(path: folder.file("store.db")))
    try store.define(settings.senders.map(\.sender))
    let stores = StoreSlot()
    stores.fill(store)
    let (lines, clock) = (lines, clock)
    let logger = Log(
      worker: "test",
      write: { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
    let door = DoorContext(
      slot, stores, log: logger, metrics: Metrics(), now: { clock.now })
    let api = APIRoutes(door)
    self.api = api
    console = try ConsoleListener(
      settings,
      ConsoleSettings(listen: Address(host: "127.0.0.1", port: 0), url: settings.console?.url),
      door
    ) { router, settings, session in api.add(to: &router, settings, session: session) }
    client = try HTTPClient()
  }

  deinit {
    api.close()
    console.drain(within: .zero)
    store.close()
  }

  static func settings(
    keys: String = ConsoleStand.keys, secretsKey: String? = ConsoleStand.secretsKey,
    url: String? = nil, publicURL: String? = nil
  ) throws -> Settings {
    let console = url.map { "console: { listen: \"127.0.0.1:8088\", url: \"\($0)\" }," } ?? ""
    let secret = secretsKey.map { "secretsKey: \"\($0)\"," } ?? ""
    let outside = publicURL.map { "publicURL: \"\($0)\"," } ?? ""
    return try Settings.read(
      text: """
        {
          \(console) \(secret) \(outside) apiKeys: [\(keys)],
          senders: [
            { id: "acme", provider: "meta", phoneNumberId: "1", accessToken: "t1", appSecret: "s1",
              app: "crm", company: "acme" },
            { id: "beta", provider: "meta", phoneNumberId: "2", accessToken: "t2", appSecret: "s2",
              app: "crm", company: "beta" },
          ],
        }
        """)
  }

  struct Answer: Sendable {
    let status: Int
    let headers: [HTTPHeader]
    let body: [UInt8]
    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue { get throws { try JSONDocument(body).root } }
    func header(_ name: String) -> String? { headers.first(named: name) }

    /// As a browser sends it back.
    var cookie: String? { header("Set-Cookie").map { String($0.prefix { $0 != ";" }) } }
  }

  struct NoAnswer: Error { let outcome: HTTPOutcome }

  /// What a page of ours sends with every call.
  var own: [HTTPHeader] { [HTTPHeader("X-Postrider", "1"), HTTPHeader("Origin", console.address)] }

  func call(
    _ method: String, _ target: String, _ headers: [HTTPHeader] = [], _ body: String = ""
  ) async throws -> Answer {
    let outcome = await client.send(
      HTTPCall(
        method: method, url: "http://127.0.0.1:\(console.port)\(target)", headers: headers,
        body: Array(body.utf8)))
    guard case .answered(let answer) = outcome else { throw NoAnswer(outcome: outcome) }
    return Answer(status: answer.status, headers: answer.headers, body: answer.body)
  }

  func logIn(_ key: String) async throws -> Answer {
    try await call("POST", "/session", own, "{\"key\":\"\(key)\"}")
  }

  /// As a page of whoever has that key calls.
  func session(_ key: String) async throws -> [HTTPHeader] {
    guard let cookie = try await logIn(key).cookie else { throw NoCookie() }
    return own + [HTTPHeader("Cookie", cookie)]
  }

  struct NoCookie: Error {}
}
