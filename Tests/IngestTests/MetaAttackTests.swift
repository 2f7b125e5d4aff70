import Events
import HTTP
import Ingest
import JSON
import Platform
import TestSupport
import Testing

/// Who is not to come in at the door as Meta, and what is not to get through it.
@Suite(.timeLimit(.minutes(5))) struct MetaAttackTests {
  struct Attack: Sendable, CustomStringConvertible {
    var method = "POST"
    var path = MetaDropInTests.path
    var headers = [HTTPHeader("Authorization", "Bearer admin-key")]
    var body = MetaDropInTests.text
    let status: Int
    let code: Int64

    var description: String { "\(method) \(path) \(headers.map(\.value)) \(body.prefix(60))" }

    static func with(_ authorization: String?, _ status: Int, _ code: Int64) -> Attack {
      Attack(
        headers: authorization.map { [HTTPHeader("Authorization", $0)] } ?? [], status: status,
        code: code)
    }

    static func at(
      _ path: String, _ code: Int64, key: String = "admin-key", status: Int = 400
    ) -> Attack {
      Attack(
        path: path, headers: [HTTPHeader("Authorization", "Bearer \(key)")], status: status,
        code: code)
    }
  }

  private static func deep(_ depth: Int) -> String {
    MetaDropInTests.body(
      #""text":{"body":"x"},"context":"# + String(repeating: "[", count: depth)
        + String(repeating: "]", count: depth))
  }

  static let attacks: [Attack] = [
    // Forged and missing keys; the provider's own token, and its secret, are none of ours.
    .with(nil, 401, 190), .with("", 401, 190), .with("Bearer", 401, 190),
    .with("Bearer ", 401, 190), .with("Bearer wrong", 401, 190),
    .with("Bearer meta-token", 401, 190), .with("Bearer meta-app-secret", 401, 190),
    .with("Basic YWRtaW4ta2V5Og==", 401, 190), .with("OAuth admin-key", 401, 190),
    .with("Bearer admin-key x", 401, 190), .with("Bearer reader-key", 403, 10),
    .with("Bearer webhook-key", 403, 10),
    .at("\(MetaDropInTests.path)?access_token=admin-key", 190, key: "wrong", status: 401),
    // Another tenant's number is as unknown as none.
    .at(MetaDropInTests.path, 100, key: "acme-key"), .at("/in/v24.0/1/messages", 100),
    .at("/in/v24.0/meta/messages", 100), .at("/in/v24.0/102290129340398/messages", 100),
    .at("/in/v24.0/106540352242922%00/messages", 100),
    .at("/in/v24.0/106540352242922%2F..%2F1/messages", 100),
    .at("/in/v24.0/%2e%2e/messages", 100), .at("/in/v24.0/+106540352242922/messages", 100),
    // No version of Meta's.
    .at("/in/v24/106540352242922/messages", 2500), .at("/in/vx.y/106540352242922/messages", 2500),
    .at("/in/v24.0.1/106540352242922/messages", 2500),
    .at("/in/v.0/106540352242922/messages", 2500),
    .at("/in/v24.0%2F1/106540352242922/messages", 2500),
    .at("/in/v99999999999999999999.0/106540352242922/messages", 2500),
    // What is not served, also where it would change something at Meta.
    .at("/in/v24.0/106540352242922/register", 100), .at("/in/v24.0/106540352242922", 100),
    .at("/in/v24.0/106540352242922/register", 190, key: "wrong", status: 401),
    Attack(method: "DELETE", path: "/in/v24.0/106540352242922/settings", status: 400, code: 100),
    Attack(method: "DELETE", path: "/in/v24.0/106540352242922%2Fx", status: 400, code: 100),
    Attack(method: "GET", path: "/in/v24.0/me", status: 400, code: 100),
    Attack(method: "GET", path: "/in/v24.0/..%2F..%2Foauth", status: 400, code: 100),
    Attack(method: "GET", path: "/in/v24.0/1%3Ffields=access_token", status: 400, code: 100),
    Attack(
      method: "GET", path: "/in/v24.0/106540352242922/subscribed_apps", status: 400, code: 100),
    Attack(method: "GET", path: "/in/v24.0/9/message_templates", status: 400, code: 100),
    Attack(
      method: "GET", path: "/in/v24.0/102290129340398/message_templates",
      headers: [HTTPHeader("Authorization", "Bearer acme-reader")], status: 400, code: 100),
    // Hostile bodies.
    Attack(body: deep(2000), status: 400, code: 100),
    Attack(body: deep(50), status: 400, code: 131009),
    Attack(body: "\u{0}", status: 400, code: 100), Attack(body: "nul", status: 400, code: 100),
    Attack(body: String(repeating: "{\"a\":", count: 5000), status: 400, code: 100),
    Attack(
      body: MetaDropInTests.body(#""text":{"body":"x"},"type":{"type":"text"}"#), status: 400,
      code: 131009),
    Attack(
      body: MetaDropInTests.body(#""to":["1"],"text":{"body":"x"}"#, to: ""), status: 400,
      code: 131008),
    Attack(body: MetaDropInTests.body(#""text":[{"body":"x"}]"#), status: 400, code: 131009),
    Attack(body: MetaDropInTests.body(#""text":{"body":"\ud800"}"#), status: 400, code: 131009),
    Attack(
      body: MetaDropInTests.body(#""sender":"twilio","text":{"body":"x"}"#), status: 400, code: 100),
    Attack(
      body: MetaDropInTests.body(#""type":"image","image":{"bucket":"b","file":"f"}"#), status: 400,
      code: 131009),
    Attack(
      headers: [
        HTTPHeader("Authorization", "Bearer admin-key"), HTTPHeader("Content-Type", "text/plain"),
      ], status: 400, code: 100),
  ]

  @Test("nothing of it gets through")
  func refused() async throws {
    let stand = try IngestStand()
    for attack in Self.attacks {
      var headers = attack.headers
      if !headers.contains(where: { $0.name == "Content-Type" }) {
        headers.append(HTTPHeader("Content-Type", "application/json"))
      }
      let answer = try await stand.call(
        attack.method, attack.path, headers, Array(attack.body.utf8))
      #expect(answer.status == attack.status, "\(attack): \(answer.text)")
      #expect(try MetaDropInTests.code(answer) == attack.code, "\(attack): \(answer.text)")
      for secret in ["meta-token", "meta-app-secret", "twilio-token"] {
        #expect(!answer.text.contains(secret), "\(attack)")
      }
    }
    #expect(try stand.records(.sends).isEmpty)
    #expect(!stand.lines.withLock { $0.joined() }.contains("-key"))
  }

  @Test("a body is kept up to its limit, and no other is read for a stranger")
  func large() async throws {
    let stand = try IngestStand()
    let body = MetaDropInTests.body(
      #""text":{"body":"x"},"x":"\#(String(repeating: "x", count: 300_000))""#)
    #expect(try await MetaDropInTests.call(stand, body).status == 413)
    #expect(try await MetaDropInTests.call(stand, body, key: "wrong").status == 401)
  }

  @Test("what is captured and sent again under its key is no second message")
  func replayed() async throws {
    let stand = try IngestStand()
    let key = [HTTPHeader("Idempotency-Key", "once")]
    for _ in 0..<5 {
      #expect(try await MetaDropInTests.call(stand, MetaDropInTests.text, key).status == 200)
    }
    #expect(Set(try SendTests.events(stand).map(\.id)).count == 1)
    let other = try await MetaDropInTests.call(stand, MetaDropInTests.text, key: "wrong", key)
    #expect(other.status == 401)
  }
}
