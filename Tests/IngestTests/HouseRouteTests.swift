import API
import Domain
import HTTP
import JSON
import SendStore
import Settings
import TestSupport
import Testing
import Time

/// How the house stands, and by which settings.
@Suite struct HouseRouteTests {
  private func get(
    _ stand: IngestStand, _ target: String, _ key: String = "admin-key"
  ) async throws -> IngestStand.Answer {
    try await stand.call("GET", target, SendTests.bearer(key))
  }

  @Test("what happened is told by the minute, of a key's own tenant")
  func overview() async throws {
    let stand = try IngestStand(publicURL: nil)
    let stock = try StockedStore(stand)
    try stock.store.published(try stock.store.unpublished(limit: 100))
    let all = try await get(stand, "/api/overview?minutes=60").json
    let counts = try #require(all["changes"]?.items?.first?["counts"])
    #expect(counts["queued"]?.integer == 3 && counts["in-doubt"]?.integer == 1)
    #expect(all["stepSeconds"]?.integer == 60)
    #expect(all["house"]?["spoolLimitBytes"]?.integer == 100 << 20)
    #expect(all["house"]?["unmatchedCallbacks"]?.integer == 0)
    let acme = try await get(stand, "/api/overview?step=5", "acme-reader").json
    #expect(acme["changes"]?.items?.first?["counts"]?["queued"]?.integer == 1)
    #expect(acme["house"] == nil && acme["stepSeconds"]?.integer == 300)
  }

  @Test(
    "a stretch that there is not is refused",
    arguments: [
      ("minutes=0", "/minutes"), ("minutes=1441", "/minutes"), ("minutes=x", "/minutes"),
      ("step=61", "/step"), ("hours=1", "/hours"),
    ])
  func stretch(query: String, pointer: String) async throws {
    let stand = try IngestStand(publicURL: nil)
    let stock = try StockedStore(stand)
    defer { withExtendedLifetime(stock) {} }
    let answer = try await get(stand, "/api/overview?\(query)")
    #expect(answer.status == 422)
    #expect(try answer.json["errors"]?.items?.first?["pointer"]?.string == pointer)
  }

  @Test("the settings are shown to keys of all tenants that may do anything, without a secret")
  func settings() async throws {
    let stand = try IngestStand(publicURL: nil)
    let stock = try StockedStore(stand)
    defer { withExtendedLifetime(stock) {} }
    let answer = try await get(stand, "/api/settings")
    #expect(answer.status == 200)
    let root = try answer.json
    #expect(root["file"]?.string?.hasSuffix("settings.json5") == true)
    #expect(root["changedInFile"]?.items?.isEmpty == true)
    #expect(root["settings"]?["senders"]?.items?.first?["id"]?.string == "twilio")
    for secret in stand.settings.secrets where secret.exposed.count > 3 {
      #expect(!answer.text.contains(secret.exposed))
    }
    for key in ["acme-admin", "reader-key"] {
      #expect(try await get(stand, "/api/settings", key).status == 403)
    }
  }

  @Test("each lane tells what of its budgets is left, and since when its oldest send is due")
  func lanes() async throws {
    let stand = try IngestStand(publicURL: nil)
    let stock = try StockedStore(stand)
    let lanes = try await get(stand, "/api/lanes").json["lanes"]?.items ?? []
    let twilio = try #require(lanes.first { $0["sender"]?.string == "twilio" })
    let budgets = twilio["budgets"]?.items ?? []
    let names = budgets.compactMap { $0["budget"]?.string }
    #expect(names.contains("rate") && names.contains("inFlight"))
    #expect(
      budgets.allSatisfy { ($0["left"]?.integer ?? -1) <= ($0["limit"]?.integer ?? -2) })
    #expect(twilio["oldestDueAt"] == nil)
    let now = try stock.store.now()
    let send = NewSend(
      id: .random(at: now), sender: SenderID("sms"), recipient: "+393331234567",
      content: Array("{}".utf8), due: now - .seconds(90), expires: now + .seconds(3600))
    _ = try stock.store.take(
      IntakeBatch(log: "log", partition: 9, from: 0, next: 1, sends: [send]))
    let resumed = try await stand.call(
      "POST", "/api/lanes/sms/resume", SendTests.bearer("admin-key"))
    let sms = try resumed.json["lanes"]?.items?.first { $0["sender"]?.string == "sms" }
    let due = try #require(sms?["oldestDueAt"]?.string.flatMap { Timestamp(rfc3339: $0) })
    #expect(now - due >= .seconds(89) && now - due <= .seconds(91))
  }
}
