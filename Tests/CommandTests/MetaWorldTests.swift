import Foundation
import HTTP
import JSON
import Platform
import Simulator
import TestSupport
import Testing
import Time

/// What Meta does to templates by itself, met by a whole system.
@Suite(.timeLimit(.minutes(5))) struct MetaWorldTests {
  private final class World {
    let simulator: Simulator
    let server: RunningPostrider
    private let folder: TemporaryFolder
    private let client: HTTPClient

    init(_ change: (inout SimulatorSettings) -> Void = { _ in }) throws {
      var world = SimulatorSettings()
      world.life.sent = Delay(.milliseconds(1))
      world.life.delivered = Delay(.milliseconds(1))
      world.life.readShare = 0
      change(&world)
      simulator = try Simulator(world)
      client = try HTTPClient()
      folder = try TemporaryFolder()
      let file = folder.file("settings.json5")
      try """
      {
        listen: "127.0.0.1:0", log: "embedded:log.db", store: "sqlite:store.db",
        spool: { path: "spool.db" }, publicURL: "http://127.0.0.1:1", apiKeys: ["key"],
        senders: [
          { id: "meta", provider: "meta", phoneNumberId: "\(Demo.phoneNumberID)",
            wabaId: "\(Demo.wabaID)", accessToken: "\(Demo.accessToken)",
            appSecret: "\(Demo.appSecret)", verifyToken: "\(Demo.verifyToken)",
            baseURL: "http://127.0.0.1:\(simulator.port)/v24.0" },
        ],
      }
      """.write(toFile: file, atomically: true, encoding: .utf8)
      server = try RunningPostrider(settings: file)
      simulator.report(
        inboundTo: nil, webhooksTo: "http://\(server.address)/api/whatsapp/webhook")
    }

    func end() {
      server.end()
      client.close()
      simulator.stop(within: .zero)
    }

    /// Of the demo's template, unless it is text.
    func send(_ number: Int, text: String? = nil) throws -> String {
      let content =
        text.map { #""body":"\#($0)""# }
        ?? #""type":"template","template_name":"\#(Demo.template)","language_code":"en_US""#
      let body = #"{"sender":"meta","to":"+39333000\#(1000 + number)",\#(content)}"#
      return try #require(server.call("POST", "/api/sends", body)?["id"]?.string)
    }

    func look(_ id: String) -> JSONValue? { server.call("GET", "/api/sends/\(id)") }

    func wait(for ids: [String], _ state: String) {
      waitUntil("\(ids) are \(state)") {
        ids.allSatisfy { look($0)?["state"]?.string == state }
      }
    }

    func decide(_ path: String, _ body: String) -> Int? {
      let call = HTTPCall(
        method: "POST", url: "http://127.0.0.1:\(simulator.port)/_sim/\(path)",
        body: Array(body.utf8))
      guard case .answered(let answer) = client.ask(call) else { return nil }
      return answer.status
    }

    var ledger: JSONValue? { JSONValue(whole: simulator.ledger) }

    func refused(_ code: Int) -> Int64? {
      ledger?["totals"]?["refused"]?["meta \(code)"]?.integer
    }
  }

  @Test(
    "what Meta holds is shown as held, and is delivered or has failed once it has decided",
    arguments: ["release", "drop"])
  func held(verdict: String) async throws {
    try await onOwnThread {
      let world = try World {
        var pacing = Pacing()
        (pacing.first, pacing.decision) = (1, .seconds(86400))
        var business = Business(Demo.portfolio)
        business.pacing = pacing
        $0.businesses = [business]
      }
      defer { world.end() }
      let first = try world.send(1)
      world.wait(for: [first], "delivered")
      let held = try (2...3).map { try world.send($0) }
      world.wait(for: held, "accepted")
      for id in held {
        let shown = world.look(id)
        #expect(shown?["held"]?.bool == true && shown?["error"] == nil)
        #expect(shown?["waits"]?["code"]?.string == "held")
        #expect(shown?["history"]?.items?.last?["code"]?.string == "held")
      }
      #expect(
        world.decide("held", #"{"portfolio":"\#(Demo.portfolio)","verdict":"\#(verdict)"}"#) == 204)
      world.wait(for: held, verdict == "release" ? "delivered" : "failed")
      for id in held {
        let shown = world.look(id)
        #expect(shown?["held"] == nil && shown?["attempts"]?.integer == 1)
        #expect(shown?["error"]?["code"]?.string == (verdict == "release" ? nil : "132015"))
      }
      let totals = world.ledger?["totals"]
      #expect(totals?["accepted"]?.integer == 3 && totals?["held"]?.integer == 2)
      let metrics = try world.server.ask("GET", "/metrics").text
      if !metrics.isEmpty, metrics.contains("postrider_sends_held_total") {
        #expect(metrics.contains(#"postrider_sends_held_total{sender="meta"} 2"#))
      }
    }
  }

  @Test("templates wait for the end of a restriction, and go on by themselves then")
  func restriction() async throws {
    try await onOwnThread {
      let world = try World()
      defer { world.end() }
      #expect(world.decide("restrictions/\(Demo.wabaID)", #"{"for":"3s"}"#) == 204)
      waitUntil("the news was taken in") {
        world.server.log.contains("Meta has restricted an account")
      }
      let template = try world.send(1)
      let reply = try world.send(2, text: "ciao")
      waitUntil("the template waits") {
        world.look(template)?["waits"]?["code"]?.string == "flow-held"
      }
      world.wait(for: [reply], "delivered")
      world.wait(for: [template], "delivered")
      #expect(world.refused(368) == nil)
      #expect(world.look(template)?["attempts"]?.integer == 1)
    }
  }

  @Test(
    "a marketing template goes the way that its account has for it, and is told apart by its price")
  func marketing() async throws {
    try await onOwnThread {
      let world = try World {
        $0.meta[0].accounts[0].templates[0].category = "MARKETING"
        $0.meta[0].accounts[0].marketingMessages = "ONBOARDED"
        $0.meta[0].accounts[0].isMarketingElsewhereOnly = true
      }
      defer { world.end() }
      // What comes before the account was looked at is refused once and goes that way all the same.
      var number = 0
      waitUntil("one goes there at once") {
        number += 1
        guard let id = try? world.send(number) else { return false }
        world.wait(for: [id], "delivered")
        let shown = world.look(id)
        let prices = shown?["history"]?.items?.compactMap { $0["pricing"]?["category"]?.string }
        #expect(Set(prices ?? []) == ["marketing_lite"])
        return shown?["attempts"]?.integer == 1
      }
      let reply = try world.send(200, text: "ciao")
      world.wait(for: [reply], "delivered")
      #expect(world.ledger?["totals"]?["duplicates"]?.integer == 0)
    }
  }
}
