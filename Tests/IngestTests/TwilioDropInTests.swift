import Crypto
import Domain
import Events
import Forms
import HTTP
import JSON
import Platform
import Providers
import Running
import SendStore
import Settings
import TestSupport
import Testing
import Time

@testable import API

/// Twilio's API as software that was written for it speaks with us.
@Suite(.timeLimit(.minutes(5))) struct TwilioDropInTests {
  static let account = IngestStand.account
  static let service = "MG00000000000000000000000000000001"
  static let content = "HX00000000000000000000000000000001"
  static let whatsapp = "whatsapp:+14155550100"
  static let senders = """
    { id: "pool", provider: "twilio", messagingServiceSid: "\(service)", channel: "whatsapp",
      accountSid: "\(account)", authToken: "\(IngestStand.token)", app: "crm", company: "acme" },
    { id: "keyed", provider: "twilio", from: "+14155550188", accountSid: "\(account)",
      authToken: "\(IngestStand.token)", apiKeySid: "SK00000000000000000000000000000001",
      apiKeySecret: "key-secret", app: "crm", company: "acme",
      statusCallbacks: { url: "https://crm.example.com/all", privateHosts: ["10.0.0.7:8080"] } },
    """

  static func stand() throws -> IngestStand { try IngestStand(moreSenders: senders) }

  static func basic(_ user: String, _ password: String) -> HTTPHeader {
    HTTPHeader("Authorization", "Basic \(base64(Array("\(user):\(password)".utf8)))")
  }

  static let owner = basic(account, IngestStand.token)
  static let usual = [("To", "whatsapp:+393331234567"), ("From", whatsapp), ("Body", "ciao")]

  static func create(
    _ stand: IngestStand, _ pairs: [(String, String)], by credentials: HTTPHeader = owner,
    account: String = account, _ more: [HTTPHeader] = []
  ) async throws -> IngestStand.Answer {
    try await stand.call(
      "POST", "/in/2010-04-01/Accounts/\(account)/Messages.json",
      [credentials, HTTPHeader("Content-Type", "application/x-www-form-urlencoded")] + more,
      FormPair.encoded(pairs.map { (name: $0.0, value: $0.1) }))
  }

  /// The usual message, but for these.
  private static func with(_ changes: [String: String?]) -> [(String, String)] {
    usual.filter { changes[$0.0] == nil }
      + changes.sorted { $0.key < $1.key }.compactMap { name, value in value.map { (name, $0) } }
  }

  private func request(_ event: SendEvent) throws -> JSONValue {
    try JSONDocument(event.request).root
  }

  @Test("a message is taken and shown with every field of Twilio's, and is a send like any other")
  func taken() async throws {
    let stand = try Self.stand()
    let answer = try await Self.create(stand, Self.usual)
    #expect(answer.status == 201, "\(answer.text)")
    let message = try answer.json
    let event = try #require(try SendTests.events(stand).first)
    let sid = try #require(message["sid"]?.string)
    #expect(sid == event.id.messageSid(hasMedia: false) && sid.hasPrefix("SM"))
    #expect(event.sender == SenderID("twilio") && event.to == "+393331234567")
    #expect(try request(event)["body"]?.string == "ciao" && event.report == nil)
    let texts = [
      "account_sid": Self.account, "api_version": "2010-04-01", "body": "ciao",
      "direction": "outbound-api", "from": Self.whatsapp, "num_media": "0", "num_segments": "1",
      "status": "queued", "to": "whatsapp:+393331234567",
      "date_created": event.receivedAt.mailDate, "date_updated": event.receivedAt.mailDate,
      "uri": "/2010-04-01/Accounts/\(Self.account)/Messages/\(sid).json",
    ]
    for (name, text) in texts { #expect(message[name]?.string == text, "\(name)") }
    for name in [
      "date_sent", "error_code", "error_message", "messaging_service_sid", "price", "price_unit",
    ] { #expect(message[name]?.isNull == true, "\(name)") }
    #expect(
      message["subresource_uris"]?["media"]?.string
        == "/2010-04-01/Accounts/\(Self.account)/Messages/\(sid)/Media.json")
    #expect(message.fields?.count == 20)
  }

  @Test(
    "what may be said is said in the send",
    arguments: [
      (
        [
          "Body": String(repeating: "a", count: 161), "From": "+14155550199", "To": "+393331234567",
        ],
        "SM", "queued", "2"
      ),
      (["MediaUrl": "https://h.example/a.png"], "MM", "queued", "1"),
      (["MediaUrl": "https://h.example/file", "Body": nil], "MM", "queued", "1"),
      (
        ["ContentSid": content, "ContentVariables": #"{"1":"Anna","2":3}"#, "Body": nil],
        "SM", "queued", "1"
      ),
      (["From": nil, "MessagingServiceSid": service], "SM", "accepted", "0"),
      (["ScheduleType": "fixed", "SendAt": "SOON"], "SM", "scheduled", "1"),
      (
        [
          "Attempt": "2", "ProvideFeedback": "true", "SendAsMms": "false", "ShortenUrls": "false",
          "ContentRetention": "retain", "AddressRetention": "retain", "RiskCheck": "enable",
          "MaxPrice": "1", "TrafficType": "free", "SmartEncoded": "true", "ForceDelivery": "false",
          "MessageIntent": "x",
        ], "SM", "queued", "1"
      ),
    ] as [([String: String?], String, String, String)])
  func kinds(changes: [String: String?], prefix: String, status: String, parts: String) async throws
  {
    let stand = try Self.stand()
    let soon = (Self.now() + .seconds(3600)).description
    let pairs = Self.with(changes).map { ($0.0, $0.1 == "SOON" ? soon : $0.1) }
    let answer = try await Self.create(stand, pairs)
    #expect(answer.status == 201, "\(answer.text)")
    let message = try answer.json
    #expect(message["sid"]?.string?.hasPrefix(prefix) == true)
    #expect(message["status"]?.string == status && message["num_segments"]?.string == parts)
    #expect(message["num_media"]?.string == (prefix == "MM" ? "1" : "0"))
    #expect(try SendTests.events(stand).count == 1)
  }

  private static func now() -> Timestamp { Timestamp(microseconds: wallMicroseconds()) }

  @Test(
    "a content goes out with its variables, and the text beside it is left away, as Twilio does")
  func contents() async throws {
    let stand = try Self.stand()
    let pairs = Self.with(["ContentSid": Self.content, "ContentVariables": #"{"1":"Anna"}"#])
    #expect(try await Self.create(stand, pairs).status == 201)
    let template = try request(try #require(try SendTests.events(stand).first))["template"]
    #expect(template?["name"]?.string == Self.content)
    let values = template?["components"]?.items?.first?["parameters"]?.items
    #expect(values?.first?["text"]?.string == "Anna")
  }

  @Test("several files are several messages, and the sid is the first one's")
  func files() async throws {
    let stand = try Self.stand()
    let answer = try await Self.create(
      stand,
      Self.usual + [
        ("MediaUrl", "https://h.example/a.mp3"), ("MediaUrl", "https://h.example/b.png"),
      ])
    #expect(answer.status == 201, "\(answer.text)")
    let events = try SendTests.events(stand)
    #expect(events.count == 2)
    #expect(try answer.json["sid"]?.string == events[0].id.messageSid(hasMedia: true))
    #expect(try request(events[0])["document"]?["caption"]?.string == "ciao")
    #expect(try request(events[1])["image"]?["caption"] == nil)
  }

  @Test("ValidityPeriod counts from when it may go out")
  func validity() async throws {
    let stand = try Self.stand()
    #expect(try await Self.create(stand, Self.with(["ValidityPeriod": "600"])).status == 201)
    let event = try #require(try SendTests.events(stand).first)
    #expect(event.expires - event.due == .seconds(600))
  }

  @Test(
    "what Twilio refuses at once is refused at once with its code",
    arguments: [
      (["To": nil], 21604), (["From": nil], 21603), (["To": ""], 21604), (["Body": nil], 21602),
      (["Body": ""], 21619), (["Body": " "], 21619),
      (["Body": String(repeating: "a", count: 1601)], 21617), (["To": "whatsapp:+12"], 21211),
      (["To": "whatsapp:nobody"], 21211), (["From": "whatsapp:+14155550177"], 63007),
      (["From": "+14155550199"], 63007), (["From": "+14155550177", "To": "+393331234567"], 21606),
      (["From": "this is no sender", "To": "+393331234567"], 21212),
      (["From": "+14155550199", "To": "+14155550199"], 21266),
      (["From": nil, "MessagingServiceSid": "MG00000000000000000000000000000002"], 21701),
      (["From": nil, "MessagingServiceSid": service, "To": "+393331234567"], 21703),
      (["MessagingServiceSid": service], 21712), (["MediaUrl": "no url"], 21620),
      (["ContentSid": "HX1"], 21655), (["ContentVariables": "{}"], 21654),
      (["ContentSid": content, "ContentVariables": "[]"], 21656),
      (["ContentSid": content, "ContentVariables": #"{"1":{}}"#], 21656),
      (["StatusCallback": "h.example"], 21609), (["StatusCallback": "https://a_b.example/"], 21609),
      (["StatusCallback": "http://10.0.0.1/"], 21609), (["ValidityPeriod": "0"], 21624),
      (["ValidityPeriod": "36001"], 21624), (["ScheduleType": "fixed"], 35114),
      (["ScheduleType": "fixed", "SendAt": "2020-01-01T00:00:00Z"], 35114),
      (["ScheduleType": "fixed", "SendAt": "2999-01-01T00:00:00Z"], 35114),
      (["SendAt": "2099-01-01T00:00:00Z"], 20001), (["ScheduleType": "odd"], 20001),
      (["ApplicationSid": "AP1"], 20001), (["PersistentAction": "geo:1,2"], 20001),
      (["SendAsMms": "true"], 20001), (["ContentRetention": "discard"], 20001),
      (["Boddy": "x"], 20001), (["Body": "a\u{0}b"], 21618),
    ] as [([String: String?], Int)])
  func refused(changes: [String: String?], code: Int) async throws {
    let stand = try Self.stand()
    let answer = try await Self.create(stand, Self.with(changes))
    #expect(answer.status == 400, "\(answer.text)")
    let body = try answer.json
    #expect(body["code"]?.integer == Int64(code), "\(answer.text)")
    #expect(body["status"]?.integer == 400 && body["message"]?.string?.isEmpty == false)
    #expect(body["more_info"]?.string == "https://www.twilio.com/docs/errors/\(code)")
    #expect(try stand.records(.sends).isEmpty)
  }

  @Test("a parameter that is not served is refused by its name, with the reason")
  func named() async throws {
    let stand = try Self.stand()
    let answer = try await Self.create(stand, Self.with(["PersistentAction": "geo:1,2"]))
    let message = try answer.json["message"]?.string ?? ""
    #expect(message.contains("PersistentAction") && message.contains("POST /api/sends"))
  }

  @Test(
    "an account is opened by its tokens, its API keys, and keys of ours that may use its senders",
    arguments: [
      (account, IngestStand.token, 201), (account, "twilio-token-two", 201),
      ("SK00000000000000000000000000000001", "key-secret", 201), (account, "admin-key", 201),
      ("any", "acme-key", 201), (account, "wrong", 401), (account, "", 401),
      ("AC00000000000000000000000000000002", IngestStand.token, 401),
      ("any", IngestStand.token, 401),
      (account, "key-secret", 401), ("SK00000000000000000000000000000002", "key-secret", 401),
      // Of no sender of this account; and without the scope.
      (account, "beta-reader", 401), (account, "reader-key", 403),
    ] as [(String, String, Int)])
  func credentials(user: String, password: String, status: Int) async throws {
    let stand = try Self.stand()
    let answer = try await Self.create(stand, Self.usual, by: Self.basic(user, password))
    #expect(answer.status == status, "\(answer.text)")
    guard status != 201 else { return }
    #expect(try answer.json["code"]?.integer == 20003)
    #expect(try stand.records(.sends).isEmpty)
    #expect(!stand.lines.withLock { $0.joined() }.contains("key-secret"))
  }

  @Test("an account that is not in the settings is nobody's, whoever asks")
  func strangers() async throws {
    let stand = try Self.stand()
    let other = "AC00000000000000000000000000000009"
    for header in [Self.owner, Self.basic(other, "admin-key"), HTTPHeader("X", "y")] {
      let answer = try await Self.create(stand, Self.usual, by: header, account: other)
      #expect(answer.status == 401)
      #expect(answer.headers.first(named: "WWW-Authenticate") == "Basic realm=\"Twilio API\"")
    }
  }

  @Test("a tenant's key sends through its own senders only")
  func tenants() async throws {
    let stand = try Self.stand()
    let foreign = Self.with(["From": "+14155550199", "To": "+393331234567"])
    let answer = try await Self.create(stand, foreign, by: Self.basic("any", "acme-key"))
    #expect(try answer.json["code"]?.integer == 21606)
    let own = Self.with(["From": "+14155550188", "To": "+393331234567"])
    #expect(try await Self.create(stand, own, by: Self.basic("any", "acme-key")).status == 201)
  }

  @Test("a key of ours has its rate here as well")
  func rates() async throws {
    let stand = try Self.stand()
    for place in 0..<3 {
      let answer = try await Self.create(stand, Self.usual, by: Self.basic("any", "slow-key"))
      guard place == 2 else {
        #expect(answer.status == 201)
        continue
      }
      #expect(answer.status == 429)
      #expect(try answer.json["code"]?.integer == 20429)
      #expect(answer.headers.first(named: "Retry-After") != nil)
    }
  }

  @Test("a request that is repeated under its token is the same send")
  func repeated() async throws {
    let stand = try Self.stand()
    var sids: [String?] = []
    for name in ["I-Twilio-Idempotency-Token", "Idempotency-Key"] {
      let key = [HTTPHeader(name, "order-1")]
      for attempt in ["1", "2"] {
        let pairs = Self.with(["Attempt": attempt, "ValidityPeriod": "600"])
        sids.append(try await Self.create(stand, pairs, key).json["sid"]?.string)
      }
    }
    #expect(Set(sids).count == 1 && sids.first != nil)
    let events = try SendTests.events(stand)
    #expect(Set(events.map(\.request)).count == 1)
    let long = [HTTPHeader("Idempotency-Key", String(repeating: "a", count: 256))]
    #expect(try await Self.create(stand, Self.usual, long).status == 400)
  }

  @Test(
    "who wants nothing more is refused at once where the store can tell, and taken where it cannot")
  func optedOut() async throws {
    let stand = try Self.stand()
    #expect(try await Self.create(stand, Self.usual).status == 201)
    let stock = try StockedStore(stand)
    defer { withExtendedLifetime(stock) {} }
    #expect(try await Self.create(stand, Self.usual).status == 201)
    let person: PersonAddress = "+393331234567"
    try stock.store.optOut(person, of: SenderID("twilio"), .out(.marketing))
    #expect(try await Self.create(stand, Self.usual).status == 201)
    try stock.store.optOut(person, of: SenderID("twilio"), .out(.everything))
    let answer = try await Self.create(stand, Self.usual)
    #expect(try answer.status == 400 && answer.json["code"]?.integer == 21610)
    let other = Self.with(["From": "+14155550188", "To": "+393331234567"])
    #expect(try await Self.create(stand, other).status == 201)
  }

  @Test("a callback goes with the send: the message's own, or the account's")
  func callbacks() async throws {
    let stand = try Self.stand()
    let sms = ["From": "+14155550188", "To": "+393331234567"] as [String: String?]
    let own = "https://h.example/cb?order=1#rc=5&rp=all"
    let cases: [([String: String?], HTTPHeader, String, Secret)] = [
      (["StatusCallback": own], Self.owner, own, Secret(IngestStand.token)),
      (
        ["StatusCallback": own], Self.basic(Self.account, "twilio-token-two"), own,
        Secret("twilio-token-two")
      ),
      (["StatusCallback": own], Self.basic("any", "admin-key"), own, Secret(IngestStand.token)),
      (sms, Self.owner, "https://crm.example.com/all", Secret(IngestStand.token)),
      (
        sms.merging(["StatusCallback": "http://10.0.0.7:8080/x"]) { $1 }, Self.owner,
        "http://10.0.0.7:8080/x", Secret(IngestStand.token)
      ),
    ]
    for one in cases {
      let answer = try await Self.create(stand, Self.with(one.0), by: one.1)
      let id = SendID(messageSid: try answer.json["sid"]?.string ?? "")
      let event = try #require(try SendTests.events(stand).first { $0.id == id })
      let json = try #require(event.report)
      #expect(!String(decoding: json, as: UTF8.self).contains("example"))
      let report = try #require(SendReport(try JSONDocument(json).root))
      #expect(report.format == .twilio && report.queue == AccountID(Self.account))
      let content = try #require(SecretSeal(stand.settings).open(report.content, of: event.id))
      let told = try #require(TwilioReport(try JSONDocument(content).root))
      #expect(told.address.text == one.2)
      let tokens = [Secret(IngestStand.token), Secret("twilio-token-two")]
      #expect(told.token(among: tokens) == one.3)
      #expect(told.token(among: [Secret("newer")]) == Secret("newer"))
    }
  }

  @Test("what is no form, or cannot be kept now, is told in Twilio's words")
  func shape() async throws {
    let stand = try Self.stand()
    let path = "/in/2010-04-01/Accounts/\(Self.account)/Messages.json"
    let json = [Self.owner, HTTPHeader("Content-Type", "application/json")]
    let answer = try await stand.call("POST", path, json, Array("{}".utf8))
    #expect(try answer.status == 400 && answer.json["code"]?.integer == 20001)
    let closed = try IngestStand(moreSenders: Self.senders, isOpen: false)
    let later = try await Self.create(closed, Self.usual)
    #expect(try later.status == 503 && later.json["code"]?.integer == 20503)
    #expect(later.headers.first(named: "Retry-After") == "2")
  }
}
