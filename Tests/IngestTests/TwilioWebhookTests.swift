import Events
import Domain
import HTTP
import Platform
import Providers
import Testing
import Time

@Suite struct TwilioWebhookTests {
  static let status = [
    (name: "AccountSid", value: IngestStand.account), (name: "MessageSid", value: "SM1"),
    (name: "MessageStatus", value: "delivered"), (name: "To", value: "whatsapp:+393331234567"),
    (name: "From", value: "whatsapp:+14155550100"),
  ]
  static let inbound = [
    (name: "AccountSid", value: IngestStand.account), (name: "MessageSid", value: "SM2"),
    (name: "Body", value: "ciao, è già qui"), (name: "To", value: "whatsapp:+14155550100"),
    (name: "From", value: "whatsapp:+393331234567"),
  ]

  @Test(
    "a signed callback is one durable event of the path's tenant, answered in TwiML",
    arguments: [
      ("/in/whatsapp/callback/crm/acme", "crm/acme"), ("/in/whatsapp/crm/acme", "crm/acme"),
      ("/in/whatsapp/callback/NODEFINED/NODEFINED", "NODEFINED/NODEFINED"),
      ("/in/api/whatsapp/webhook", nil),
    ] as [(String, String?)])
  func callback(path: String, tenant: String?) async throws {
    let stand = try IngestStand()
    let id = SendID.random(at: .init(seconds: 1))
    let answer = try await stand.twilio(
      "\(path)?send=\(id)&attempt=2", Self.status,
      headers: [HTTPHeader("I-Twilio-Idempotency-Token", "token-1")])
    #expect(answer.status == 200)
    #expect(answer.headers.first(named: "Content-Type") == "text/xml")
    #expect(answer.text.hasSuffix("<Response/>"))
    let record = try #require(try stand.records(.callbacks).first)
    let event = try record.event()
    let callback = try ProviderCallback(data: event.data)
    #expect(record.key == "SM1")
    #expect(event.id == "\(IngestStand.account):token-1")
    #expect(callback.tenant?.description == tenant)
    #expect(callback.attempt == AttemptID(send: id.description, attempt: "2"))
    #expect(callback.status == "delivered")
  }

  @Test("an inbound message gets the tenant of the sender that it was written to")
  func message() async throws {
    let stand = try IngestStand()
    let answer = try await stand.twilio("/in/api/whatsapp/webhook", Self.inbound)
    #expect(answer.status == 200)
    let event = try #require(try stand.records(.inbound).first).event()
    let message = try InboundMessage(data: event.data)
    #expect(message.text == "ciao, è già qui")
    #expect(message.tenant == Tenant(app: "crm", company: "acme"))
  }

  @Test("the secondary token of a rotation signs as well as the first")
  func rotation() async throws {
    let stand = try IngestStand()
    let answer = try await stand.twilio(
      "/in/whatsapp/crm/acme", Self.status, token: "twilio-token-two")
    #expect(answer.status == 200)
  }

  @Test(
    "what is not signed by the account, or is of another tenant's path, is 403 and counted",
    arguments: [
      ("/in/whatsapp/crm/acme", "wrong-token-xx", true, "wrongly-signed"),
      ("/in/whatsapp/crm/acme", IngestStand.token, false, "not-signed"),
      ("/in/whatsapp/callback/other/beta", IngestStand.token, true, "foreign"),
    ])
  func refused(path: String, token: String, isSigned: Bool, outcome: String) async throws {
    let stand = try IngestStand()
    let answer = try await stand.twilio(path, Self.status, token: token, isSigned: isSigned)
    #expect(answer.status == 403)
    #expect(answer.headers.first(named: "Content-Type") == "application/problem+json")
    let metric = "postrider_webhooks_total{provider=\"twilio\",outcome=\"\(outcome)\"}"
    #expect(stand.count(metric) == 1)
    let lines = stand.lines.withLock { $0 }
    #expect(lines.contains { $0.contains("a webhook was refused") })
    #expect(!lines.contains { $0.contains(IngestStand.token) })
    #expect(try stand.records(.callbacks).isEmpty)
  }

  @Test("an account that nobody here has is refused")
  func stranger() async throws {
    let stand = try IngestStand()
    var fields = Self.status
    fields[0].value = "AC00000000000000000000000000000009"
    #expect(try await stand.twilio("/in/api/whatsapp/webhook", fields).status == 403)
  }

  @Test(
    "a body that says nothing is 400",
    arguments: [
      [(name: "MessageSid", value: "SM1")],
      [
        (name: "AccountSid", value: IngestStand.account),
        (name: "MessageStatus", value: "delivered"),
      ],
    ])
  func unreadable(fields: [(name: String, value: String)]) async throws {
    let stand = try IngestStand()
    #expect(try await stand.twilio("/in/whatsapp/crm/acme", fields).status == 400)
    #expect(try stand.records(.callbacks).isEmpty)
  }

  @Test("without verification anybody may call, but not on another tenant's path")
  func unverified() async throws {
    let stand = try IngestStand("verifySignatures: false")
    let path = "/in/whatsapp/callback/crm/acme"
    #expect(try await stand.twilio(path, Self.status, isSigned: false).status == 200)
    #expect(
      try await stand.twilio("/in/whatsapp/a/b", Self.status, isSigned: false).status == 403)
    #expect(try stand.records(.callbacks).count == 1)
  }

  @Test(
    "the signature is over the address as it was called, escapes, port and all",
    arguments: [
      ("/in/whatsapp/callback/crm/ac%6De?note=%C3%A8+b%20c", "https://hooks.example.com"),
      ("/in/whatsapp/crm/acme", "https://hooks.example.com:443"),
    ])
  func asCalled(target: String, base: String) async throws {
    let stand = try IngestStand()
    #expect(try await stand.twilio(target, Self.status, base: base).status == 200)
  }

  @Test(
    "without a public address a trusted proxy tells what it was asked for, and nobody else",
    arguments: [
      ("", 200), ("trustedProxies: ['127.0.0.1'],", 200), ("trustedProxies: ['10.0.0.0/8'],", 403),
      ("trustedProxies: [],", 403),
    ])
  func proxied(setting: String, status: Int) async throws {
    let stand = try IngestStand(setting, publicURL: nil)
    let headers = [
      HTTPHeader("X-Forwarded-Proto", "https, http"),
      HTTPHeader("X-Forwarded-Host", "front.example.com, inner.example.com"),
    ]
    let target = "/whatsapp/crm/acme"
    let right = try await stand.twilio(
      target, Self.status, headers: headers, base: "https://front.example.com")
    #expect(right.status == status)
    #expect(
      try await stand.twilio(target, Self.status, base: "https://front.example.com").status == 403)
  }

  @Test("wrong methods and unknown paths are told")
  func routes() async throws {
    let stand = try IngestStand()
    let wrong = try await stand.call("GET", "/in/whatsapp/crm/acme")
    #expect(wrong.status == 405)
    #expect(wrong.headers.first(named: "Allow") == "POST")
    #expect(try await stand.call("GET", "/in/nothing").status == 404)
    #expect(try await stand.call("POST", "/whatsapp/crm/acme").status == 404)
  }

}
