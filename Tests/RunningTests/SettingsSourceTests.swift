import Domain
import Foundation
import JSON
import Settings
import TestSupport
import Testing

/// The settings as people may look at them: as they were written, and never with a secret.
@Suite struct SettingsSourceTests {
  private static let secrets = [
    "api-key-in-the-file", "key-of-an-object", "meta-token", "app-secret", "verify-token",
    "action-secret-long-enough", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "pg-password",
    "twilio-token", "second-token", "from-the-environment", "kafka-password", "otlp-header",
  ]
  private static let text = """
    {
      listen: "127.0.0.1:8080", publicURL: "https://hooks.example.com",
      store: "postgres://rider:pg-password@db/rider", log: "kafka://k:9092",
      rdkafka: { "sasl.username": "rider", "sasl.password": "kafka-password" },
      secretsKey: "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
      apiKeys: ["api-key-in-the-file", { key: "key-of-an-object", scopes: ["read"] }, "${API_KEY}"],
      otlp: { url: "http://127.0.0.1:4318", headers: { "X-Tenant": "otlp-header" } },
      senders: [
        { id: "main", provider: "meta", phoneNumberId: "1", wabaId: "2", accessToken: "meta-token",
          appSecret: "app-secret", verifyToken: "verify-token", budget: { rate: "80/s" },
          app: "crm", company: "acme" },
        { id: "sms", provider: "twilio", from: "+15005550006", authToken: "twilio-token",
          accountSid: "AC00000000000000000000000000000001", secondaryAuthTokens: ["second-token"] },
      ],
      actions: [{ app: "crm", company: "acme", url: "https://crm.example.com/hook",
        secret: "action-secret-long-enough" }],
    }
    """

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func written(_ text: String = text) throws -> String {
    let file = folder.file("settings.json5")
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  private static func settings(_ file: String) throws -> Settings {
    try Settings.read(file: file, environment: ["API_KEY": "from-the-environment"])
  }

  @Test("no secret is in what is shown, whichever setting it stands in")
  func hidden() throws {
    let settings = try Self.settings(try written())
    let shown = String(decoding: try #require(settings.shown()), as: UTF8.self)
    for secret in Self.secrets { #expect(!shown.contains(secret), "\(secret) is shown") }
    for secret in settings.secrets { #expect(!shown.contains(secret.exposed)) }
  }

  @Test("what is no secret is there as it was written")
  func shown() throws {
    let settings = try Self.settings(try written())
    let json = try #require(settings.shown())
    let root = try #require(JSONValue(whole: json))
    #expect(root["listen"]?.string == "127.0.0.1:8080")
    #expect(root["rdkafka"]?["sasl.username"]?.string == "rider")
    let senders = root["senders"]?.items ?? []
    #expect(senders.first?["budget"]?["rate"]?.string == "80/s")
    #expect(senders.first?["accessToken"]?.string == "•••")
    #expect(senders.last?["accountSid"]?.string == "AC00000000000000000000000000000001")
    let keys = root["apiKeys"]?.items ?? []
    #expect(keys.map(\.string) == ["•••", nil, "${API_KEY}"])
    #expect(keys[1]["scopes"]?.items?.map(\.string) == ["read"])
    #expect(root["store"]?.string == "•••")
  }

  @Test(
    "a secret that is a short word hides itself, and not what has the same word for another reason")
  func shortSecret() throws {
    let text = """
      { apiKeys: ["demo"], log: "embedded:demo.db", store: "postgres://rider:pw@db/demo",
        senders: [{ id: "demo", provider: "meta", phoneNumberId: "1", wabaId: "2", accessToken: "demo",
          appSecret: "demo-app-secret", verifyToken: "demo" }],
        defaultSender: "demo", publicURL: "https://demo-app-secret.example.com" }
      """
    let shown = try #require(try Settings.read(text: text).shown())
    let root = try #require(JSONValue(whole: shown))
    #expect(root["log"]?.string == "embedded:demo.db" && root["defaultSender"]?.string == "demo")
    #expect(root["apiKeys"]?.items?.map(\.string) == ["•••"])
    let sender = root["senders"]?.items?.first
    #expect(sender?["id"]?.string == "demo")
    for name in ["accessToken", "appSecret", "verifyToken"] {
      #expect(sender?[name]?.string == "•••", "\(name) is shown")
    }
    #expect(root["publicURL"]?.string == "•••" && root["store"]?.string == "•••")
  }

  @Test(
    "a secret that is written as a number is none the less a secret, and a count of tokens is none",
    arguments: [
      (#"log: "kafka://k:9092", rdkafka: { "sasl.password": 71 }"#, true),
      (#"log: "kafka://k:9092", rdkafka: { "socket.timeout.ms": 71 }"#, false),
      (
        #"senders: [{ id: "s", provider: "twilio", from: "+15005550006", authToken: "t", accountSid: "AC00000000000000000000000000000001", signatureKeys: { SK1: 71 } }]"#,
        true
      ),
      (
        #"assistants: [{ name: "a", url: "http://127.0.0.1:1/v1", model: "m", apiKey: "k", instructions: "i", limits: { perDay: { tokens: 71 } } }]"#,
        false
      ),
    ])
  func numbers(text: String, isHidden: Bool) throws {
    let shown = try #require(try Settings.read(text: "{ \(text) }").shown())
    #expect(String(decoding: shown, as: UTF8.self).contains("71") != isHidden)
  }

  @Test(
    "only a text that is nothing but a reference says where it is filled in from",
    arguments: [
      ("${API_KEY}", true), ("${API_KEY}and-more-of-it", false), ("more-of-it${API_KEY}", false),
    ])
  func references(text: String, isShown: Bool) throws {
    let settings = try Settings.read(
      file: try written(
        #"{ apiKeys: [{ key: "\#(text)", scopes: ["read"] }] }"#),
      environment: ["API_KEY": "from-the-environment"])
    let shown = String(decoding: try #require(settings.shown()), as: UTF8.self)
    #expect(shown.contains(text) == isShown)
  }

  @Test(
    "what stands in the file otherwise than it was read is told by its path",
    arguments: [
      ("rate: \"80/s\"", "rate: \"40/s\"", ["senders[0].budget.rate"]),
      ("meta-token", "meta-token-2", ["senders[0].accessToken"]),
      ("listen: \"127.0.0.1:8080\",", "", ["listen"]),
      ("publicURL", "drain: \"5s\", publicURL", ["drain"]),
      ("\"${API_KEY}\"]", "]", ["apiKeys"]), ("listen", "listen", []),
    ])
  func changed(former: String, latter: String, paths: [String]) throws {
    let file = try written()
    let settings = try Self.settings(file)
    #expect(settings.source?.file == file)
    _ = try written(Self.text.replacing(former, with: latter))
    let change = try #require(settings.source?.change)
    #expect(change == (paths.isEmpty ? .none : .changed(paths)))
  }

  @Test("a file that has a fault or is gone is unreadable, and settings of the program have none")
  func unreadable() throws {
    let file = try written()
    let settings = try Self.settings(file)
    _ = try written("{ listen: ")
    #expect(settings.source?.change == .unreadable)
    try FileManager.default.removeItem(atPath: file)
    #expect(settings.source?.change == .unreadable)
    #expect(try Settings.read(text: "{}").source?.change == SettingsSource.Change.none)
    #expect(Settings().shown() == nil)
  }
}
