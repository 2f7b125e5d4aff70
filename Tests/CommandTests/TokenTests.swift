import Domain
import Foundation
import HTTP
import JSON
import Platform
import Simulator
import TestSupport
import Testing
import Time

/// A token that ends while messages go out.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TokenTests {
  private static let (count, rate) = (5_000, 1000)

  private final class World {
    let simulator: Simulator
    private(set) var postrider: RunningPostrider
    private var logs = ""
    let file: String
    private let folder: TemporaryFolder
    private let client: HTTPClient

    init(tokenLife: Duration, isCaredFor: Bool, latency: Duration = .zero) throws {
      var world = SimulatorSettings()
      world.latency = Delay(latency)
      world.meta[0].tokenLife = tokenLife
      world.portfolios = [Demo.portfolio: 1_000_000]
      for phone in world.meta[0].accounts[0].phones.indices {
        world.meta[0].accounts[0].phones[phone].rate = .init(100_000, per: .seconds(1))
        world.meta[0].accounts[0].phones[phone].pair = nil
      }
      simulator = try Simulator(world)
      folder = try TemporaryFolder()
      file = folder.file("settings.json5")
      client = try HTTPClient()
      let app = isCaredFor ? "appId: \"\(Demo.appID)\"," : ""
      try """
      {
        listen: "127.0.0.1:0", log: "embedded:log.db", store: "sqlite:store.db", 
        secretsKey: "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        spool: { path: "spool.db" }, publicURL: "http://127.0.0.1:1", apiKeys: ["key"],
        senders: [{
          id: "meta", provider: "meta", phoneNumberId: "\(Demo.phoneNumberID)",
          wabaId: "\(Demo.wabaID)", \(app) accessToken: "\(Demo.accessToken)",
          appSecret: "\(Demo.appSecret)", verifyToken: "\(Demo.verifyToken)",
          baseURL: "http://127.0.0.1:\(simulator.port)/v24.0",
          budget: { rate: "\(TokenTests.rate)/s", daily: null, pair: null, inFlight: 64 },
        }],
      }
      """.write(toFile: file, atomically: true, encoding: .utf8)
      postrider = try RunningPostrider(settings: file)
    }

    /// All that was printed.
    var log: String { logs + postrider.log }

    /// By `kill -9`.
    func restart() throws {
      postrider.end(by: SIGKILL)
      logs += postrider.log
      postrider = try RunningPostrider(settings: file)
    }

    func end() {
      postrider.end()
      client.close()
      simulator.stop(within: .zero)
    }

    func call(_ method: String, _ path: String, _ body: String = "") -> JSONValue? {
      postrider.call(method, path, body)
    }

    /// Another token, as somebody would make it by hand.
    func freshToken() throws -> String {
      let query =
        "grant_type=fb_exchange_token&client_id=\(Demo.appID)&client_secret=\(Demo.appSecret)"
        + "&fb_exchange_token=\(Demo.accessToken)"
      let url = "http://127.0.0.1:\(simulator.port)/v24.0/oauth/access_token?\(query)"
      guard case .answered(let answer) = client.ask(HTTPCall(url: url)) else { return "" }
      return try #require(JSONValue(whole: answer.body)?["access_token"]?.string)
    }

    func send() {
      let items = (0..<TokenTests.count).map {
        #"{"to":"+39333\#(1_000_000 + $0)","body":"message \#($0)","sender":"meta"}"#
      }
      #expect(call("POST", "/api/sends", "[\(items.joined(separator: ","))]") != nil)
    }

    func total(_ name: String) -> Int {
      Int(JSONValue(whole: simulator.ledger)?["totals"]?[name]?.integer ?? 0)
    }

    var account: JSONValue? { call("GET", "/api/accounts")?["accounts"]?.items?.first }

    var isStopped: Bool {
      call("GET", "/api/lanes")?["lanes"]?.items?.first?["state"]?.string == "stopped"
    }
  }

  @Test("a token that ends while messages go out was refreshed before: all go out, none twice")
  func refreshed() async throws {
    try await onOwnThread {
      let world = try World(tokenLife: .seconds(600), isCaredFor: true)
      defer { world.end() }
      waitUntil("for the refresh") { world.account?["source"]?.string == "refresh" }
      world.send()
      waitUntil("for the first") { world.total("accepted") >= 100 }
      world.simulator.advance(.seconds(1200))
      waitUntil("for all") { world.total("accepted") == Self.count }
      #expect(world.total("duplicates") == 0)
      #expect(world.account?["state"]?.string?.hasPrefix("ends in 59 days") == true)
      #expect(!world.log.contains(Demo.accessToken) && !world.log.contains(Demo.appSecret))
    }
  }

  @Test("killed at any step of a refresh it goes on: with a token that counts, and none told")
  func killed() async throws {
    try await onOwnThread {
      // The token is looked at, exchanged, looked at again, proved and kept; each takes a while.
      let world = try World(
        tokenLife: .seconds(3600), isCaredFor: true, latency: .milliseconds(150))
      defer { world.end() }
      for kill in 0..<6 where world.account?["source"]?.string != "refresh" {
        pause(for: .milliseconds(80 + 150 * kill))
        try world.restart()
      }
      waitUntil("for the refresh") { world.account?["source"]?.string == "refresh" }
      #expect(world.account?["valid"]?.bool == true)
      #expect(
        world.call("POST", "/api/sends", #"[{"to":"+393331000000","body":"m","sender":"meta"}]"#)
          != nil)
      waitUntil("for the send") { world.total("accepted") == 1 }
      let tokens = (1..<20).map { "\(Demo.accessToken)-\($0)" }
      for secret in [Demo.accessToken, Demo.appSecret] + tokens {
        #expect(!world.log.contains(secret), "\(secret)")
      }
    }
  }

  @Test(
    "where nobody looks after a token the lane stops with the reason, burns nothing, and goes on with one put in"
  )
  func ended() async throws {
    try await onOwnThread {
      let world = try World(tokenLife: .seconds(600), isCaredFor: false)
      defer { world.end() }
      let fresh = try world.freshToken()
      world.send()
      waitUntil("for the first") { world.total("accepted") >= 100 }
      world.simulator.advance(.seconds(1200))
      waitUntil("for the stop") { world.isStopped }
      let lane = world.call("GET", "/api/lanes")?["lanes"]?.items?.first
      #expect(lane?["code"]?.string == "190")
      let before = world.total("accepted")
      #expect(before < Self.count && world.total("duplicates") == 0)
      let account = world.call("POST", "/api/accounts/meta/token", #"{"token":"\#(fresh)"}"#)
      #expect(account?["accounts"]?.items?.first?["source"]?.string == "hand")
      waitUntil("for all") { world.total("accepted") == Self.count }
      #expect(world.total("duplicates") == 0)
      #expect(!world.log.contains(fresh))
    }
  }
}
