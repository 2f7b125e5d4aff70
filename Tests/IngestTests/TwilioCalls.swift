import Domain
import Forms
import HTTP
import Providers
import SendStore
import Simulator
import TestSupport
import Testing
import Time

extension OpenAPICaller {
  private static let silent = "AC000000000000000000000000000000d1"

  /// One whose Twilio answers, and one whose Twilio is away.
  static func twilioSenders(_ port: UInt16) -> String {
    [("drop-in", Demo.accountSid, port), ("drop-out", silent, 1)].map {
      """
      { id: "\($0)", provider: "twilio", from: "\(Demo.whatsAppAddress)", accountSid: "\($1)",
        authToken: "\(Demo.authToken)", baseURL: "http://127.0.0.1:\($2)", app: "drop",
        company: "\($0)" },
      """
    }.joined()
  }

  private static let messages = "/2010-04-01/Accounts/{account}/Messages.json"
  private static let message = "/2010-04-01/Accounts/{account}/Messages/{message}"
  private static let media = "/2010-04-01/Accounts/{account}/Messages/{message}/Media.json"
  private static let keys = [
    Demo.authToken, "wrong", "webhook-key", "crawling-key", "crawling-key",
  ]

  func callTwilio() async throws {
    let own = try fillTwilio()
    let usual = "To=whatsapp%3A%2B393331234567&From=whatsapp%3A%2B15005550006&Body=ciao"
    for password in Self.keys { try await ask("POST", Self.messages, password, body: usual) }
    try await ask("POST", Self.messages, body: usual, key: "taken")
    try await ask("POST", Self.messages, body: "To=1")
    try await ask("POST", Self.messages, body: usual + String(repeating: "x", count: 70_000))
    for password in Self.keys { try await ask("GET", Self.messages, password) }
    try await ask("GET", Self.messages, query: "?Status=sent")
    let theirs = try await foreign()
    for path in [Self.message, Self.media] {
      for password in Self.keys { try await ask("GET", path, password, of: theirs) }
      try await ask("GET", path, of: own)
      try await ask("GET", path, of: "SM" + String(repeating: "4", count: 32))
      try await ask("GET", path, of: theirs, account: Self.silent)
    }
    for body in ["", "Body=", "Status=canceled", "Status=canceled", "Body=x"] {
      try await ask("POST", Self.message, of: own, body: body)
    }
    try await ask("POST", Self.message, of: own, body: String(repeating: "x", count: 9000))
    for password in Self.keys {
      try await ask("POST", Self.message, password, of: theirs, body: "Body=")
    }
    let waiting = try fillTwilio()
    try await ask("DELETE", Self.message, of: waiting)
    for method in ["POST", "DELETE"] {
      try await ask(method, Self.message, of: theirs, account: Self.silent, body: "Body=")
      try await ask(method, Self.message, of: "nothing", body: "Body=")
    }
    for password in Self.keys.reversed() {
      try await ask("DELETE", Self.message, password, of: theirs)
    }
  }

  /// The sid of one that waits; and what stands under a key that is used again.
  private func fillTwilio() throws -> String {
    let tenant = Tenant(app: "drop", company: "drop-in")
    let key = "twilio:\(Demo.accountSid):taken"
    let taken = SendID.derived(tenant: tenant, idempotencyKey: key, item: 0)
    guard let store = store?.store else { return taken.messageSid(hasMedia: false) }
    let now = try store.now()
    let waiting = SendID.random(at: now)
    for (place, id) in [taken, waiting].enumerated() {
      let send = NewSend(
        id: id, sender: SenderID("drop-in"), recipient: "+393331234567",
        content: Array("{\"body\":\"other\"}".utf8), due: now + .seconds(600),
        expires: now + .seconds(3600))
      let from = Int64(waiting.low >> 8 & 0xFFFF)
      _ = try store.take(
        IntakeBatch(
          log: "log", partition: 100 + place + Int(from), from: 0, next: 1, sends: [send]))
    }
    return waiting.messageSid(hasMedia: false)
  }

  /// One that was sent beside us.
  private func foreign() async throws -> String {
    let client = try HTTPClient()
    defer { client.close() }
    let outcome = await client.send(
      HTTPCall(
        method: "POST",
        url:
          "http://127.0.0.1:\(simulator.port)/2010-04-01/Accounts/\(Demo.accountSid)/Messages.json",
        headers: [
          TwilioDropInTests.basic(Demo.accountSid, Demo.authToken),
          HTTPHeader("Content-Type", "application/x-www-form-urlencoded"),
        ],
        body: FormPair.encoded([
          ("To", "whatsapp:+393330000001"), ("From", Demo.whatsAppAddress), ("Body", "theirs"),
        ])))
    guard case .answered(let answer) = outcome else { throw IngestStand.NoAnswer(outcome: outcome) }
    let text = String(decoding: answer.body, as: UTF8.self)
    return String(try #require(text.firstMatch(of: /SM[0-9a-f]{32}/)?.output))
  }

  private func ask(
    _ method: String, _ path: String, _ password: String = Demo.authToken, of sid: String = "",
    account: String = Demo.accountSid, query: String = "", body: String? = nil, key: String? = nil
  ) async throws {
    let target = path.replacing("{account}", with: account)
      .replacing("{message}", with: path.hasSuffix("Media.json") ? sid : "\(sid).json")
    var headers = [TwilioDropInTests.basic(account, password)]
    if body != nil {
      headers.append(HTTPHeader("Content-Type", "application/x-www-form-urlencoded"))
    }
    if let key { headers.append(HTTPHeader("Idempotency-Key", key)) }
    note(
      "\(method) \(path)",
      try await stand.call(method, target + query, headers, Array((body ?? "").utf8)))
  }
}
