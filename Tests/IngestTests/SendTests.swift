import EventLog
import Events
import Domain
import HTTP
import JSON
import TestSupport
import Testing
import Time

@Suite struct SendTests {
  static let text = "{\"to\": \"+393331234567\", \"body\": \"ciao\", \"sender\": \"meta\"}"

  static func bearer(_ key: String) -> [HTTPHeader] {
    [HTTPHeader("Authorization", "Bearer \(key)"), HTTPHeader("Content-Type", "application/json")]
  }

  static func send(
    _ stand: IngestStand, _ body: String, to path: String = "/in/api/whatsapp/send",
    key: String = "admin-key", _ more: [HTTPHeader] = []
  ) async throws -> IngestStand.Answer {
    let usual = bearer(key).filter { header in !more.contains { $0.name == header.name } }
    return try await stand.call("POST", path, usual + more, Array(body.utf8))
  }

  static func events(_ stand: IngestStand) throws -> [SendEvent] {
    try stand.records(.sends).map { try SendEvent(data: try $0.event().data) }
  }

  @Test(
    "the documented bodies work as they stand, to a number that can be one",
    arguments: [
      (
        "/in/api/whatsapp/send",
        """
        {"to": "+12025550123", "body": "Your message content",
         "media_url": ["https://example.com/image.jpg"], "type": "text"}
        """, "image"
      ),
      (
        "/in/api/whatsapp/send-template",
        """
        {"to": "+12025550123", "template_name": "appointment_reminder",
         "parameters": {"1": "John Doe", "2": "3:00 PM", "3": "March 15"},
         "language_code": "en_US"}
        """, "template"
      ),
    ])
  func documented(path: String, body: String, type: String) async throws {
    let stand = try IngestStand("defaultSender: \"meta\"")
    let answer = try await Self.send(stand, body, to: path)
    #expect(answer.status == 202)
    let root = try answer.json
    #expect(root["state"]?.string == "queued")
    let record = try #require(try stand.records(.sends).first)
    let event = try SendEvent(data: try record.event().data)
    #expect(event.id.description == root["id"]?.string)
    #expect(record.key == "lane:meta")
    #expect(try record.event().type == "postrider.send.v1")
    #expect(event.tenant == Tenant(app: "other", company: "beta"))
    #expect(try JSONDocument(event.request).root["type"]?.string == type)
    #expect(event.expires - event.due == .seconds(7 * 86400))
  }

  @Test("what the log has is a request that reads as the same request again")
  func normalised() async throws {
    let stand = try IngestStand()
    let body = """
      {"to": "333 123 4567", "body": "ciao", "sender": "meta", "priority": 3, "campaign": "may",
       "metadata": {"a": 1}, "sendAt": "2099-01-01T10:00:00+01:00",
       "expiresAt": "2099-01-02T10:00:00+01:00"}
      """
    #expect(try await Self.send(stand, body).status == 202)
    let event = try #require(try Self.events(stand).first)
    let rules = SendRules(channel: .metaWhatsApp)
    let again = try SendRequest.all(in: try JSONDocument(event.request).root, as: rules)
    #expect(again.first?.to.description == "+393331234567")
    #expect(event.to == "+393331234567")
    #expect((event.priority, event.campaign) == (3, "may"))
    #expect(event.due == again.first?.sendAt.map { Timestamp(promised: $0) })
    #expect(event.expires == again.first?.expiresAt.map { Timestamp(promised: $0) })
  }

  @Test(
    "a template is in the language en unless said, also where a body names it in one line",
    arguments: [
      ("/in/api/whatsapp/send-template", #""template_name": "order""#, "en", []),
      ("/in/api/whatsapp/send", #""body": "template-order""#, "en", []),
      (
        "/in/api/whatsapp/send", #""body": "template-order+en_US+Anna|3 PM""#, "en_US",
        ["Anna", "3 PM"]
      ),
    ] as [(String, String, String, [String])])
  func templates(path: String, fields: String, language: String, values: [String]) async throws {
    let stand = try IngestStand("defaultSender: \"meta\"")
    #expect(
      try await Self.send(stand, "{\"to\": \"+393331234567\", \(fields)}", to: path).status == 202)
    let root = try JSONDocument(try #require(try Self.events(stand).first).request).root
    let read = try SendRequest.all(in: root, as: SendRules(channel: .metaWhatsApp))
    let template = Template(
      name: "order", language: language, parameters: Template.positional(values))
    #expect(read.first?.message.content == .template(template))
  }

  @Test("several files become several sends, and all their ids are told")
  func files() async throws {
    let stand = try IngestStand()
    let body = """
      {"to": "+393331234567", "body": "x", "sender": "meta", "type": "text",
       "media_url": ["https://e.com/a.jpg", "https://e.com/b.pdf"]}
      """
    let answer = try await Self.send(stand, body)
    let ids = try answer.json["ids"]?.items?.compactMap(\.string)
    #expect(ids?.count == 2)
    #expect(Set(try Self.events(stand).map(\.id.description)) == Set(ids ?? []))
  }

  @Test("an idempotency key gives the same id on any instance, and none gives another each time")
  func idempotency() async throws {
    let key = HTTPHeader("Idempotency-Key", "order-7")
    let (one, two) = (try IngestStand(), try IngestStand())
    let first = try await Self.send(one, Self.text, [key]).json["id"]?.string
    let again = try await Self.send(two, Self.text, [key]).json["id"]?.string
    let fresh = try await Self.send(two, Self.text).json["id"]?.string
    let other = try await Self.send(two, Self.text).json["id"]?.string
    let tenant = Tenant(app: "other", company: "beta")
    #expect(first == SendID.derived(tenant: tenant, idempotencyKey: "order-7", item: 0).description)
    #expect(first == again)
    #expect(fresh != other)
  }

  @Test(
    "the sender is the one that is named, by whatever name it goes by",
    arguments: [
      ("\"sender\": \"twilio\"", "twilio"), ("\"from\": \"whatsapp:+14155550100\"", "twilio"),
      ("\"from\": \"+1 415 555 0199\"", "sms"), ("\"from\": \"106540352242922\"", "meta"),
      ("\"sender\": \"sms\", \"from\": \"+14155550199\"", "sms"),
    ])
  func chosen(fields: String, sender: String) async throws {
    let stand = try IngestStand()
    let body = "{\"to\": \"+393331234567\", \"body\": \"x\", \(fields)}"
    #expect(try await Self.send(stand, body).status == 202)
    #expect(try Self.events(stand).map(\.sender.text) == [sender])
  }

  @Test("a tenant's key needs no sender where the tenant has only one, and reaches no other's")
  func tenants() async throws {
    let stand = try IngestStand()
    let plain = "{\"to\": \"+393331234567\", \"body\": \"x\"}"
    #expect(try await Self.send(stand, plain, key: "acme-key").status == 202)
    #expect(try Self.events(stand).map(\.sender.text) == ["twilio"])
    let other = try await Self.send(stand, Self.text, key: "acme-key")
    #expect(other.status == 422)
    #expect(!other.text.contains("meta"))
  }

  @Test("every fault of a request is told at once, by its JSON pointer")
  func faults() async throws {
    let stand = try IngestStand()
    let body = """
      {"to": "12", "body": 7, "priority": 99, "expiresAt": "2001-01-01T00:00:00Z", "colour": 1}
      """
    let answer = try await Self.send(stand, body)
    #expect(answer.status == 422)
    #expect(answer.headers.first(named: "Content-Type") == "application/problem+json")
    let pointers = try answer.json["errors"]?.items?.compactMap { $0["pointer"]?.string } ?? []
    #expect(Set(pointers).isSuperset(of: ["/sender", "/to", "/body", "/priority", "/colour"]))
    #expect(answer.text.contains("senders are meta, sms, twilio"))
    #expect(try stand.records(.sends).isEmpty)
  }

  @Test(
    "a request that cannot be taken is told why",
    arguments: [
      ("/in/api/whatsapp/send", "{", 400), ("/in/api/whatsapp/send", "\u{1}", 400),
      ("/in/api/whatsapp/send", "{\"to\": \"+393331234567\"} x", 400),
      ("/in/api/whatsapp/send", "[]", 422),
      (
        "/in/api/whatsapp/send",
        "{\"to\":\"+393331234567\",\"sender\":\"meta\",\"body\":\"x\",\"expiresAt\":\"2001-01-01T00:00:00Z\"}",
        422
      ),
      ("/in/api/whatsapp/send-template", text, 422), ("/in/api/sends", "", 400),
      ("/in/api/sends", "[1,", 400), ("/in/api/sends", "[]", 400),
    ])
  func refused(path: String, body: String, status: Int) async throws {
    let stand = try IngestStand()
    #expect(try await Self.send(stand, body, to: path).status == status)
    #expect(try stand.records(.sends).isEmpty)
  }

  @Test(
    "a key that is missing, wrong or for something else does not send",
    arguments: [("", 401), ("no-key", 401), ("reader-key", 403), ("webhook-key", 403)])
  func keys(key: String, status: Int) async throws {
    let stand = try IngestStand()
    #expect(try await Self.send(stand, Self.text, key: key).status == status)
    #expect(try await stand.call("POST", "/in/api/sends").status == 401)
    #expect(try stand.records(.sends).isEmpty)
  }

  @Test("a body that is not UTF-8 is 400")
  func notUTF8() async throws {
    let stand = try IngestStand()
    let body = Array("{\"to\": \"+393331234567\", \"sender\": \"meta\", \"body\": \"".utf8)
    let answer = try await stand.call(
      "POST", "/in/api/whatsapp/send", Self.bearer("admin-key"), body + [0xFF] + Array("\"}".utf8))
    #expect(answer.status == 400)
  }

  @Test("a key over its rate gets 429 with the time to wait")
  func rate() async throws {
    let stand = try IngestStand()
    let started = ContinuousClock.now
    for _ in 0..<2 {
      #expect(try await Self.send(stand, Self.text, key: "slow-key").status == 202)
    }
    let answer = try await Self.send(stand, Self.text, key: "slow-key")
    #expect(answer.status == 429)
    let wait = answer.headers.first(named: "Retry-After").flatMap { Int($0) } ?? 0
    // Two an hour is one each half an hour; what has passed of it since the first is not waited for again.
    let passed = Int((ContinuousClock.now - started).components.seconds)
    #expect((1799 - passed...1802).contains(wait))
  }

  @Test(
    "a batch is answered item by item in its order, in the form it came in",
    arguments: [true, false])
  func batch(asLines: Bool) async throws {
    let stand = try IngestStand()
    let items = [Self.text, "{\"to\": 1, \"sender\": \"meta\"}", Self.text]
    let body = asLines ? items.joined(separator: "\n") : "[\(items.joined(separator: ","))]"
    let key = HTTPHeader("Idempotency-Key", "batch-1")
    let answer = try await Self.send(stand, body, to: "/in/api/sends", [key])
    #expect(answer.status == 202)
    let parts =
      asLines
      ? try answer.text.split(separator: "\n").map { try JSONDocument($0.utf8).root }
      : try #require(try answer.json.items)
    #expect(parts.map { $0["state"]?.string } == ["queued", nil, "queued"])
    #expect(parts[1]["status"]?.integer == 422)
    let ids = [parts[0], parts[2]].compactMap { $0["id"]?.string }
    #expect(Set(ids).count == 2)
    #expect(Set(try Self.events(stand).map(\.id.description)) == Set(ids))
    let again = try await Self.send(stand, Self.text, to: "/in/api/sends", [key])
    #expect(again.text.contains(ids[0]))
  }

  private static let spread = """
    {
      "to": "+393331234567", "sender": "meta", "body": "x"
    }
    """

  @Test(
    "a batch is read as its Content-Type says",
    arguments: [
      ("application/x-ndjson", text + "\n" + text, 202, 2),
      ("application/x-ndjson", spread, 422, 3),
      ("application/jsonl; charset=utf-8", "[\(text)]", 422, 1),
      ("application/json", "[\(text), \(text)]", 202, 2), ("application/json", spread, 202, 1),
      ("application/vnd.acme+json", spread, 202, 1),
      // As curl says it by itself.
      ("application/x-www-form-urlencoded", text + "\n" + text, 202, 2),
      ("text/csv", text, 415, 1), ("multipart/form-data; boundary=x", text, 415, 1),
    ])
  func contentType(type: String, body: String, status: Int, items: Int) async throws {
    let stand = try IngestStand()
    let answer = try await Self.send(
      stand, body, to: "/in/api/sends", [HTTPHeader("Content-Type", type)])
    #expect(answer.status == status)
    if answer.text.first == "[" {
      #expect(try answer.json.items?.count == items)
    } else {
      #expect(answer.text.split(separator: "\n").count == items)
    }
  }

  @Test("a batch of more than ten thousand is 413 and one of ten thousand is not")
  func largest() async throws {
    let stand = try IngestStand()
    let full = String(repeating: Self.text + "\n", count: 10_000)
    #expect(try await Self.send(stand, full + Self.text, to: "/in/api/sends").status == 413)
    #expect(try await Self.send(stand, full, to: "/in/api/sends").status == 202)
    let ends = try stand.log.offsets(of: .sends, within: .seconds(5))
    #expect(ends.reduce(0) { $0 + $1.count } == 10_000)
  }

  @Test("a send is not put aside: until the log takes it the answer is 503 with Retry-After")
  func closed() async throws {
    let stand = try IngestStand(isOpen: false)
    let answer = try await Self.send(stand, Self.text)
    #expect(answer.status == 503)
    #expect(answer.headers.first(named: "Retry-After") != nil)
  }

  @Test("a body over the limit is 413 before it is read")
  func tooLarge() async throws {
    let stand = try IngestStand()
    let length = HTTPHeader("Content-Length", "\(9 << 20)")
    let headers = Self.bearer("admin-key") + [length]
    #expect(try await stand.call("POST", "/in/api/sends", headers).status == 413)
  }

  @Test(
    "a body as other systems' documents show it is taken as it stands",
    arguments: [
      (
        "/in/api/whatsapp/send",
        """
        {"to": "+1234567890", "body": "Your message content",
         "media_url": ["https://example.com/image.jpg"], "type": "text"}
        """
      ),
      (
        "/in/api/whatsapp/send-template",
        """
        {"to": "+1234567890", "template_name": "appointment_reminder",
         "parameters": {"1": "John Doe", "2": "3:00 PM", "3": "March 15"}, "language_code": "en_US"}
        """
      ),
    ])
  func examples(path: String, body: String) async throws {
    let stand = try IngestStand("defaultSender: 'meta',")
    let answer = try await Self.send(stand, body, to: path)
    #expect(answer.status == 202)
    #expect(try Self.events(stand).map(\.to) == ["+1234567890"])
  }
}
