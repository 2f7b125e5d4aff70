import Console
import Domain
import HTTP
import JSON
import Platform
import Settings
import TestSupport
import Testing
import Time

@Suite(.timeLimit(.minutes(5))) struct SessionTests {
  @Test("a key of the settings opens a session, which says what it may do and when it ends")
  func logIn() async throws {
    let stand = try ConsoleStand()
    let answer = try await stand.logIn("acme-admin-key")
    #expect(answer.status == 204 && answer.header("Cache-Control") == "no-store")
    let field = try #require(answer.header("Set-Cookie"))
    #expect(field.hasPrefix("postrider-\(stand.console.port)="))
    for part in ["; Path=/", "; Max-Age=43200", "; HttpOnly", "; SameSite=Strict"] {
      #expect(field.contains(part), "\(part) is missing in \(field)")
    }
    #expect(!field.contains("Secure") && !field.contains("acme-admin-key"))
    let shown = try await stand.call("GET", "/session", try await stand.session("acme-admin-key"))
    let root = try shown.json
    #expect(root["scopes"]?.items?.compactMap(\.string) == ["admin", "read"])
    #expect(root["app"]?.string == "crm" && root["company"]?.string == "acme")
    #expect(!stand.lines.withLock { $0 }.contains { $0.contains("acme-admin-key") })
  }

  @Test("behind an https address the cookie is the host's own and goes encrypted only")
  func secure() async throws {
    let stand = try ConsoleStand(url: "https://console.example.com")
    let field = try #require(try await stand.logIn("admin-key-long-enough").header("Set-Cookie"))
    #expect(field.hasPrefix("__Host-postrider=") && field.hasSuffix("; Secure"))
  }

  @Test(
    "who has no key of the settings, or one that may not read, gets no session",
    arguments: [
      ("{\"key\":\"wrong\"}", "/key is no key of the settings"),
      ("{\"key\":\"\"}", "/key is no key of the settings"),
      (
        "{\"key\":\"sender-key-long\"}",
        "/key lacks the scope `read`, without which there is nothing to see"
      ),
      ("{\"key\":7}", "/key must be the key as text"), ("[]", "/key must be the key as text"),
      ("", "/key must be the key as text"),
    ])
  func refused(body: String, fault: String) async throws {
    let stand = try ConsoleStand()
    let answer = try await stand.call("POST", "/session", stand.own, body)
    #expect(answer.status == 422 && answer.cookie == nil)
    let error = try #require(try answer.json["errors"]?.items?.first)
    #expect("\(error["pointer"]?.string ?? "") \(error["detail"]?.string ?? "")" == fault)
  }

  @Test("a session stands for its key in the API")
  func api() async throws {
    let stand = try ConsoleStand()
    let session = try await stand.session("admin-key-long-enough")
    let lanes = try await stand.call("GET", "/api/lanes", session)
    #expect(lanes.status == 200)
    let paused = try await stand.call("POST", "/api/lanes/acme/pause", session, "{}")
    #expect(paused.status == 200)
    let reader = try await stand.session("reader-key-long")
    #expect(try await stand.call("GET", "/api/lanes", reader).status == 200)
    #expect(try await stand.call("POST", "/api/lanes/acme/pause", reader, "{}").status == 403)
  }

  @Test("a tenant's session reaches what is the tenant's and nothing else")
  func tenant() async throws {
    let stand = try ConsoleStand()
    let session = try await stand.session("acme-admin-key")
    let lanes = try await stand.call("GET", "/api/lanes", session)
    #expect(
      try lanes.json["lanes"]?.items?.compactMap { $0["sender"]?.string } == ["acme"])
    #expect(try await stand.call("POST", "/api/lanes/acme/pause", session, "{}").status == 200)
    #expect(try await stand.call("POST", "/api/lanes/beta/pause", session, "{}").status == 404)
  }

  @Test("a bearer key works at this address as well, and a wrong one is not made good by a session")
  func bearer() async throws {
    let stand = try ConsoleStand()
    func bearer(_ key: String) -> HTTPHeader { HTTPHeader("Authorization", "Bearer \(key)") }
    #expect(
      try await stand.call("GET", "/api/lanes", [bearer("reader-key-long")]).status == 200)
    let session = try await stand.session("admin-key-long-enough")
    #expect(try await stand.call("GET", "/api/lanes", session + [bearer("wrong")]).status == 401)
    #expect(try await stand.call("GET", "/api/lanes", []).status == 401)
  }

  @Test("a session and its key share one rate")
  func rate() async throws {
    let stand = try ConsoleStand()
    let session = try await stand.session("slow-key-long")
    let bearer = [HTTPHeader("Authorization", "Bearer slow-key-long")]
    var statuses: [Int] = []
    for headers in [session, bearer, session, bearer, session] {
      statuses.append(try await stand.call("GET", "/api/lanes", headers).status)
    }
    #expect(statuses == [200, 200, 200, 429, 429])
    // Settings that are read again give nobody the rate anew.
    stand.console.apply(try ConsoleStand.settings())
    #expect(try await stand.call("GET", "/api/lanes", session).status == 429)
  }

  @Test(
    "a session counts only with our header, and a write only from our own origin",
    arguments: [
      ("GET", ["X-Postrider": "1"], 200), ("GET", [:], 403), ("GET", ["X-Postrider": "0"], 403),
      ("GET", ["X-Postrider": "1", "Origin": "https://evil.example"], 403),
      ("GET", ["X-Postrider": "1", "Sec-Fetch-Site": "same-site"], 403),
      ("GET", ["X-Postrider": "1", "Sec-Fetch-Site": "same-origin"], 200),
      ("POST", ["X-Postrider": "1"], 403), ("POST", ["X-Postrider": "1", "Origin": "null"], 403),
      ("POST", ["X-Postrider": "1", "Origin": "https://evil.example"], 403),
      ("POST", ["X-Postrider": "1", "Origin": "http://127.0.0.1:1"], 403),
      ("POST", ["X-Postrider": "1", "Origin": "http://localhost:PORT"], 200),
      ("POST", ["X-Postrider": "1", "Origin": "https://localhost:PORT"], 403),
      ("POST", ["Origin": "http://127.0.0.1:PORT"], 403),
      ("POST", ["X-Postrider": "1", "Origin": "http://127.0.0.1:PORT"], 200),
    ] as [(String, [String: String], Int)])
  func origin(method: String, headers: [String: String], status: Int) async throws {
    let stand = try ConsoleStand()
    let cookie = try #require(try await stand.logIn("admin-key-long-enough").cookie)
    let fields = headers.map {
      HTTPHeader($0.key, $0.value.replacing("PORT", with: "\(stand.console.port)"))
    }
    let target = method == "GET" ? "/api/lanes" : "/api/lanes/acme/resume"
    let answer = try await stand.call(method, target, fields + [HTTPHeader("Cookie", cookie)])
    #expect(answer.status == status, "\(answer.text)")
  }

  @Test("nobody is logged in by another site's page")
  func logInFromElsewhere() async throws {
    let stand = try ConsoleStand()
    let body = "{\"key\":\"admin-key-long-enough\"}"
    for headers in [
      [], [HTTPHeader("Origin", stand.console.address)], [HTTPHeader("X-Postrider", "1")],
      [HTTPHeader("X-Postrider", "1"), HTTPHeader("Origin", "https://evil.example")],
    ] {
      let answer = try await stand.call("POST", "/session", headers, body)
      #expect(answer.status == 403 && answer.cookie == nil)
    }
  }

  @Test("a session is over after twelve hours")
  func expiry() async throws {
    let stand = try ConsoleStand()
    let session = try await stand.session("reader-key-long")
    stand.clock.advance(.seconds(12 * 3600 - 1))
    #expect(try await stand.call("GET", "/api/lanes", session).status == 200)
    stand.clock.advance(.seconds(1))
    let over = try await stand.call("GET", "/api/lanes", session)
    #expect(over.status == 401)
    #expect(try over.json["detail"]?.string == "The session is over; log in again.")
  }

  @Test("a session ends with its key, and goes on where the settings change elsewhere")
  func keyIsGone() async throws {
    let stand = try ConsoleStand()
    let session = try await stand.session("reader-key-long")
    stand.console.apply(try ConsoleStand.settings())
    #expect(try await stand.call("GET", "/api/lanes", session).status == 200)
    stand.console.apply(try ConsoleStand.settings(keys: "\"admin-key-long-enough\""))
    #expect(try await stand.call("GET", "/api/lanes", session).status == 401)
  }

  @Test("a cookie of another process opens where both have the same secretsKey, else not")
  func otherProcess() async throws {
    let (one, other) = (try ConsoleStand(), try ConsoleStand())
    let (alone, another) = (try ConsoleStand(secretsKey: nil), try ConsoleStand(secretsKey: nil))
    for (from, to, status) in [(one, other, 200), (alone, another, 401), (alone, alone, 200)] {
      let cookie = try #require(try await from.logIn("reader-key-long").cookie)
      let value = cookie.drop { $0 != "=" }
      let given = HTTPHeader("Cookie", "postrider-\(to.console.port)\(value)")
      #expect(try await to.call("GET", "/api/lanes", to.own + [given]).status == status)
    }
  }

  @Test("a cookie that was changed anywhere does not open")
  func forged() async throws {
    let stand = try ConsoleStand()
    let cookie = try #require(try await stand.logIn("reader-key-long").cookie)
    let name = "postrider-\(stand.console.port)="
    let value = Array(cookie.dropFirst(name.count))
    var forged = stride(from: 0, to: value.count, by: 7).map { place in
      var changed = value
      changed[place] = changed[place] == "A" ? "B" : "A"
      return String(changed)
    }
    forged += ["", "x", "====", String(repeating: "A", count: 3000), String(value.dropLast(4))]
    for value in forged {
      let given = HTTPHeader("Cookie", name + value)
      #expect(try await stand.call("GET", "/api/lanes", stand.own + [given]).status == 401)
    }
  }

  @Test("a cookie that somebody else set beside ours takes nothing away")
  func otherCookies() async throws {
    let stand = try ConsoleStand()
    let cookie = try #require(try await stand.logIn("reader-key-long").cookie)
    let name = "postrider-\(stand.console.port)="
    for text in ["\(name)AAAA; \(cookie)", "a=b; \(cookie); c=d", "\(name)\(name); \(cookie)"] {
      let given = HTTPHeader("Cookie", text)
      #expect(try await stand.call("GET", "/api/lanes", stand.own + [given]).status == 200)
    }
  }

  @Test("logging out ends the session for whoever has its cookie")
  func logOut() async throws {
    let stand = try ConsoleStand()
    let session = try await stand.session("reader-key-long")
    let other = try await stand.session("reader-key-long")
    let answer = try await stand.call("DELETE", "/session", session)
    #expect(answer.status == 204)
    #expect(answer.header("Set-Cookie")?.contains("=; Path=/; Max-Age=0;") == true)
    #expect(try await stand.call("GET", "/api/lanes", session).status == 401)
    #expect(try await stand.call("GET", "/api/lanes", other).status == 200)
  }

  @Test("who tries in vain waits after ten times, and may log in a minute later")
  func tooOften() async throws {
    let stand = try ConsoleStand()
    for _ in 0..<10 { #expect(try await stand.logIn("wrong").status == 422) }
    let refused = try await stand.logIn("admin-key-long-enough")
    #expect(refused.status == 429 && refused.header("Retry-After") == "60")
    stand.clock.advance(.seconds(61))
    #expect(try await stand.logIn("admin-key-long-enough").status == 204)
  }

  @Test("many tries that begin at the same moment are many")
  func atOnce() throws {
    let stand = try ConsoleStand()
    let body = "{\"key\":\"wrong\"}"
    let head = """
      POST /session HTTP/1.1\r\nHost: 127.0.0.1:\(stand.console.port)\r\nX-Postrider: 1\r\n\
      Origin: \(stand.console.address)\r\nContent-Length: \(body.utf8.count)\r\n\r\n
      """
    let callers = try (0..<30).map { _ in try RawConnection(port: stand.console.port) }
    for caller in callers { caller.send(head) }
    // Answered behind the heads, so each of these has been let in.
    let last = try RawConnection(port: stand.console.port)
    last.send("GET / HTTP/1.1\r\nHost: 127.0.0.1:\(stand.console.port)\r\n\r\n")
    #expect(last.receiveAnswer().status == 200)
    for caller in callers { caller.send(body) }
    let statuses = callers.map { $0.receiveAnswer().status }
    #expect(statuses.count { $0 == 422 } == 10 && statuses.count { $0 == 429 } == 20)
  }

  @Test("revealing a number is noted with who and of what, and takes a session")
  func reveal() async throws {
    let stand = try ConsoleStand()
    let body = "{\"of\":\"send\",\"id\":\"0192-ab\"}"
    #expect(try await stand.call("POST", "/session/revealed", stand.own, body).status == 401)
    let session = try await stand.session("reader-key-long")
    #expect(try await stand.call("POST", "/session/revealed", session, body).status == 204)
    let line = try #require(stand.lines.withLock { $0.first { $0.contains("was revealed") } })
    #expect(line.contains("\"of\":\"send\"") && line.contains("0192-ab"))
    for wrong in [
      "{\"of\":\"key\",\"id\":\"1\"}", "{\"of\":\"send\",\"id\":\"+39333\"}", "{}", "x",
    ] {
      #expect(try await stand.call("POST", "/session/revealed", session, wrong).status == 422)
    }
  }
}
