import Domain
import Foundation
import JSON
import Platform
import SendStore
import SQLite
import Simulator
import Store
import TestSupport
import Testing
import Time

/// Rehearsals from the command line, of campaigns in a store of their own.
@Suite struct RehearseTests {
  private final class World {
    let folder: TemporaryFolder
    let store: SendStore
    private let file: String
    private let sender = SenderID("meta")

    init() throws {
      folder = try TemporaryFolder()
      file = folder.file("settings.json5")
      try """
      {
        listen: "127.0.0.1:0", log: "embedded:log.db", store: "sqlite:store.db",
        spool: { path: "spool.db" }, publicURL: "http://127.0.0.1:1", apiKeys: ["key"],
        senders: [{
          id: "meta", provider: "meta", phoneNumberId: "\(Demo.phoneNumberID)",
          wabaId: "\(Demo.wabaID)", accessToken: "\(Demo.accessToken)",
          appSecret: "\(Demo.appSecret)", verifyToken: "\(Demo.verifyToken)",
          baseURL: "http://127.0.0.1:1/v24.0",
        }],
      }
      """.write(toFile: file, atomically: true, encoding: .utf8)
      // The command makes the store, with the lanes of the settings.
      #expect(try CommandTests.run(["store", "migrate", "--config", file]).status == 0)
      store = try SendStore(.sqlite(path: folder.file("store.db")))
      _ = try store.tendLeases(WorkerID("test"))
    }

    deinit { store.close() }

    func campaign(_ count: Int, _ more: String = "", quiet: Bool = false) throws -> CampaignID {
      let now = try store.now()
      var new = NewCampaign(
        id: .random(at: now), tenant: Tenant(app: "default", company: "default"), name: "one",
        definition: Array(
          #"{"name":"one","sender":"meta","message":{"template":"hello_world"},\#(more)"unique":true}"#
            .utf8))
      new.care.keepsHours = quiet
      let campaign = try store.create(new).campaign
      _ = try store.load([
        CampaignBatch(
          campaign: campaign.id, load: 1, due: now,
          rows: (0..<count).map { line in
            let to = "+39333\(1_000_000 + line)"
            return CampaignBatch.Row(
              line: line + 1, sender: sender, recipient: PersonAddress(to),
              content: Array(
                #"{"to":"\#(to)","template":{"name":"\#(Demo.template)","language":"en_US"}}"#.utf8),
              template: TemplateKey(name: Demo.template, language: "en_US").text, region: "IT")
          }, isEnd: true)
      ])
      return campaign.id
    }

    func rehearse(_ id: CampaignID, _ faults: String...) throws -> JSONValue {
      let run = try CommandTests.run(
        ["campaign", "rehearse", id.description, "--json", "--config", file]
          + faults.flatMap { ["--fault", $0] })
      #expect(run.status == 0, "\(run)")
      let line = run.output.split(separator: "\n").last.map { Array($0.utf8) } ?? []
      return try #require(JSONValue(whole: line), "\(run)")
    }

    func words(_ words: String...) throws -> CommandTests.Run {
      try CommandTests.run(["campaign"] + words + ["--config", file])
    }

    /// The rows of each table.
    func sizes() throws -> [String: Int64] {
      let database = try Database(path: folder.file("store.db"))
      return try Dictionary(
        uniqueKeysWithValues: [
          "sends", "queue", "intents", "history", "outbox", "contacts", "recipients", "pairs",
          "campaigns", "campaign_changes", "reach", "answers",
        ].map { table in
          let statement = try database.prepare("SELECT count(*) FROM \(table)")
          _ = try statement.step()
          return (table, statement.integer(0))
        })
    }
  }

  private static func count(_ json: JSONValue, _ states: String...) -> Int64 {
    (json["counts"]?.items ?? []).filter { states.contains($0["state"]?.string ?? "") }
      .reduce(0) { $0 + ($1["count"]?.integer ?? 0) }
  }

  private static func time(_ json: JSONValue, _ name: String) throws -> Timestamp {
    try #require(json[name]?.string.flatMap { Timestamp(rfc3339: $0) }, "\(name)")
  }

  @Test(
    "everybody is sent to once, within the limits, when the plan says, and the store stays as it was"
  )
  func whole() async throws {
    try await onOwnThread {
      let world = try World()
      let id = try world.campaign(400)
      let before = try world.sizes()
      let told = try world.rehearse(id)
      #expect(try world.sizes() == before)
      #expect(try world.store.campaign(id)?.state == .planned)
      #expect(told["people"]?.integer == 400 && told["attempts"]?.integer == 400)
      #expect(Self.count(told, "delivered", "read") == 400, "\(told)")
      #expect(told["violations"]?.integer == 0 && told["duplicates"]?.integer == 0)
      let difference = try #require(told["differencePercent"]?.string.flatMap { Double($0) })
      #expect(abs(difference) <= 5, "\(difference) %")
      #expect(told["notCopied"]?.items?.isEmpty == false)
    }
  }

  @Test("a cut of the recipients' limit makes it end a day later, and passes no limit")
  func tierCut() async throws {
    try await onOwnThread {
      let world = try World()
      let id = try world.campaign(400)
      let told = try world.rehearse(id, "tier-cut@20%")
      #expect(told["people"]?.integer == 400 && told["violations"]?.integer == 0, "\(told)")
      let late = try Self.time(told, "finish") - Self.time(told, "plannedFinish")
      #expect(late > .seconds(86_000) && late < .seconds(2 * 86_400), "\(late)")
    }
  }

  @Test("an expired token stops the lane until it is mended, and nobody is lost")
  func token() async throws {
    try await onOwnThread {
      let world = try World()
      let id = try world.campaign(200)
      let told = try world.rehearse(id, "token-expires@30%", "token-mended@10m")
      #expect(Self.count(told, "delivered", "read") == 200, "\(told)")
      let span = try Self.time(told, "finish") - Self.time(told, "start")
      #expect(span > .seconds(60) && told["duplicates"]?.integer == 0, "\(span)")
    }
  }

  @Test("quiet hours are kept")
  func quietHours() async throws {
    try await onOwnThread {
      let world = try World()
      // Italy is one or two hours ahead of UTC.
      let hour = Int(try world.store.now().microseconds / 3_600_000_000 % 24)
      let (from, until) = (hour, (hour + 4) % 24)
      func text(_ hour: Int) -> String { "\(hour < 10 ? "0" : "")\(hour):00" }
      let id = try world.campaign(
        50, #""quietHours":{"from":"\#(text(from))","to":"\#(text(until))"},"#, quiet: true)
      let told = try world.rehearse(id)
      #expect(told["people"]?.integer == 50, "\(told)")
      let first = try #require(told["first"]?.string.flatMap { Timestamp(rfc3339: $0) })
      #expect(first - (try Self.time(told, "start")) > .seconds(1800))
    }
  }

  @Test(
    "a fault that there is not is refused with the list",
    arguments: [
      ("tier-fall@10m", "token-expires, token-mended"), ("tier-cut", "such as @10m or @20%"),
      ("tier-cut@soon", "such as @10m or @20%"), ("provider-down@5m", "such as @5m..7m"),
    ])
  func unknown(fault: String, sentence: String) throws {
    let run = try CommandTests.run([
      "campaign", "rehearse", CampaignID.random(at: Timestamp(seconds: 1)).description, "--fault",
      fault,
    ])
    #expect(run.status == 64 && run.errors.contains(sentence), "\(run)")
  }
}
