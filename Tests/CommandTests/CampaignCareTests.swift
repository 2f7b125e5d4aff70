import Foundation
import HTTP
import JSON
import Platform
import Simulator
import TestSupport
import Testing
import Time

/// What a campaign takes care of, with the whole system and a provider.
@Suite(.timeLimit(.minutes(5))) struct CampaignCareTests {
  private final class World {
    let simulator: Simulator
    let folder: TemporaryFolder
    private(set) var running: RunningPostrider
    private let file: String

    init() throws {
      var world = SimulatorSettings()
      world.everyone.hasOpenWindow = true
      (world.life.sent, world.life.delivered) = (.none, .none)
      world.life.readShare = 0
      simulator = try Simulator(world)
      folder = try TemporaryFolder()
      try """
      from,currency,market,category,price
      2026-01-01,EUR,IT,service,0.05
      2026-01-01,EUR,FR,service,0.07
      """.write(toFile: folder.file("rates.csv"), atomically: true, encoding: .utf8)
      file = folder.file("settings.json5")
      running = try RunningPostrider(settings: try Self.write(file, simulator, port: 0))
      let port = try #require(running.address.split(separator: ":").last.flatMap { UInt16($0) })
      _ = try Self.write(file, simulator, port: port)
      simulator.report(
        inboundTo: nil, webhooksTo: "http://127.0.0.1:\(port)/api/whatsapp/webhook")
    }

    private static func write(
      _ file: String, _ simulator: Simulator, port: UInt16
    ) throws -> String {
      try """
      {
        listen: "127.0.0.1:\(port)", log: "embedded:log.db", store: "sqlite:store.db",
        spool: { path: "spool.db" }, publicURL: "http://127.0.0.1:\(port)", apiKeys: ["key"],
        prices: { file: "rates.csv" },
        senders: [{
          id: "meta", provider: "meta", phoneNumberId: "\(Demo.phoneNumberID)",
          wabaId: "\(Demo.wabaID)", accessToken: "\(Demo.accessToken)",
          appSecret: "\(Demo.appSecret)", verifyToken: "\(Demo.verifyToken)",
          baseURL: "http://127.0.0.1:\(simulator.port)/v24.0",
          budget: { rate: "60/s", daily: { limit: 100000, counts: "recipients" }, inFlight: 32 },
        }],
      }
      """.write(toFile: file, atomically: true, encoding: .utf8)
      return file
    }

    func kill() throws {
      running.end(by: SIGKILL)
      running = try RunningPostrider(settings: file)
    }

    func end() {
      running.end()
      simulator.stop(within: .zero)
    }

    /// Loaded with so many people of Italy and of France in turn; its path.
    func campaign(_ care: String, people: Int) throws -> String {
      let made = try running.ask(
        "POST", "/api/campaigns",
        #"{"name":"n","sender":"meta","message":{"body":"Hi {{name}}"},\#(care)}"#)
      let id = try #require(made.json?["id"]?.string, "\(made.text)")
      let list = (0..<people).map { number in
        "\(number % 2 == 0 ? "+39333" : "+33612")\(number % 2 == 0 ? 1_000_000 + number : 100_000 + number),Anna\n"
      }
      let path = "/api/campaigns/\(id)"
      let uploaded = try running.ask(
        "PUT", "\(path)/recipients", "to,name\n" + list.joined(), type: "text/csv")
      #expect(uploaded.status == 200, "\(uploaded.text)")
      waitUntil("it is loaded") { running.call("GET", path)?["state"]?.string == "planned" }
      return path
    }

    func start(_ path: String) throws {
      waitUntil("it is started") {
        running.call("POST", "\(path)/start")?["state"]?.string == "running"
      }
    }

    func total(_ name: String) -> Int64 {
      JSONValue(whole: simulator.ledger)?["totals"]?[name]?.integer ?? -1
    }
  }

  @Test("what fails in one country stops there, within 200 messages, and the others get theirs")
  func errorBudget() async throws {
    try await onOwnThread {
      let world = try World()
      defer { world.end() }
      var fault = Fault(.fail)
      (fault.recipient, fault.code) = ("+33*", 131026)
      world.simulator.switchOn(fault)
      let path = try world.campaign(#""errorBudget":{"share":10}"#, people: 800)
      try world.start(path)
      waitUntil("all of Italy is delivered") {
        world.running.call("GET", path)?["counts"]?["delivered"]?.integer == 400
      }
      waitUntil("every message has its answer") {
        let campaign = world.running.call("GET", path)
        let failed = campaign?["counts"]?["failed"]?.integer ?? 0
        return failed + (campaign?["waiting"]?.integer ?? 0) == 400
      }
      let campaign = try #require(world.running.call("GET", path))
      let failed = try #require(campaign["counts"]?["failed"]?.integer)
      #expect(failed >= 10 && failed <= 200)
      #expect(campaign["waiting"]?.integer == 400 - failed)
      let stops = campaign["stops"]?.items ?? []
      #expect(stops.map { $0["region"]?.string } == ["FR"])
      #expect(stops.map { $0["code"]?.string } == ["131026"])
      waitUntil("it says why it waits") {
        world.running.call("GET", path)?["reason"]?["cause"]?.string == "error-budget"
      }
      world.simulator.switchOff()
      _ = world.running.call("POST", "\(path)/resume")
      waitUntil("the rest is delivered") {
        let counts = world.running.call("GET", path)?["counts"]
        return (counts?["delivered"]?.integer ?? 0) + (counts?["failed"]?.integer ?? 0) == 800
      }
      #expect(world.total("violations") == 0)
      let report = try #require(world.running.call("GET", "\(path)/report"))
      let delivered = report["outcomes"]?["delivered"]?.integer
      let charges = report["bill"]?["charges"]?.items ?? []
      #expect(charges.reduce(0) { $0 + ($1["count"]?.integer ?? 0) } == delivered)
      #expect(Set(charges.compactMap { $0["region"]?.string }) == ["FR", "IT"])
    }
  }

  @Test("a ceiling of money is not passed, however often the system is killed")
  func ceiling() async throws {
    try await onOwnThread {
      let world = try World()
      defer { world.end() }
      // For 166 people of the 300.
      let path = try world.campaign(#""maxPrice":"10.00""#, people: 300)
      let plan = try #require(world.running.call("GET", "\(path)/plan"))
      #expect(plan["price"]?["most"]?.string == "18.00")
      #expect(plan["price"]?["currency"]?.string == "EUR")
      #expect(plan["people"]?["waiting"]?.integer == 300)
      try world.start(path)
      for left in [270, 220] {
        waitUntil("\(left) are left") {
          world.running.call("GET", path)?["waiting"]?.integer ?? .max <= left
        }
        try world.kill()
      }
      waitUntil("it has spent what it may") {
        world.running.call("GET", path)?["reason"]?["cause"]?.string == "ceiling"
      }
      let campaign = try #require(world.running.call("GET", path))
      // What a kill cut off is in doubt: it may have been sent, and is paid for.
      let doubtful = campaign["counts"]?["in-doubt"]?.integer ?? 0
      let accepted = world.total("accepted")
      let parts = world.running.call("GET", "\(path)/report")?["parts"]?.items ?? []
      func count(_ region: String) -> Int64 {
        parts.filter { $0["region"]?.string == region && $0["state"]?.string != "failed" }
          .reduce(0) { $0 + ($1["count"]?.integer ?? 0) }
      }
      let (italian, french) = (count("IT"), count("FR"))
      #expect(5 * italian + 7 * french <= 1000 && 5 * italian + 7 * french > 993)
      #expect(accepted <= italian + french && accepted + doubtful >= italian + french)
      let reserved = try #require(campaign["money"]?["reserved"]?.string.flatMap { Double($0) })
      #expect(reserved > 9.93 && reserved <= 10)
      #expect(world.total("duplicates") == 0)
    }
  }

  @Test(
    "a campaign that cannot end in time says so, and is started all the same where somebody wants it"
  )
  func refused() async throws {
    try await onOwnThread {
      let world = try World()
      defer { world.end() }
      let path = try world.campaign(#""pace":"10/h","expiry":"1h""#, people: 40)
      let refused = try world.running.ask("POST", "\(path)/start")
      #expect(refused.status == 409)
      #expect(refused.text.contains("are still to come when the campaign expires"))
      #expect(refused.text.contains("anyway: true"))
      let started = try world.running.ask("POST", "\(path)/start", #"{"anyway":true}"#)
      #expect(started.json?["state"]?.string == "running")
      #expect(started.json?["plan"]?["refusal"]?.string != nil)
      let tiers = try #require(
        world.running.call("GET", "\(path)/plan?reserve=900")?["tiers"]?.items?.first)
      #expect(tiers["limit"]?.integer == 1000)
      // As the provider tells it. So few people earn nothing.
      #expect(tiers["rises"]?.items?.isEmpty == true)
      #expect(
        tiers["assumptions"]?.items?.contains {
          $0.string?.hasPrefix("900 recipients of each day are kept") ?? false
        } == true)
    }
  }

  @Test("two messages are tried, the rest gets the one that was chosen, and some get none")
  func variants() async throws {
    try await onOwnThread {
      let world = try World()
      defer { world.end() }
      let people = 600
      let made = try world.running.ask(
        "POST", "/api/campaigns",
        #"""
        {"name":"n","sender":"meta","holdOut":10,"winner":{"test":30},"variants":[
          {"name":"short","message":{"body":"Hi {{name}}"}},
          {"name":"long","message":{"body":"Dear {{name}}"}}]}
        """#)
      let id = try #require(made.json?["id"]?.string, "\(made.text)")
      let path = "/api/campaigns/\(id)"
      let list = (0..<people).map { "+39333\(1_000_000 + $0),Anna\n" }
      _ = try world.running.ask(
        "PUT", "\(path)/recipients", "to,name\n" + list.joined(), type: "text/csv")
      waitUntil("it is loaded") { world.running.call("GET", path)?["state"]?.string == "planned" }
      let rows = try #require(world.running.call("GET", path)?["rows"]?.integer)
      let heldOut = try #require(world.running.call("GET", path)?["upload"]?["heldOut"]?.integer)
      #expect(rows + heldOut == Int64(people) && heldOut > 20 && heldOut < 120)
      let out = try world.running.ask("GET", "\(path)/faults?reason=held-out&format=csv", "")
      #expect(out.text.split(separator: "\r\n").count == Int(heldOut) + 1)
      #expect(world.running.call("GET", "\(path)/faults")?["faults"]?.items?.isEmpty == true)
      try world.start(path)
      func count(_ campaign: JSONValue?, _ part: String, _ place: Int) -> Int64 {
        campaign?["variants"]?.items?[place][part]?["delivered"]?.integer ?? 0
      }
      waitUntil("the test is delivered, and the rest waits for the best message") {
        world.running.call("GET", path)?["reason"]?["cause"]?.string == "best-message"
      }
      waitUntil("all of the test are counted") {
        let campaign = world.running.call("GET", path)
        let waiting = campaign?["waiting"]?.integer ?? 0
        return count(campaign, "counts", 0) + count(campaign, "counts", 1) + waiting == rows
      }
      let tested = world.running.call("GET", path)
      let (short, long) = (count(tested, "counts", 0), count(tested, "counts", 1))
      #expect(short > 40 && long > 40)
      #expect(world.total("accepted") == short + long)
      let winner = try world.running.ask("POST", "\(path)/winner", #"{"variant":"long"}"#)
      #expect(winner.json?["winner"]?["variant"]?.string == "long")
      let again = try world.running.ask("POST", "\(path)/winner", #"{"variant":"short"}"#)
      #expect(again.status == 409)
      waitUntil("the rest is delivered") {
        count(world.running.call("GET", path), "rest", 1) == rows - short - long
      }
      let report = try #require(world.running.call("GET", "\(path)/report"))
      #expect(count(report, "counts", 0) == short && count(report, "rest", 0) == 0)
      #expect(world.total("accepted") == rows && world.total("violations") == 0)
    }
  }
}
