import Domain
import Events
import Forms
import HTTP
import JSON
import Running
import SendStore
import TestSupport
import Testing
import Time

@testable import API

/// Kannel's interface, as its callers know it.
@Suite struct KannelTests {
  static let senders = """
    { id: "gateway", provider: "twilio", from: "+14155550177", accountSid: "\(IngestStand.account)",
      authToken: "t", smsProvider: { kannel: { username: "crm", password: "s3cret",
        reportHosts: ["crm.example.com", "10.0.0.7:8080"] } } },
    { id: "second", provider: "meta", phoneNumberId: "5503", wabaId: "5500", accessToken: "t",
      baseURL: "http://127.0.0.1:1/v24.0",
      smsProvider: { kannel: { username: "crm", password: "s3cret" } } },
    { id: "other", provider: "twilio", from: "+14155550178", accountSid: "\(IngestStand.account)",
      authToken: "t", smsProvider: { kannel: { username: "lone", password: "other-s3cret" } } },
    """

  private func stand() throws -> IngestStand { try IngestStand(moreSenders: Self.senders) }

  private static func query(_ changes: [String: String?]) -> String {
    var fields = [
      "username": "crm", "password": "s3cret", "from": "gateway", "to": "%2B393331234567",
      "text": "Your+order",
    ]
    for (name, value) in changes { fields[name] = value }
    return fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
  }

  static func ask(
    _ stand: IngestStand, _ changes: [String: String?] = [:], path: String = "/cgi-bin/sendsms",
    headers: [HTTPHeader] = []
  ) async throws -> IngestStand.Answer {
    try await stand.call("GET", "/in\(path)?\(query(changes))", headers)
  }

  private func body(_ event: SendEvent) throws -> JSONValue { try JSONDocument(event.request).root }

  @Test(
    "a request is taken by query, by form and under either path",
    arguments: ["/cgi-bin/sendsms", "/sendsms"])
  func taken(path: String) async throws {
    let stand = try stand()
    let asked = try await Self.ask(stand, path: path)
    #expect(asked.status == 202 && asked.text == "0: Accepted for delivery")
    let type = [HTTPHeader("Content-Type", "application/x-www-form-urlencoded")]
    let posted = try await stand.call("POST", "/in\(path)", type, Array(Self.query([:]).utf8))
    #expect(posted.status == 202 && posted.text == "0: Accepted for delivery")
    let mixed = try await stand.call("POST", "/in\(path)?\(Self.query([:]))")
    #expect(mixed.status == 202)
    let events = try SendTests.events(stand)
    #expect(Set(events.map(\.id)).count == 3)
    #expect(events.allSatisfy { $0.sender == SenderID("gateway") && $0.to == "+393331234567" })
    #expect(try body(events[0])["body"]?.string == "Your order")
  }

  @Test(
    "`from` is a number or the name of a sender with these credentials",
    arguments: [
      ("%2B14155550177", "gateway"), ("14155550177", "gateway"),
      ("+14155550177", "gateway"), ("0014155550177", "gateway"), ("second", "second"),
    ])
  func from(text: String, sender: String) async throws {
    let stand = try stand()
    let answer = try await Self.ask(stand, ["from": text])
    #expect(answer.status == 202, "\(answer.text)")
    #expect(try SendTests.events(stand).map(\.sender) == [SenderID(sender)])
  }

  @Test("a + that was not escaped is the receiver's all the same")
  func plus() async throws {
    let stand = try stand()
    #expect(try await Self.ask(stand, ["to": "+12025550123"]).status == 202)
    #expect(try SendTests.events(stand).map(\.to) == ["+12025550123"])
    let answer = try await Self.ask(stand, ["to": "+12025550123+12025550124"])
    #expect(answer.status == 400 && answer.text.contains("write the + of a number as %2B"))
  }

  @Test("several receivers are several sends")
  func receivers() async throws {
    let stand = try stand()
    #expect(
      try await Self.ask(stand, ["to": "%2B393331234567+%2B393331234568", "from": "second"]).status
        == 202)
    let events = try SendTests.events(stand)
    #expect(Set(events.map(\.to)) == ["+393331234567", "+393331234568"])
    #expect(Set(events.map(\.id)).count == 2)
  }

  @Test(
    "a text is read in the character set that it is said to have",
    arguments: [
      (["text": "%C3%A8"], "è"), (["text": "%E8"], "è"), (["text": "%80"], "€"),
      (["text": "%E8", "charset": "ISO-8859-1"], "è"),
      (["text": "%E8", "charset": "latin1"], "è"),
      (["text": "%C3%A8", "charset": "UTF-8"], "è"),
      (["text": "%80", "charset": "windows-1252"], "€"),
      (["text": "%20%AC%00%31", "coding": "2"], "€1"),
      (["text": "%AC%20", "coding": "2", "charset": "UTF-16LE"], "€"),
      (["text": "%E2%82%AC", "coding": "2", "charset": "UTF-8"], "€"),
      (["text": "%D8%3D%DE%00", "coding": "2"], "😀"), (["text": "a", "coding": "-1"], "a"),
    ] as [([String: String], String)])
  func charsets(changes: [String: String], text: String) async throws {
    let stand = try stand()
    let answer = try await Self.ask(stand, changes)
    #expect(answer.status == 202, "\(answer.text)")
    #expect(try body(try #require(try SendTests.events(stand).first))["body"]?.string == text)
  }

  @Test("validity, deferred, priority and account go with the send")
  func times() async throws {
    let stand = try stand()
    let answer = try await Self.ask(
      stand,
      [
        "deferred": "10", "validity": "60", "priority": "3", "account": "north", "binfo": "7",
        "smsc": "any", "mclass": "1", "pid": "1",
      ])
    #expect(answer.status == 202 && answer.text == "3: Queued for later delivery", "\(answer.text)")
    let event = try #require(try SendTests.events(stand).first)
    #expect(event.due - event.receivedAt == .seconds(600))
    #expect(event.expires - event.due == .seconds(3600))
    #expect(event.priority == 3)
    let metadata = try body(event)["metadata"]?["kannel"]
    #expect(metadata?["account"]?.string == "north" && metadata?["binfo"]?.string == "7")
  }

  @Test("a text of a template's form is that template")
  func template() async throws {
    let stand = try stand()
    let text = "template-hello_world%2Ben_US%2BAnna"
    #expect(try await Self.ask(stand, ["text": text, "from": "second"]).status == 202)
    #expect(
      try SendTests.events(stand).map { $0.template.map { TemplateKey(text: $0).name } } == [
        "hello_world"
      ])
  }

  @Test(
    "what cannot be sent is refused in Kannel's words, and nothing is sent",
    arguments: [
      (["password": "wrong"], 403, "Authorization failed for sendsms"),
      (["password": nil], 403, "Authorization failed for sendsms"),
      (["username": "lone"], 403, "Authorization failed for sendsms"),
      (["to": nil], 400, "Missing receiver number, rejected"),
      (["to": ""], 400, "Empty receiver number not allowed, rejected"),
      (["to": "12"], 400, "to must be a phone number"),
      (["to": "%2B393331234567+12"], 400, "to must be a phone number"),
      (["from": nil], 400, "Sender missing and no global set, rejected"),
      (["from": "other"], 400, "from is not a sender; the senders are gateway, second"),
      (["text": nil], 400, "text must not be empty"),
      (["udh": "%05%00"], 400, "UDH field misformed, rejected"),
      (["coding": "1"], 400, "Coding field misformed, rejected"),
      (["coding": "3"], 400, "Coding field misformed, rejected"),
      (["mclass": "0"], 400, "MClass field misformed, rejected"),
      (["mwi": "1"], 400, "MWI field misformed, rejected"),
      (["charset": "klingon"], 400, "Charset or body misformed, rejected"),
      (["charset": "UTF-8", "text": "%E8"], 400, "Charset or body misformed, rejected"),
      (["coding": "2", "text": "abc"], 400, "Charset or body misformed, rejected"),
      (["validity": "0"], 400, "Validity field misformed, rejected"),
      (["deferred": "soon"], 400, "Deferred field misformed, rejected"),
      (["priority": "4"], 400, "Priority field misformed, rejected"),
      (["dlr-mask": "x"], 400, "DLR-Mask field misformed, rejected"),
      (["dlr-mask": "31", "dlr-url": "ftp://crm.example.com/"], 400, "DLR-URL field misformed"),
      (["dlr-mask": "31", "dlr-url": "http://evil.example.com/"], 400, "is not in reportHosts"),
      (["dlr-mask": "31", "dlr-url": "http://169.254.169.254/"], 400, "is not in reportHosts"),
      (["dlr-mask": "31", "dlr-url": "http://crm.example.com%40evil.com/"], 400, "DLR-URL field"),
      (
        ["account": String(repeating: "a", count: 256)], 400,
        "Account field misformed or too long, rejected"
      ),
    ] as [([String: String?], Int, String)])
  func refused(changes: [String: String?], status: Int, words: String) async throws {
    let stand = try stand()
    let answer = try await Self.ask(stand, changes)
    #expect(answer.status == status && answer.text.contains(words), "\(answer.text)")
    #expect(try stand.records(.sends).isEmpty)
  }

  @Test("what is no form, and what is too long, is refused")
  func bodies() async throws {
    let stand = try stand()
    let plain = [HTTPHeader("Content-Type", "text/plain")]
    let target = "/in/cgi-bin/sendsms?\(Self.query([:]))"
    #expect(try await stand.call("POST", target, plain, Array("x".utf8)).status == 415)
    let form = [HTTPHeader("Content-Type", "application/x-www-form-urlencoded")]
    let long = Array(repeating: UInt8(ascii: "x"), count: 70_000)
    #expect(try await stand.call("POST", target, form, long).status == 413)
  }

  @Test("with an Idempotency-Key a request that comes again is the same send, deferred or not")
  func repeated() async throws {
    let stand = try stand()
    let key = [HTTPHeader("Idempotency-Key", "order-7")]
    for _ in 0..<2 {
      let answer = try await Self.ask(stand, ["deferred": "5", "validity": "60"], headers: key)
      #expect(answer.status == 202)
    }
    let events = try SendTests.events(stand)
    #expect(Set(events.map(\.id)).count == 1 && Set(events.map(\.request)).count == 1)
  }

  @Test("a key that was used for another request is refused")
  func reusedKey() async throws {
    let stand = try stand()
    let key = [HTTPHeader("Idempotency-Key", "order-7")]
    #expect(try await Self.ask(stand, headers: key).status == 202)
    let store = try ReusedKeyTests.store(stand)
    defer { store.close() }
    stand.stores.fill(store)
    #expect(try await Self.ask(stand, headers: key).status == 202)
    let answer = try await Self.ask(stand, ["text": "another"], headers: key)
    #expect(answer.status == 400 && answer.text.contains("Idempotency-Key"))
  }

  @Test(
    "a report is asked for by its mask and its address",
    arguments: [
      ("1", [.delivered]), ("3", [.delivered, .undelivered, .failed]), ("8", [.accepted]),
      ("20", [.sent, .failed]), ("31", [.accepted, .sent, .delivered, .undelivered, .failed]),
      ("0", nil),
    ] as [(String, Set<SendReport.News>?)])
  func report(mask: String, news: Set<SendReport.News>?) async throws {
    let stand = try stand()
    let address = "http://10.0.0.7:8080/dlr%3Ftype%3D%25d%26token%3Dhidden"
    #expect(try await Self.ask(stand, ["dlr-mask": mask, "dlr-url": address]).status == 202)
    let event = try #require(try SendTests.events(stand).first)
    let report = event.report.flatMap { JSONValue(whole: $0) }.flatMap { SendReport($0) }
    #expect(report?.news == news)
    guard let report else { return }
    let content = try #require(SecretSeal(stand.settings).open(report.content, of: event.id))
    let opened = JSONValue(whole: content).flatMap { KannelReport($0) }
    #expect(opened?.address == "http://10.0.0.7:8080/dlr?type=%d&token=hidden")
    let text = String(decoding: try stand.records(.sends)[0].value ?? [], as: UTF8.self)
    #expect(!text.contains("hidden"))
  }

  @Test("without a log the caller is asked to come again, in Kannel's words")
  func later() async throws {
    let stand = try IngestStand(moreSenders: Self.senders, isOpen: false)
    let answer = try await Self.ask(stand)
    #expect(answer.status == 503 && answer.text == "Temporal failure, try again later.")
  }
}
