import Console
import Domain
import HTTP
import JSON
import Platform
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct LinkTests {
  private func bearer(_ key: String) -> [HTTPHeader] {
    [HTTPHeader("Authorization", "Bearer \(key)")]
  }

  private func made(_ stand: ConsoleStand, _ body: String) async throws -> String {
    let answer = try await stand.call(
      "POST", "/api/console/links", bearer("admin-key-long-enough"), body)
    #expect(answer.status == 201 && answer.header("Cache-Control") == "no-store")
    let url = try #require(try answer.json["url"]?.string)
    #expect(url.hasPrefix("\(stand.console.address)/#link="))
    return String(url.split(separator: "=").last ?? "")
  }

  private func follow(_ stand: ConsoleStand, _ token: String) async throws -> ConsoleStand.Answer {
    try await stand.call("POST", "/session/link", stand.own, "{\"token\":\"\(token)\"}")
  }

  private static let acme = "{\"app\":\"crm\",\"company\":\"acme\"}"

  @Test("a link gives its tenant's things to see, once")
  func once() async throws {
    let stand = try ConsoleStand()
    let token = try await made(stand, Self.acme)
    let followed = try await follow(stand, token)
    #expect(followed.status == 204)
    let session = stand.own + [HTTPHeader("Cookie", try #require(followed.cookie))]
    let shown = try await stand.call("GET", "/session", session).json
    #expect(shown["link"]?.bool == true)
    #expect(shown["scopes"]?.items?.compactMap(\.string) == ["read"])
    let lanes = try await stand.call("GET", "/api/lanes", session)
    #expect(try lanes.json["lanes"]?.items?.compactMap { $0["sender"]?.string } == ["acme"])
    #expect(try await stand.call("POST", "/api/lanes/acme/pause", session, "{}").status == 403)
    #expect(try await stand.call("POST", "/api/console/links", session, "{}").status == 401)
    let again = try await follow(stand, token)
    #expect(again.status == 422 && again.cookie == nil)
    #expect(!stand.lines.withLock { $0 }.contains { $0.contains(token) })
  }

  @Test("a link is exchanged once whoever asks at the same moment")
  func race() async throws {
    let stand = try ConsoleStand()
    let token = try await made(stand, Self.acme)
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 { group.addTask { try await follow(stand, token).status } }
      var all: [Int] = []
      for try await status in group { all.append(status) }
      return all
    }
    #expect(statuses.count { $0 == 204 } == 1)
  }

  @Test("a link and its session end at their time, and with the key that made it")
  func ends() async throws {
    let stand = try ConsoleStand()
    let late = try await made(
      stand, "{\"app\":\"crm\",\"company\":\"acme\",\"linkMinutes\":5}")
    stand.clock.advance(.seconds(300))
    #expect(try await follow(stand, late).status == 422)
    let token = try await made(
      stand, "{\"app\":\"crm\",\"company\":\"acme\",\"sessionMinutes\":10}")
    let cookie = try #require(try await follow(stand, token).cookie)
    let session = stand.own + [HTTPHeader("Cookie", cookie)]
    #expect(try await stand.call("GET", "/api/lanes", session).status == 200)
    stand.console.apply(try ConsoleStand.settings(keys: "\"another-key-long-enough\""))
    #expect(try await stand.call("GET", "/api/lanes", session).status == 401)
    stand.console.apply(try ConsoleStand.settings())
    stand.clock.advance(.seconds(600))
    #expect(try await stand.call("GET", "/api/lanes", session).status == 401)
  }

  @Test(
    "a link never gives more than the key has, nor what takes a key",
    arguments: [
      ("admin-key-long-enough", "{}", "/app"),
      ("admin-key-long-enough", "{\"app\":\"crm\"}", "/app"),
      ("acme-admin-key", "{\"app\":\"crm\",\"company\":\"beta\"}", "/app"),
      ("acme-admin-key", "{\"scopes\":[\"read\",\"send\"]}", "/scopes"),
      ("acme-admin-key", "{\"scopes\":[\"admin\",\"read\"]}", "/scopes"),
      ("acme-admin-key", "{\"scopes\":[\"send\"]}", "/scopes"),
      ("acme-admin-key", "{\"scopes\":\"read\"}", "/scopes"),
      ("acme-admin-key", "{\"sessionMinutes\":721}", "/sessionMinutes"),
      ("acme-admin-key", "{\"linkMinutes\":0}", "/linkMinutes"),
      ("acme-admin-key", "{\"until\":1}", "/until"), ("acme-admin-key", "[]", ""),
    ])
  func refused(key: String, body: String, pointer: String) async throws {
    let stand = try ConsoleStand()
    let answer = try await stand.call("POST", "/api/console/links", bearer(key), body)
    #expect(answer.status == 422)
    #expect(try answer.json["errors"]?.items?.first?["pointer"]?.string == pointer)
  }

  @Test(
    "only a key with the scope admin makes links",
    arguments: [("reader-key-long", 403), ("wrong", 401)])
  func scope(key: String, status: Int) async throws {
    let stand = try ConsoleStand()
    let answer = try await stand.call("POST", "/api/console/links", bearer(key), Self.acme)
    #expect(answer.status == status)
  }

  @Test("an administrator's session makes them too")
  func bySession() async throws {
    let stand = try ConsoleStand()
    let session = try await stand.session("acme-admin-key")
    let answer = try await stand.call("POST", "/api/console/links", session, "{}")
    #expect(answer.status == 201)
  }
}
