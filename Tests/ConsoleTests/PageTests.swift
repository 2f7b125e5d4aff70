import Console
import HTTP
import Platform
import Settings
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct PageTests {
  @Test(
    "every answer tells the browser to run and to load nothing but ours",
    arguments: ["/", "/api/lanes", "/session", "/nothing", "/assets/x/main.js"])
  func fields(path: String) async throws {
    let stand = try ConsoleStand()
    let answer = try await stand.call("GET", path)
    let policies = answer.headers.all(named: "Content-Security-Policy")
    #expect(policies.count == 1)
    let parts = Set((policies.first ?? "").split(separator: ";").map { $0.drop { $0 == " " } })
    for part in [
      "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
      "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'",
      "require-trusted-types-for 'script'", "trusted-types 'none'",
    ] { #expect(parts.contains(part[...]), "\(part) is missing") }
    #expect(!parts.contains { $0.contains("unsafe") || $0.contains("*") })
    #expect(answer.header("X-Content-Type-Options") == "nosniff")
    #expect(answer.header("Referrer-Policy") == "no-referrer")
    #expect(answer.header("Cross-Origin-Opener-Policy") == "same-origin")
    #expect(answer.header("Access-Control-Allow-Origin") == nil)
  }

  @Test("the page is never kept, what it is made of for good, under a name that changes with it")
  func caching() async throws {
    let stand = try ConsoleStand()
    let page = try await stand.call("GET", "/")
    #expect(page.status == 200 && page.header("Cache-Control") == "no-store")
    #expect(!page.text.contains("{{") && !page.text.contains("<style"))
    let scripts = page.text.matches(of: /(?:src|href)="(\/assets\/[^"]+)"/).map { String($0.1) }
    #expect(scripts.count > 10)
    for path in Set(scripts) {
      let asset = try await stand.call("GET", path)
      #expect(asset.status == 200, "\(path)")
      #expect(asset.header("Cache-Control") == "public, max-age=31536000, immutable")
    }
    let old = try await stand.call("GET", "/assets/0123456789abcdef/main.js")
    #expect(old.status == 404 && old.header("Cache-Control") == "no-store")
  }

  @Test("no script stands in the page, and none of ours reads markup")
  func noMarkup() async throws {
    let stand = try ConsoleStand()
    let page = try await stand.call("GET", "/")
    #expect(page.text.matches(of: /<script(?![^>]* src=)/).isEmpty)
    #expect(page.text.matches(of: #/ on[a-z]+=/#).isEmpty)
    let first = page.text.matches(of: /href="(\/assets\/[^"]+\.js)"/).map { String($0.1) }
    let scripts = try await Self.scripts(first, stand)
    #expect(scripts.count > first.count + 10)
    for (path, text) in scripts {
      for word in [
        "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function",
        "srcdoc",
      ] {
        #expect(!text.contains(word), "\(path) has \(word)")
      }
    }
  }

  /// These and all that they import, at once or when a room is opened.
  private static func scripts(
    _ first: [String], _ stand: ConsoleStand
  ) async throws -> [String: String] {
    let folder = try #require(first.first?.split(separator: "/").prefix(2).joined(separator: "/"))
    var texts: [String: String] = [:]
    var left = first
    while let path = left.popLast() {
      guard texts[path] == nil else { continue }
      let answer = try await stand.call("GET", path)
      #expect(answer.status == 200, "\(path)")
      texts[path] = answer.text
      left += answer.text.matches(of: /["(]\.\/([a-z]+\.js)"/).map { "/\(folder)/\($0.1)" }
    }
    return texts
  }

  @Test(
    "another name than ours is not answered",
    arguments: [
      ("127.0.0.1:PORT", 200), ("localhost:PORT", 200), ("LOCALHOST:PORT", 200),
      ("[::1]:PORT", 200),
      ("evil.example", 421), ("evil.example:PORT", 421), ("127.0.0.1", 421), ("127.0.0.1:1", 421),
      ("", 421),
    ])
  func host(name: String, status: Int) throws {
    let stand = try ConsoleStand()
    for path in ["/", "/api/lanes", "/session"] {
      let client = try RawConnection(port: stand.console.port)
      let host = name.replacing("PORT", with: "\(stand.console.port)")
      client.send("GET \(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
      let answer = client.receiveAnswer()
      #expect((answer.status == 421) == (status == 421), "\(path) \(answer.status)")
    }
  }

  @Test("behind a proxy its name is ours")
  func proxied() throws {
    let stand = try ConsoleStand(url: "https://console.example.com")
    for (host, status) in [
      ("console.example.com", 200), ("Console.Example.com", 200), ("example.com", 421),
    ] {
      let client = try RawConnection(port: stand.console.port)
      client.send("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
      #expect(client.receiveAnswer().status == status)
    }
  }

  @Test("where the API has a path in front, so it has here, and the page knows")
  func prefix() async throws {
    let stand = try ConsoleStand(publicURL: "https://hooks.example.com/in")
    let session = try await stand.session("reader-key-long")
    #expect(try await stand.call("GET", "/in/api/lanes", session).status == 200)
    #expect(try await stand.call("GET", "/api/lanes", session).status == 404)
    #expect(try await stand.call("GET", "/").text.contains("data-prefix=\"/in\""))
  }

  @Test(
    "what is for systems alone is not served here",
    arguments: ["/cgi-bin/sendsms", "/media/t/n", "/healthz", "/metrics", "/api/whatsapp/webhook"])
  func systems(path: String) async throws {
    let stand = try ConsoleStand()
    #expect(try await stand.call("GET", path).status == 404)
  }
}
