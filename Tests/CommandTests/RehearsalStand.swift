import Campaigns
import Domain
import Foundation
import JSON
import SQLite
import SendStore
import Settings
import Simulator
import Store
import TestSupport
import Testing
import Time

/// A store with campaigns in it, and settings for commands that look at it.
final class RehearsalStand {
  let store: SendStore
  private let folder: TemporaryFolder
  /// Their file.
  let settings: String
  private let worker = WorkerID("test")
  private let senders: [String]

  static let meta = """
    { id: "meta", provider: "meta", phoneNumberId: "\(Demo.phoneNumberID)",
      wabaId: "\(Demo.wabaID)", accessToken: "\(Demo.accessToken)",
      appSecret: "\(Demo.appSecret)", verifyToken: "\(Demo.verifyToken)",
      baseURL: "http://127.0.0.1:1/v24.0", BUDGET }
    """
  static let sms = """
    { id: "sms", provider: "twilio", accountSid: "\(Demo.accountSid)",
      authToken: "\(Demo.authToken)", from: "\(Demo.smsAddress)", baseURL: "http://127.0.0.1:1",
      budget: { rate: "10/s" } }
    """
  /// By a service, with a content.
  static let service = """
    { id: "service", provider: "twilio", channel: "whatsapp", accountSid: "\(Demo.accountSid)",
      authToken: "\(Demo.authToken)", messagingServiceSid: "MG00000000000000000000000000000001",
      templates: { hello: { en: "\(Demo.contentSid)" } }, baseURL: "http://127.0.0.1:1",
      budget: { rate: "20/s", daily: 1000 } }
    """

  init(budget: String = "", senders: [String] = [meta]) throws {
    folder = try TemporaryFolder()
    settings = folder.file("settings.json5")
    let list = senders.joined(separator: ",")
      .replacingOccurrences(of: "BUDGET", with: budget.isEmpty ? "" : "budget: { \(budget) }")
    let rates = folder.file("rates.csv")
    let text = """
      {
        listen: "127.0.0.1:0", log: "embedded:log.db", store: "sqlite:store.db",
        spool: { path: "spool.db" }, publicURL: "http://127.0.0.1:1", apiKeys: ["key"],
        prices: { file: "\(rates)" }, senders: [\(list)],
      }
      """
    try text.write(toFile: settings, atomically: true, encoding: .utf8)
    try """
    currency,from,market,category,price
    EUR,2026-01-01,IT,marketing,0.06
    """.write(toFile: rates, atomically: true, encoding: .utf8)
    store = try SendStore(.sqlite(path: folder.file("store.db")))
    let defined = try Settings.read(text: text).senders.map(\.sender)
    try store.define(defined)
    self.senders = defined.map(\.id.text)
    _ = try store.tendLeases(worker)
  }

  deinit { store.close() }

  /// To so many people of Italy, one after the other by each of the senders.
  func campaign(
    _ count: Int, from first: Int = 0, _ care: String = "", expiry: Duration = .seconds(7 * 86400)
  ) throws -> CampaignID {
    let json = """
      {"name":"one","senders":[\(senders.map { "\"\($0)\"" }.joined(separator: ","))],
       "message":{"template":{"name":"hello","language":{"code":"en"}}}
       \(care.isEmpty ? "" : "," + care)}
      """
    let definition = try CampaignDefinition(try JSONDocument(Array(json.utf8)).root)
    var new = NewCampaign(
      id: .random(at: try store.now()), tenant: .none, name: "one", definition: definition.json,
      lanes: senders.count, expiry: expiry)
    new.care.needsSight = definition.care.errorBudget != nil || definition.care.firstWave != nil
    new.care.keepsHours = definition.care.quietHours != nil
    new.care.cap = definition.care.cap
    (new.care.ceiling, new.care.wave) = (
      definition.care.maxPrice, definition.care.firstWave?.size
    )
    let campaign = try store.create(new).campaign
    _ = try store.load([
      CampaignBatch(
        campaign: campaign.id, load: campaign.load, due: try store.now(),
        rows: try (first..<first + count).map { try row($0, by: senders[$0 % senders.count]) },
        isEnd: true)
    ])
    return campaign.id
  }

  private func row(_ number: Int, by sender: String) throws -> CampaignBatch.Row {
    let to = try Recipient(written: Self.number(number))
    let template = Template(
      name: "hello", language: "en",
      parameters: sender == "service" ? [Template.Parameter("1", "you")] : [])
    let message =
      sender == "sms" ? Message(.text(TextMessage("hello"))) : Message(.template(template))
    return CampaignBatch.Row(
      line: number + 1, sender: SenderID(sender), recipient: PersonAddress(to.description),
      content: SendRequest(to: to, message).json,
      template: sender == "sms" ? "" : TemplateKey(name: "hello", language: "en").text,
      region: "IT")
  }

  func optOut(ofPerson number: Int) throws {
    let to = try Recipient(written: Self.number(number))
    try store.optOut(
      PersonAddress(to.description), of: SenderID(senders[0]), .out(.everything))
  }

  private static func number(_ person: Int) -> String { "+39333\(1_000_000 + person)" }

  func begin(_ id: CampaignID) throws { _ = try store.order(.start, id) }

  func passWave(of id: CampaignID) throws {
    try store.passWave(of: try #require(try store.campaign(id)).key)
  }

  /// Sends what of it one claim takes.
  func send(_ id: CampaignID) throws -> Int {
    try begin(id)
    var sent = 0
    for lease in try store.tendLeases(worker).held {
      for sender in senders {
        guard
          case .claimed(let claim) = try store.claim(
            SenderID(sender), lease, worker: worker, limit: 500)
        else { continue }
        _ = try store.record(
          claim.sends.map {
            AttemptReport(
              of: $0, .accepted(ProviderID("wamid.\($0.key.value)")), postedAt: claim.now)
          })
        sent += claim.sends.count
      }
    }
    return sent
  }

  func rehearse(_ id: CampaignID, _ faults: String...) throws -> Rehearsed {
    let run = try CommandTests.run(
      ["campaign", "rehearse", id.description, "--json", "--config", settings]
        + faults.flatMap { ["--fault", $0] })
    try #require(run.status == 0, "\(run)")
    return Rehearsed(text: run.output, json: try #require(JSONValue(whole: Array(run.output.utf8))))
  }

  func run(_ words: String...) throws -> CommandTests.Run {
    try CommandTests.run(["campaign"] + words + ["--config", settings])
  }

  /// All that is in it, but for what each look at it renews.
  func contents() throws -> [String: String] {
    let database = try Database(path: folder.file("store.db"))
    let tables = try database.texts("SELECT name FROM sqlite_master WHERE type = 'table'")
    return try Dictionary(
      uniqueKeysWithValues: tables.filter { !$0.contains("clock") }.map { table in
        let columns = try database.texts("SELECT name FROM pragma_table_info('\(table)')")
          .map { "quote(\($0))" }.joined(separator: " || ' ' || ")
        return (
          table,
          try database.texts("SELECT \(columns) AS row FROM \(table) ORDER BY row")
            .joined(separator: "\n")
        )
      })
  }
}

/// What a rehearsal told.
struct Rehearsed: CustomStringConvertible {
  fileprivate let text: String
  let json: JSONValue

  var description: String { text }

  func number(_ name: String) -> Int64? { json[name]?.integer }

  func count(_ states: String...) -> Int64 {
    (json["counts"]?.items ?? []).filter { states.contains($0["state"]?.string ?? "") }
      .reduce(0) { $0 + ($1["count"]?.integer ?? 0) }
  }

  /// By state, and code where there is one.
  var counts: [String: Int64] {
    Dictionary(
      (json["counts"]?.items ?? []).map { item in
        let code = item["code"]?.string.map { " \($0)" } ?? ""
        return ((item["state"]?.string ?? "") + code, item["count"]?.integer ?? 0)
      }
    ) { $1 }
  }

  func time(_ name: String) throws -> Timestamp {
    try #require(json[name]?.string.flatMap { Timestamp(rfc3339: $0) }, "\(name) of \(text)")
  }

  var limits: [String] { (json["stretches"]?.items ?? []).compactMap { $0["limitedBy"]?.string } }

  var events: [String] { (json["events"]?.items ?? []).compactMap { $0["text"]?.string } }
}

extension Database {
  fileprivate func texts(_ sql: String) throws -> [String] {
    let statement = try prepare(sql)
    var found: [String] = []
    while try statement.step() { found.append(statement.text(0)) }
    return found
  }
}
