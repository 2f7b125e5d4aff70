import Foundation
import HTTP
import JSON
import Platform
import Simulator
import TestSupport
import Testing
import Time

/// Accounts that people connect by logging in, through the real program and the simulator's dialog.
@Suite(.timeLimit(.minutes(5))) struct SignupTests {
  private final class World {
    let simulator: Simulator
    let folder: TemporaryFolder
    let file: String
    private let client: HTTPClient
    private(set) var postrider: RunningPostrider
    /// Of all that ran before.
    private(set) var logs = ""

    init(_ change: (inout SimulatorSettings) -> Void = { _ in }) throws {
      var world = SimulatorSettings()
      change(&world)
      simulator = try Simulator(world)
      folder = try TemporaryFolder()
      client = try HTTPClient()
      file = folder.file("settings.json5")
      try """
      {
        listen: "127.0.0.1:0", log: "embedded:log.db", store: "sqlite:store.db",
        secretsKey: "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        spool: { path: "spool.db" }, publicURL: "http://127.0.0.1:1", apiKeys: ["key"],
        apps: [ { appId: "\(Demo.appID)", appSecret: "\(Demo.appSecret)", verifyToken: "\(Demo.verifyToken)",
          baseURL: "http://127.0.0.1:\(simulator.port)/v24.0", loginConfiguration: "900" } ],
      }
      """.write(toFile: file, atomically: true, encoding: .utf8)
      postrider = try RunningPostrider(settings: file)
    }

    func restart(killed: Bool) throws {
      postrider.end(by: killed ? SIGKILL : SIGTERM)
      logs += postrider.log
      postrider = try RunningPostrider(settings: file)
    }

    func end() {
      postrider.end()
      logs += postrider.log
      client.close()
      simulator.stop(within: .zero)
    }

    struct Link {
      let id: String
      let state: String
      let url: String
    }

    func link(_ body: String = "{}") throws -> Link {
      let answer = try postrider.ask("POST", "/api/signups", body)
      let json = try #require(answer.json, "\(answer.text)")
      return Link(
        id: try #require(json["id"]?.string, "\(answer.text)"),
        state: try #require(json["signupState"]?.string),
        url: try #require(json["url"]?.string))
    }

    /// Logs in, and answers where the browser is sent back to: its path with code and state.
    func logIn(_ link: Link) throws -> String {
      guard case .answered(let answer) = client.ask(HTTPCall(url: link.url)) else {
        throw NoAnswer()
      }
      #expect(answer.status == 302)
      let location = answer.headers.first { $0.name.lowercased() == "location" }?.value ?? ""
      return location.replacing("http://127.0.0.1:1", with: "")
    }

    struct NoAnswer: Error {}

    func show(_ id: String) -> JSONValue? { postrider.call("GET", "/api/signups/\(id)") }

    func state(_ id: String) -> String? { show(id)?["state"]?.string }

    /// Of all numbers that send.
    var senders: [String] {
      let apps = postrider.call("GET", "/api/accounts")?["apps"]?.items ?? []
      let wabas = apps.compactMap { $0["wabas"]?.items }.joined()
      return wabas.compactMap { $0["phones"]?.items }.joined().compactMap { $0["sender"]?.string }
    }
  }

  private static let sender = "wa-15550100001"

  @Test("who logs in is sent back to a page, and the number sends at once; the link counts once")
  func connects() async throws {
    try await onOwnThread {
      let world = try World()
      defer { world.end() }
      let link = try world.link(#"{"pin":"123456"}"#)
      let back = try world.logIn(link)
      let page = try world.postrider.ask("GET", back, key: nil)
      #expect(page.status == 200 && page.text.contains(Demo.displayPhoneNumber), "\(page.text)")
      let signup = try #require(world.show(link.id))
      #expect(signup["state"]?.string == "done")
      #expect(signup["leftToDo"]?.items?.isEmpty == true)
      let send = #"{"to":"+393331234567","body":"hello","sender":"\#(Self.sender)"}"#
      let id = try #require(
        try world.postrider.ask("POST", "/api/whatsapp/send", send).json?["id"]?.string)
      waitUntil("for the send") {
        let state = world.postrider.call("GET", "/api/sends/\(id)")?["state"]?.string
        return state == "accepted" || state == "sent" || state == "delivered"
      }
      #expect(try world.postrider.ask("GET", back, key: nil).status == 409)
      let other = (link.state.first == "a" ? "b" : "a") + link.state.dropFirst()
      let forged = back.replacing(link.state, with: other)
      #expect(try world.postrider.ask("GET", forged, key: nil).status == 403)
      #expect(try world.postrider.ask("GET", "/Webhooks/WhatsAppToken", key: nil).status == 403)
      // Logging in again changes the token and nothing else.
      let second = try world.link(#"{"pin":"123456"}"#)
      _ = try world.postrider.ask("GET", try world.logIn(second), key: nil)
      #expect(world.state(second.id) == "done")
      #expect(world.senders == [Self.sender])
    }
  }

  @Test(
    "the browser's event comes before the code, after it, or never; a broken-off log-in connects nothing"
  )
  func events() async throws {
    try await onOwnThread {
      let world = try World()
      defer { world.end() }
      func tell(_ link: World.Link, _ more: String) throws -> RunningPostrider.Answer {
        try world.postrider.ask(
          "POST", "/Webhooks/WhatsAppToken", #"{"state":"\#(link.state)",\#(more)}"#, key: nil)
      }
      func event(_ name: String, waba: String) -> String {
        #""event":{"type":"WA_EMBEDDED_SIGNUP","event":"\#(name)","version":3,"data":{"waba_id":"\#(waba)"}}"#
      }
      let finish = event("FINISH_ONLY_WABA", waba: Demo.wabaID)
      let first = try world.link()
      #expect(try tell(first, finish).json?["state"]?.string == "waiting")
      let done = try tell(first, #""code":"from-the-sdk""#)
      #expect(done.json?["state"]?.string == "done", "\(done.text)")
      #expect(try tell(first, #""code":"another""#).status == 409)
      let after = try world.link()
      #expect(try tell(after, #""code":"c2""#).json?["state"]?.string == "done")
      #expect(try tell(after, finish).status == 200)
      let strange = try world.link()
      _ = try tell(strange, event("FINISH", waba: "1"))
      let refused = try tell(strange, #""code":"c3""#)
      #expect(refused.json?["state"]?.string == "failed")
      #expect(refused.json?["failure"]?.string?.contains("does not reach") == true)
      let broken = try world.link()
      let canceled = try tell(
        broken,
        event("CANCEL", waba: "1").replacing("waba_id\":\"1", with: "current_step\":\"PHONE"))
      #expect(canceled.json?["state"]?.string == "canceled")
      #expect(canceled.json?["failure"]?.string?.contains("PHONE") == true)
      let denied = try world.link()
      let page = try world.postrider.ask(
        "GET",
        "/Webhooks/WhatsAppToken?error=access_denied&error_description=%3Cb%3ENo&state=\(denied.state)",
        key: nil)
      #expect(page.status == 200 && page.text.contains("&lt;b&gt;No"))
      #expect(world.state(denied.id) == "canceled")
      let code = try world.link()
      #expect(try tell(code, #""code":"c2""#).json?["state"]?.string == "failed")
    }
  }

  @Test(
    "killed at any step it goes on by itself, or says that one has to log in again; no secret is told"
  )
  func kills() async throws {
    try await onOwnThread {
      // Each of seven questions takes a while, so that each kill meets another one.
      let world = try World { $0.latency = Delay(.milliseconds(120)) }
      defer { world.end() }
      var links: [World.Link] = []
      for kill in 0..<8 {
        let link = try world.link(#"{"pin":"123456"}"#)
        let back = try world.logIn(link)
        let postrider = world.postrider
        let thread = WorkerThread("log-in") {
          do { _ = try postrider.ask("GET", back, key: nil) } catch {}
        }
        pause(for: .milliseconds(60 + 120 * kill))
        try world.restart(killed: true)
        thread.join()
        links.append(link)
      }
      for link in links {
        waitUntil("for \(link.id)") { ["done", "failed"].contains(world.state(link.id)) }
      }
      let ends = links.map { (world.state($0.id), world.show($0.id)?["failure"]?.string ?? "") }
      for (state, failure) in ends where state == "failed" {
        #expect(failure.contains("log in again"), "\(failure)")
      }
      #expect(ends.count { $0.0 == "done" } >= 5, "\(ends)")
      // What was gone on with in the background is in use once the accounts were looked at again.
      waitUntil("for the number") { world.senders == [Self.sender] }
      world.end()
      let tokens = (0..<40).map { "\(Demo.accessToken)-\($0)" }
      for secret in [Demo.appSecret, Demo.accessToken, "123456", "code-1-"] + tokens {
        #expect(!world.logs.contains(secret), "\(secret)")
      }
    }
  }
}
