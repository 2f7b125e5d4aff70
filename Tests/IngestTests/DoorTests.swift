import Telemetry
import Events
import Domain
import Foundation
import HTTP
import Ingest
import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct DoorTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let head: String
    let length: Int
    let status: Int

    init(_ name: String, _ head: String, length: Int = 200_000, _ status: Int) {
      (testDescription, self.head, self.length, self.status) = (name, head, length, status)
    }
  }

  @Test(
    "what the head alone tells is answered before the body comes",
    arguments: [
      Case("no key", "POST /in/api/whatsapp/send", 401),
      Case("a wrong key", "POST /in/api/sends HTTP/1.1\r\nAuthorization: Bearer no", 401),
      Case(
        "a key for something else",
        "POST /in/api/sends HTTP/1.1\r\nAuthorization: Bearer reader-key", 403),
      Case("a key that may not decide", "POST /in/api/doubts/x", 401),
      Case("no such path", "POST /in/nothing", 404),
      Case("another method", "PUT /in/api/sends", 405),
      Case("a webhook without a signature", "POST /in/api/whatsapp/webhook", 403),
      Case(
        "a webhook of a tenant that nobody is",
        "POST /in/whatsapp/no/body HTTP/1.1\r\nX-Twilio-Signature: x", 403),
      Case("a webhook without its key", "POST /in/api/waba/", 401),
      Case(
        "one send that is too large",
        "POST /in/api/whatsapp/send HTTP/1.1\r\nAuthorization: Bearer admin-key", length: 262_145,
        413),
      Case(
        "a batch that is too large",
        "POST /in/api/sends HTTP/1.1\r\nAuthorization: Bearer admin-key", length: 8_388_609, 413),
      Case(
        "a webhook of Meta's that is too large",
        "POST /in/api/whatsapp/webhook HTTP/1.1\r\nX-Hub-Signature-256: x", length: 4_194_305, 413),
      Case(
        "a webhook of Twilio's that is too large",
        "POST /in/whatsapp/crm/acme HTTP/1.1\r\nX-Twilio-Signature: x", length: 1_048_577, 413),
    ])
  func atHead(sent: Case) throws {
    let stand = try IngestStand()
    let client = try RawConnection(port: stand.listener.port)
    let start = sent.head.contains("HTTP/1.1") ? sent.head : sent.head + " HTTP/1.1"
    client.send("\(start)\r\nHost: h\r\nContent-Length: \(sent.length)\r\n\r\n")
    #expect(client.receiveAnswer().status == sent.status)
  }

  @Test(
    "a file of a bucket is refused at once where nobody can sign for it", arguments: [true, false])
  func bucket(isNested: Bool) async throws {
    let stand = try IngestStand("defaultSender: \"meta\"")
    let file = "\"bucket\": \"b\", \"file\": \"f.png\""
    let fields = isNested ? "\"type\": \"image\", \"image\": {\(file)}" : file
    let answer = try await SendTests.send(stand, "{\"to\": \"+393331234567\", \(fields)}")
    #expect(answer.status == 422)
    let pointer = isNested ? "/image/bucket" : "/bucket"
    #expect(try answer.json["errors"]?.items?.map { $0["pointer"]?.string } == [pointer])
    #expect(try stand.records(.sends).isEmpty)
  }

  @Test("of a batch, an item that no record can hold is refused, and nothing of it is cut off")
  func tooLarge() async throws {
    let stand = try IngestStand("defaultSender: \"meta\"")
    let rows = String(repeating: "x", count: 985_000)
    let large =
      "{\"to\": \"+393331234567\", \"type\": \"document\", \"document\": {\"link\": \"https://h/\(rows)\"}}"
    let answer = try await SendTests.send(
      stand, "[\(large), \(SendTests.text)]", to: "/in/api/sends")
    #expect(answer.status == 202)
    let refused = try answer.json.items?.first
    #expect(refused?["status"]?.integer == 422)
    #expect(
      refused?["errors"]?.items?.first?["detail"]?.string?.contains("at most 980000 bytes") == true)
    #expect(try stand.records(.deadLetters).isEmpty)
    #expect(try stand.records(.sends).count == 1)
  }

  @Test("a stranger learns which part is not ready, and nothing of why")
  func readiness() async throws {
    let stand = try IngestStand()
    stand.health.part("store").notReady("postgres://db.internal refused")
    let answer = try await stand.call("GET", "/readyz")
    #expect(answer.status == 503)
    #expect(answer.text == #"{"status":"not ready","parts":{"store":"not ready"}}"#)
  }

  @Test("an app may not tell of another app's account")
  func foreignAccount() async throws {
    let stand = try IngestStand(
      """
      apps: [{ appSecret: "second-app-secret", accessToken: "t", wabas: [
        { wabaId: "777", phones: [{ id: "second", phoneNumberId: "888" }] }] }],
      """)
    func news(of account: String, _ secret: String) async throws -> Int {
      let body = """
        {"object":"whatsapp_business_account","entry":[{"id":"\(account)","time":1,"changes":[
         {"field":"account_update","value":{"event":"DISABLED_UPDATE"}}]}]}
        """
      return try await stand.meta("/in/api/whatsapp/webhook", body, secret: secret).status
    }
    let own = "102290129340398"
    #expect(try await news(of: own, "second-app-secret") == 403)
    #expect(try await news(of: "777", IngestStand.appSecret) == 403)
    #expect(try stand.records(.account).isEmpty)
    #expect(try await news(of: own, IngestStand.appSecret) == 200)
    #expect(try await news(of: "777", "second-app-secret") == 200)
    // Nobody's here: kept, as it can stop nobody.
    #expect(try await news(of: "999", "second-app-secret") == 200)
    #expect(try stand.records(.account).count == 3)
  }

  @Test(
    "of one number with two channels, a message gets the tenant of the channel it came by",
    arguments: [("whatsapp:", "chat/one"), ("", "text/two")])
  func channel(prefix: String, tenant: String) async throws {
    let stand = try IngestStand(
      """
      apps: [],
      """,
      moreSenders: """
        { id: "w", provider: "twilio", from: "whatsapp:+14155550177", app: "chat", company: "one",
          accountSid: "\(IngestStand.account)", authToken: "\(IngestStand.token)" },
        { id: "s", provider: "twilio", from: "+14155550177", app: "text", company: "two",
          accountSid: "\(IngestStand.account)", authToken: "\(IngestStand.token)" },
        """)
    let fields = [
      (name: "AccountSid", value: IngestStand.account), (name: "MessageSid", value: "SM2"),
      (name: "Body", value: "x"), (name: "To", value: "\(prefix)+14155550177"),
      (name: "From", value: "\(prefix)+393331234567"),
    ]
    #expect(try await stand.twilio("/in/api/whatsapp/webhook", fields).status == 200)
    let event = try #require(try stand.records(.inbound).first).event()
    #expect(try InboundMessage(data: event.data).tenant?.description == tenant)
  }

  @Test("what holds people's messages is for its owner alone")
  func rights() async throws {
    let stand = try IngestStand()
    #expect(try await SendTests.send(stand, SendTests.text).status == 202)
    let store = try StockedStore(stand)
    let names = try FileManager.default.contentsOfDirectory(atPath: stand.folder.file(""))
    let files = names.filter { $0.contains(".db") }
    #expect(files.count >= 6)
    for file in files {
      let rights = try FileManager.default.attributesOfItem(atPath: stand.folder.file(file))[
        .posixPermissions]
      #expect(rights as? Int == 0o600, "\(file)")
    }
    withExtendedLifetime(store) {}
  }
}
