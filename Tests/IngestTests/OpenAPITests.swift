import Telemetry
import Domain
import Forms
import Foundation
import HTTP
import Ingest
import Platform
import Simulator
import TestSupport
import Testing

@Suite struct OpenAPITests {
  static let relay =
    "relay: { sender: \"meta\", allowedFrom: [\"+12025550123\"] }, agents: [{ name: \"ann\" }],"

  static func document() throws -> Outline { try Outline(text("openapi.yaml")) }

  static func text(_ file: String) throws -> String {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../docs/\(file)").path
    return try String(contentsOfFile: path, encoding: .utf8)
  }

  static func operations(_ document: Outline) -> Set<String> {
    Set(
      document.keys(under: "paths").flatMap { path in
        document.keys(under: "paths", path).map { "\($0.uppercased()) \(path)" }
      })
  }

  @Test("the document has the routes of the code and no others")
  func routes() throws {
    let stand = try IngestStand(Self.relay, publicURL: nil)
    let (served, documented) = (Set(stand.listener.routes), Self.operations(try Self.document()))
    #expect(
      served.subtracting(documented).isEmpty,
      "served, but missing in docs/openapi.yaml: \(served.subtracting(documented).sorted())")
    #expect(
      documented.subtracting(served).isEmpty,
      "in docs/openapi.yaml, but not served: \(documented.subtracting(served).sorted())")
  }

  @Test("the document has the fields of a send and no others")
  func fields() throws {
    let known = SendRequest.fields.union(SendRules(channel: .metaWhatsApp).otherFields)
      .union(ObjectRequest.fields).union(MediaRequest.fields)
    let documented = Set(
      try Self.document().keys(under: "components", "schemas", "SendRequest", "properties"))
    #expect(
      documented == known, "only on one side: \(documented.symmetricDifference(known).sorted())")
  }

  @Test("every status that the document has for a route occurs, and no other was seen")
  func statuses() async throws {
    let document = try Self.document()
    let documented = Set(
      Self.operations(document).flatMap { operation in
        let parts = operation.split(separator: " ").map(String.init)
        return document.keys(under: "paths", parts[1], parts[0].lowercased(), "responses")
          .map { "\(operation) \($0)" }
      })
    let caller = try OpenAPICaller(full: false)
    try await caller.callSends()
    try await caller.callWebhooks()
    try await caller.callHealth()
    try await caller.callStore()
    try await caller.callPhones()
    try await caller.callCampaigns()
    try await caller.callConversations()
    try await caller.callContacts()
    try await caller.callObjects()
    try await caller.callMedia()
    try await caller.callReceivedMedia()
    try await caller.callProviders()
    try await caller.callTwilio()
    try await caller.callMeta()
    let reached = try OpenAPICaller(full: false, publicURL: "https://hooks.example.com")
    try await reached.callSignups()
    try await reached.callMedia()
    try await reached.callRehearsalInVain()
    let full = try OpenAPICaller(full: true)
    try await full.callSignupsInVain()
    try await full.fill()
    try await full.callSends()
    try await full.callWebhooks()
    try await full.callStore()
    try await full.callPhones()
    try await full.callCampaigns()
    try await full.callConversations()
    try await full.callContacts()
    try await full.callObjects()
    try await full.callMedia()
    try await full.callReceivedMedia()
    try await full.callProviders()
    try await full.callTwilio()
    try await full.callMeta()
    let seen = caller.seen.union(full.seen).union(reached.seen)
    #expect(
      documented.subtracting(seen).isEmpty,
      "documented, but not seen: \(documented.subtracting(seen).sorted())")
    #expect(
      seen.subtracting(documented).isEmpty,
      "seen, but missing in docs/openapi.yaml: \(seen.subtracting(documented).sorted())")
  }
}

/// Calls every route in every way that the document tells of. One that is `full` has no log and no room in
/// its spool.
final class OpenAPICaller {
  private(set) var seen: Set<String> = []
  let stand: IngestStand
  /// A full one has none.
  let store: StockedStore?
  let simulator: Simulator
  let provider: FakeProvider

  init(full: Bool, publicURL: String? = nil) throws {
    simulator = try Simulator(SimulatorSettings())
    provider = try FakeProvider()
    stand = try IngestStand(
      OpenAPITests.relay,
      moreSenders: Self.senders(simulator.port) + provider.senders + Self.providerSender
        + Self.twilioSenders(simulator.port),
      spoolLimit: full ? "1MB" : "100MB", isOpen: !full,
      publicURL: publicURL, rehearse: publicURL == nil ? Self.rehearse : nil)
    store = full ? nil : try StockedStore(stand)
  }

  deinit { simulator.stop(within: .zero) }

  /// One that its provider answers, one that it refuses, one that it does not know, and one whose provider is away.
  private static func senders(_ port: UInt16) -> String {
    [
      ("answered", Demo.accessToken, port, Demo.phoneNumberID), ("refused", "wrong", port, "1"),
      ("lost", Demo.accessToken, port, "2"), ("silent-app", "none", 1, "3"),
    ].map {
      """
      { id: "\($0)", provider: "meta", phoneNumberId: "\($3)", wabaId: "\(Demo.wabaID)",
        appId: "\(Demo.appID)", appSecret: "\(Demo.appSecret)", accessToken: "\($1)", app: "other",
        company: "\($0)", baseURL: "http://127.0.0.1:\($2)/v24.0" },
      """
    }.joined()
  }

  func fill() async throws {
    let padding = String(repeating: "x", count: 50_000)
    for text in [padding, "x"] {
      var status = 200
      while status == 200 {
        let item = "{\"id\":\"wamid.1\",\"status\":\"sent\",\"more\":\"\(text)\"}"
        let body = MetaWebhookTests.statuses([item])
        status = try await stand.meta("/api/whatsapp/webhook", body).status
      }
    }
  }

  func callSends() async throws {
    for path in ["/api/whatsapp/send", "/api/whatsapp/send-template", "/api/sends"] {
      let isMany = path == "/api/sends"
      func body(_ one: String) -> String { isMany ? "[\(one)]" : one }
      let good = body("{\"to\":\"+393331234567\",\"template_name\":\"hi\",\"sender\":\"meta\"}")
      try await send(path, good)
      try await send(path, body("{"))
      try await send(path, body("{\"sender\":\"meta\"}"))
      try await send(path, good, key: "nobody")
      try await send(path, good, key: "reader-key")
      for _ in 0..<3 { try await send(path, good, key: "slow-key") }
      if isMany {
        try await send(path, String(repeating: "1\n", count: 10_001))
        let type = [HTTPHeader("Content-Type", "text/csv")]
        note("POST \(path)", try await SendTests.send(stand, good, to: path, type))
      } else {
        try await send(path, String(repeating: " ", count: 300_000))
      }
    }
  }

  func callWebhooks() async throws {
    let verification = "hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge=1"
    for path in ["/api/whatsapp/webhook", "/api/WhatsApp/Webhook"] {
      note("GET \(path)", try await stand.call("GET", "\(path)?\(verification)"))
      note("GET \(path)", try await stand.call("GET", path))
      try await post(path, to: path)
    }
    for path in ["/api/waba/", "/api/waba"] {
      let key = "?api-key=webhook-key"
      note("GET \(path)", try await stand.call("GET", "\(path)\(key)&\(verification)"))
      note("GET \(path)", try await stand.call("GET", path + key))
      note("GET \(path)", try await stand.call("GET", path))
      try await post(path, to: path + key)
      note("POST \(path)", try await stand.meta(path, "{}"))
    }
    try await post("/whatsapp/callback/{app}/{company}", to: "/whatsapp/callback/crm/acme")
    try await post("/whatsapp/{app}/{company}", to: "/whatsapp/crm/acme")
    try await post("/twilio/sms", to: "/twilio/sms")
  }

  /// Other systems send through it.
  private static let providerSender = """
    { id: "crm", provider: "meta", phoneNumberId: "5501", wabaId: "5500", accessToken: "t",
      baseURL: "http://127.0.0.1:1/v24.0", smsProvider: { bitrix24: { applicationToken: "present-app" },
        kannel: { username: "crm", password: "s3cret" } } },
    """

  func callProviders() async throws {
    let type = [HTTPHeader("Content-Type", "application/x-www-form-urlencoded")]
    let large = "message_body=\(String(repeating: "x", count: 70_000))"
    let form = String(decoding: FormPair.encoded(Bitrix24Tests.form()), as: UTF8.self)
    for (sender, body) in [
      ("crm", form), ("crm", "message_id=1"), ("crm", large), ("nobody", form),
      ("crm", "auth[application_token]=present-app"),
    ] {
      note(
        "POST /bitrix24/{sender}",
        try await stand.call("POST", "/bitrix24/\(sender)", type, Array(body.utf8)))
    }
    note("POST /bitrix24/{sender}", try await stand.call("POST", "/bitrix24/crm"))
    let good = "username=crm&password=s3cret&to=%2B393331234567&text=x"
    for path in ["/cgi-bin/sendsms", "/sendsms"] {
      for query in [good, "username=crm", "username=crm&password=s3cret"] {
        note("GET \(path)", try await stand.call("GET", "\(path)?\(query)"))
        note("POST \(path)", try await stand.call("POST", path, type, Array(query.utf8)))
      }
      note("POST \(path)", try await stand.call("POST", path, type, Array(large.utf8)))
      let plain = [HTTPHeader("Content-Type", "text/plain")]
      note("POST \(path)", try await stand.call("POST", path, plain))
    }
  }

  func callHealth() async throws {
    for path in ["/healthz", "/readyz"] { note("GET \(path)", try await stand.call("GET", path)) }
    _ = stand.health.part("stuck", patience: .zero)
    for path in ["/healthz", "/readyz"] { note("GET \(path)", try await stand.call("GET", path)) }
  }

  /// An order to the relay is a webhook like any other where there is no relay.
  private func post(_ path: String, to target: String) async throws {
    let base = "http://127.0.0.1:\(stand.listener.port)"
    let order = [
      (name: "AccountSid", value: IngestStand.account), (name: "MessageSid", value: "SM2"),
      (name: "Body", value: "+393331234567 | ciao"), (name: "To", value: "+14155550199"),
      (name: "From", value: "+12025550123"),
    ]
    let nothing = [(name: "MessageSid", value: "SM1")]
    note("POST \(path)", try await stand.twilio(target, order, base: base))
    note("POST \(path)", try await stand.twilio(target, order, isSigned: false, base: base))
    note("POST \(path)", try await stand.twilio(target, nothing, base: base))
    let large = [(name: "Body", value: String(repeating: "x", count: 1_100_000))]
    note("POST \(path)", try await stand.twilio(target, large, base: base))
  }

  private func send(_ path: String, _ body: String, key: String = "admin-key") async throws {
    note("POST \(path)", try await SendTests.send(stand, body, to: path, key: key))
  }

  func note(_ operation: String, _ answer: IngestStand.Answer) { seen(operation, answer.status) }

  func seen(_ operation: String, _ status: Int) { seen.insert("\(operation) \(status)") }
}
