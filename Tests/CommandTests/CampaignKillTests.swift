import Foundation
import HTTP
import JSON
import Platform
import Simulator
import TestSupport
import Testing
import Time

/// A campaign while the whole system is killed under it.
@Suite(.timeLimit(.minutes(5))) struct CampaignKillTests {
  private static let people = 600

  private static func list() -> String {
    "to,name\n" + (0..<people).map { "+39333\(1_000_000 + $0),Anna \($0)\n" }.joined()
      + "+393331000007,twice\n"
  }

  private static func settings(
    _ folder: TemporaryFolder, _ simulator: Simulator, port: UInt16
  ) throws -> String {
    let file = folder.file("settings.json5")
    try """
    {
      listen: "127.0.0.1:\(port)", log: "embedded:log.db", store: "sqlite:store.db",
      spool: { path: "spool.db" }, publicURL: "http://127.0.0.1:\(port)", apiKeys: ["key"],
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

  @Test(
    "nobody gets it twice and nobody is lost, however often the system is killed, and the counts add up"
  )
  func killed() async throws {
    try await onOwnThread {
      var world = SimulatorSettings()
      world.everyone.hasOpenWindow = true
      (world.life.sent, world.life.delivered) = (.none, .none)
      world.life.readShare = 0
      let simulator = try Simulator(world)
      defer { simulator.stop(within: .zero) }
      let folder = try TemporaryFolder()
      // The same address each time, as the provider knows it.
      var running = try RunningPostrider(
        settings: try Self.settings(folder, simulator, port: 0))
      let port = try #require(running.address.split(separator: ":").last.flatMap { UInt16($0) })
      let file = try Self.settings(folder, simulator, port: port)
      simulator.report(
        inboundTo: nil, webhooksTo: "http://127.0.0.1:\(port)/api/whatsapp/webhook")
      func kill() throws {
        running.end(by: SIGKILL)
        running = try RunningPostrider(settings: file)
      }
      defer { running.end() }
      let made = try running.ask(
        "POST", "/api/campaigns",
        #"{"name":"n","sender":"meta","message":{"body":"Hi {{name}}"}}"#)
      let id = try #require(made.json?["id"]?.string, "\(made.text)")
      let path = "/api/campaigns/\(id)"
      let uploaded = try running.ask("PUT", "\(path)/recipients", Self.list(), type: "text/csv")
      #expect(uploaded.status == 200, "\(uploaded.text)")
      // While its rows are on their way from the log.
      try kill()
      waitUntil("it is loaded") { running.call("GET", path)?["state"]?.string == "planned" }
      #expect(try running.ask("POST", "\(path)/start").status == 200)
      for left in [480, 280, 90] {
        waitUntil("there are \(left) left") {
          running.call("GET", path)?["waiting"]?.integer ?? .max <= left
        }
        try kill()
      }
      waitUntil("every row has been tried") {
        let counts = running.call("GET", path)?["counts"]
        return counts != nil && counts?["queued"] == nil && counts?["sending"] == nil
      }
      let report = try running.ask("GET", "\(path)/report").json
      let outcomes = report?["outcomes"]?.fields?.compactMap(\.value.integer) ?? []
      #expect(outcomes.reduce(0, +) == Int64(Self.people))
      #expect(report?["read"]?["duplicates"]?.integer == 1)
      let totals = JSONValue(whole: simulator.ledger)?["totals"]
      // What was cut off between claim and answer, and never went out, waits for a person to decide.
      let accepted = totals?["accepted"]?.integer ?? 0
      let doubtful = report?["outcomes"]?["in-doubt"]?.integer ?? 0
      #expect(accepted <= Self.people && accepted + doubtful >= Self.people)
      #expect(totals?["duplicates"]?.integer == 0)
      #expect(totals?["violations"]?.integer == 0)
    }
  }
}
