import Domain
import EventLog
import Events
import HTTP
import JSON
import TestSupport
import Testing
import Time

@Suite(.timeLimit(.minutes(5))) struct LetterRouteTests {
  private static let path = "/in/api/dead-letters"

  /// A callback that nobody could make sense of, for that reason.
  static func bury(_ key: String, because reason: String, in stand: IngestStand) throws {
    let event = CloudEvent(
      id: key, source: "test", type: "postrider.callback.v1", time: Timestamp(seconds: 1),
      data: Array("{\"meaning\":\"\(key)\"}".utf8))
    try stand.log.append(
      [NewRecord(topic: .callbacks, key: key, event: event)], within: .seconds(10))
    let record = try stand.log.records(of: .callbacks) { $0.contains { $0.key == key } }
      .first { $0.key == key }
    let dead = DeadLetter(try #require(record), because: reason)
    try stand.log.append([dead.event(at: Timestamp(seconds: 2))], within: .seconds(10))
  }

  private func call(
    _ method: String, _ stand: IngestStand, _ tail: String = "", _ body: String = "",
    key: String = "admin-key"
  ) async throws -> IngestStand.Answer {
    try await stand.call(
      method, Self.path + tail, [HTTPHeader("Authorization", "Bearer \(key)")], Array(body.utf8))
  }

  private func groups(_ stand: IngestStand) async throws -> [String] {
    let root = try await call("GET", stand).json
    return (root["groups"]?.items ?? []).map {
      "\($0["count"]?.integer ?? 0) \($0["subject"]?.string ?? "") \($0["reason"]?.string ?? "")"
    }
  }

  @Test("letters are counted by where they come from and why, and listed one by one")
  func list() async throws {
    let stand = try IngestStand()
    #expect(try await groups(stand).isEmpty)
    for key in ["a", "b"] { try Self.bury(key, because: "no such meaning", in: stand) }
    try Self.bury("c", because: "another", in: stand)
    #expect(
      try await groups(stand) == ["2 callbacks no such meaning", "1 callbacks another"])
    let root = try await call("GET", stand).json
    #expect(root["count"]?.integer == 3 && root["more"]?.bool == false)
    #expect(Set(root["letters"]?.items?.compactMap { $0["key"]?.string } ?? []) == ["a", "b", "c"])
    let id = try #require(root["letters"]?.items?.first?["id"]?.string)
    let one = try await call("GET", stand, "/\(id)").json
    #expect(one["record"]?["topic"]?.string == "callbacks")
    #expect(one["at"]?.string == "1970-01-01T00:00:02.000Z")
  }

  @Test("one is put back as it was, and is done with")
  func replay() async throws {
    let stand = try IngestStand()
    try Self.bury("a", because: "no such meaning", in: stand)
    let id = try #require(
      try await call("GET", stand).json["letters"]?.items?.first?["id"]?.string)
    let answer = try await call("POST", stand, "/\(id)", "{\"decision\":\"replay\"}")
    #expect(try answer.json["done"]?.integer == 1)
    let events = try stand.log.records(of: .callbacks, atLeast: 2).map { try $0.event() }
    #expect(events.count == 2 && events[0] == events[1])
    #expect(try await groups(stand).isEmpty)
    #expect(try await call("POST", stand, "/\(id)", "{\"decision\":\"drop\"}").status == 404)
  }

  @Test("a group is decided about at once, and no other")
  func group() async throws {
    let stand = try IngestStand()
    for key in ["a", "b"] { try Self.bury(key, because: "no such meaning", in: stand) }
    try Self.bury("c", because: "another", in: stand)
    let answer = try await call(
      "POST", stand, "",
      "{\"decision\":\"drop\",\"subject\":\"callbacks\",\"reason\":\"no such meaning\"}")
    #expect(try answer.json["done"]?.integer == 2)
    #expect(try await groups(stand) == ["1 callbacks another"])
    let all = try await call("POST", stand, "", "{\"decision\":\"drop\"}")
    #expect(try all.json["done"]?.integer == 1)
    #expect(try await groups(stand).isEmpty)
  }

  @Test("what is not whole cannot be put back, says so, and stays")
  func notWhole() async throws {
    let stand = try IngestStand()
    let dead = DeadLetter(arrived: Array("x".utf8), for: nil, key: "k", because: "unreadable")
    try stand.log.append([dead.event(at: Timestamp(seconds: 2))], within: .seconds(10))
    let answer = try await call("POST", stand, "", "{\"decision\":\"replay\"}")
    #expect(try answer.json["done"]?.integer == 0)
    let failed = try answer.json["failed"]?.items?.first?["reason"]?.string
    #expect(failed?.hasSuffix("does not hold a whole record of a topic") == true)
    #expect(try await groups(stand) == ["1 webhook unreadable"])
  }

  @Test(
    "a decision has to be one",
    arguments: [
      ("{}", "/decision"), ("{\"decision\":\"keep\"}", "/decision"),
      ("{\"decision\":\"drop\",\"reason\":1}", "/reason"),
      ("{\"decision\":\"drop\",\"key\":\"a\"}", "/key"), ("", "/decision"),
    ])
  func faults(body: String, pointer: String) async throws {
    let stand = try IngestStand()
    let answer = try await call("POST", stand, "", body)
    #expect(answer.status == 422)
    #expect(try answer.json["errors"]?.items?.first?["pointer"]?.string == pointer)
  }

  @Test("a tenant's key sees none", arguments: ["acme-admin", "reader-key"])
  func tenants(key: String) async throws {
    let stand = try IngestStand()
    try Self.bury("a", because: "no such meaning", in: stand)
    #expect(try await call("GET", stand, key: key).status == 403)
    #expect(try await call("POST", stand, "", "{\"decision\":\"drop\"}", key: key).status == 403)
  }
}

extension OpenAPICaller {
  func callLetters() async throws {
    let (all, one) = ("/api/dead-letters", "/api/dead-letters/{partition}/{offset}")
    if store != nil { try LetterRouteTests.bury("a", because: "no such meaning", in: stand) }
    let bearer = HTTPHeader("Authorization", "Bearer admin-key")
    let listed = try await stand.call("GET", all, [bearer])
    let id = listed.status == 200 ? try listed.json["letters"]?.items?.first?["id"]?.string : nil
    for path in [all, "\(all)?x=%00"] { try await call("GET \(all)", path) }
    for path in ["\(all)/\(id ?? "0/0")", "\(all)/0/999", "\(all)/0/0?x=%00"] {
      try await call("GET \(one)", path)
    }
    let large = String(repeating: " ", count: 70_000)
    for body in ["{", "{}", large, "{\"decision\":\"drop\",\"reason\":\"none\"}"] {
      try await call("POST \(all)", all, body: body)
    }
    for body in ["{", "{}", large, "{\"decision\":\"drop\"}", "{\"decision\":\"drop\"}"] {
      try await call("POST \(one)", "\(all)/\(id ?? "0/0")", body: body)
    }
  }
}
