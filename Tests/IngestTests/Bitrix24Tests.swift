import Domain
import Events
import Forms
import HTTP
import JSON
import Platform
import Running
import SendStore
import Settings
import TestSupport
import Testing

/// A portal's message service, which posts its messages to us.
@Suite struct Bitrix24Tests {
  static let senders = """
    { id: "crm", provider: "meta", phoneNumberId: "5501", wabaId: "5500", accessToken: "t", app: "crm",
      company: "acme", baseURL: "http://127.0.0.1:1/v24.0",
      smsProvider: { bitrix24: { applicationToken: ["present-app", "former-app"],
        portal: "https://acme.bitrix24.com" } } },
    { id: "quiet", provider: "meta", phoneNumberId: "5502", wabaId: "5500", accessToken: "t",
      baseURL: "http://127.0.0.1:1/v24.0", smsProvider: { bitrix24: { applicationToken: "quiet-app" } } },
    """

  static func form(_ changes: [String: String?] = [:]) -> [(name: String, value: String)] {
    var fields: [String: String] = [
      "module_id": "crm", "message_id": "a1b2", "message_to": "+393331234567",
      "message_body": "Your order is ready", "code": "postrider", "type": "SMS",
      "bindings[0][OWNER_ID]": "57", "auth[application_token]": "present-app",
      "auth[domain]": "acme.bitrix24.com", "auth[member_id]": "m1",
      "auth[access_token]": "access-of-an-hour",
      "auth[client_endpoint]": "https://acme.bitrix24.com/rest/",
    ]
    for (name, value) in changes { fields[name] = value }
    return fields.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
  }

  static func post(
    _ stand: IngestStand, _ changes: [String: String?] = [:], to sender: String = "crm",
    type: String = "application/x-www-form-urlencoded"
  ) async throws -> IngestStand.Answer {
    try await stand.call(
      "POST", "/in/bitrix24/\(sender)", [HTTPHeader("Content-Type", type)],
      FormPair.encoded(form(changes)))
  }

  private func stand() throws -> IngestStand { try IngestStand(moreSenders: Self.senders) }

  @Test("a portal's message becomes a send, and posted again it is the same send")
  func taken() async throws {
    let stand = try stand()
    for token in ["present-app", "former-app"] {
      let answer = try await Self.post(stand, ["auth[application_token]": token])
      #expect(answer.status == 200 && answer.text == "{}")
    }
    #expect(try await Self.post(stand, ["message_id": "a1b3"]).status == 200)
    #expect(try await Self.post(stand, ["auth[member_id]": "m2"]).status == 200)
    let events = try SendTests.events(stand)
    #expect(Set(events.map(\.id)).count == 3 && events.count == 4)
    #expect(events.allSatisfy { $0.sender == SenderID("crm") && $0.to == "+393331234567" })
    let request = try JSONDocument(events[0].request).root
    #expect(request["body"]?.string == "Your order is ready")
    #expect(request["metadata"]?["bitrix24"]?["messageId"]?.string == "a1b2")
  }

  @Test("a message_id that came with another message before is refused")
  func reused() async throws {
    let stand = try stand()
    #expect(try await Self.post(stand).status == 200)
    let store = try ReusedKeyTests.store(stand)
    defer { store.close() }
    stand.stores.fill(store)
    #expect(try await Self.post(stand, ["auth[access_token]": "a newer one"]).status == 200)
    let answer = try await Self.post(stand, ["message_body": "something else"])
    #expect(answer.status == 422 && answer.text.contains("came with another message before"))
  }

  @Test("a text of a template's form is that template")
  func template() async throws {
    let stand = try stand()
    let text = "template-hello_world+en_US+Anna|Friday"
    #expect(try await Self.post(stand, ["message_body": text]).status == 200)
    let event = try #require(try SendTests.events(stand).first)
    #expect(event.template.map { TemplateKey(text: $0).name } == "hello_world")
  }

  @Test(
    "what is no message is refused with its field, and nothing is sent",
    arguments: [
      (["message_id": nil], 422, "message_id"), (["message_to": nil], 422, "message_to"),
      (["message_to": "12"], 422, "/message_to"), (["message_body": ""], 422, "message_body"),
      (["message_body": "template-hello_world+"], 422, "/message_body"),
      (["message_body": "a\u{0}b"], 422, "message_body"), (["type": "EMAIL"], 422, "must be SMS"),
      (["code": "other"], 422, "which is postrider"),
      (["message_id": String(repeating: "1", count: 256)], 422, "255 bytes"),
      (["auth[application_token]": nil], 403, "application_token"),
      (["auth[application_token]": "present-ap"], 403, "application_token"),
      (["auth[application_token]": "quiet-app"], 403, "application_token"),
      (["message_body": String(repeating: "x", count: 70_000)], 413, ""),
    ] as [([String: String?], Int, String)])
  func refused(changes: [String: String?], status: Int, words: String) async throws {
    let stand = try stand()
    let answer = try await Self.post(stand, changes)
    #expect(
      answer.status == status && (words.isEmpty || answer.text.contains(words)), "\(answer.text)")
    #expect(try stand.records(.sends).isEmpty)
  }

  @Test(
    "only senders with the interface have it, and only forms are read",
    arguments: [
      ("meta", "application/x-www-form-urlencoded", 404),
      ("nobody", "application/x-www-form-urlencoded", 404), ("crm", "application/json", 415),
    ])
  func elsewhere(sender: String, type: String, status: Int) async throws {
    let stand = try stand()
    #expect(try await Self.post(stand, to: sender, type: type).status == status)
  }

  @Test("where and how states are told goes with the send, and its token is sealed")
  func report() async throws {
    let stand = try stand()
    _ = try await Self.post(stand)
    let event = try #require(try SendTests.events(stand).first)
    let text = String(decoding: try stand.records(.sends)[0].value ?? [], as: UTF8.self)
    #expect(!text.contains("access-of-an-hour") && !text.contains("present-app"))
    let report = try #require(
      event.report.flatMap { JSONValue(whole: $0) }.flatMap { SendReport($0) })
    let content = try #require(SecretSeal(stand.settings).open(report.content, of: event.id))
    let opened = try #require(JSONValue(whole: content).flatMap { Bitrix24Report($0) })
    #expect(opened.accessToken == Secret("access-of-an-hour"))
    #expect(opened.endpoint.description == "https://acme.bitrix24.com/rest")
    #expect(opened.message == "a1b2" && opened.code == "postrider")
    #expect(report.news == Set(SendReport.News.allCases))
  }

  @Test(
    "a portal that cannot be told is served all the same, and the log says why",
    arguments: [
      (
        ["auth[client_endpoint]": "https://evil.example.com/rest/"], "crm", true,
        "not at the portal"
      ),
      (
        ["auth[client_endpoint]": "http://acme.bitrix24.com/rest/"], "crm", true,
        "not at the portal"
      ),
      (
        ["auth[client_endpoint]": "https://acme.bitrix24.com@127.0.0.1/"], "crm", true,
        "not at the portal"
      ),
      (["auth[client_endpoint]": nil], "crm", true, "not at the portal"),
      (["auth[access_token]": nil], "crm", true, "no auth[access_token]"),
      (["auth[application_token]": "quiet-app"], "quiet", true, "portal is not set"),
      ([:], "crm", false, "secretsKey is not set"),
    ] as [([String: String?], String, Bool, String)])
  func untold(
    changes: [String: String?], sender: String, hasKey: Bool, reason: String
  ) async throws {
    let key = hasKey ? "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=" : nil
    let stand = try IngestStand(moreSenders: Self.senders, secretsKey: key)
    #expect(try await Self.post(stand, changes, to: sender).status == 200)
    #expect(try SendTests.events(stand).map(\.report) == [nil])
    let lines = stand.lines.withLock { $0 }
    #expect(lines.contains { $0.contains("Bitrix24 is not told") && $0.contains(reason) })
  }

  @Test("without a log the portal is asked to come again")
  func later() async throws {
    let stand = try IngestStand(moreSenders: Self.senders, isOpen: false)
    #expect(try await Self.post(stand).status == 503)
  }
}
