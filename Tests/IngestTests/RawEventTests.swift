import Events
import HTTP
import JSON
import Platform
import Running
import SendStore
import Settings
import Store
import TestSupport
import Testing
import Time

@testable import Ingest

/// Webhooks as they came, where an account keeps them.
@Suite struct RawEventTests {
  private static let apps = """
    apps: [ { appId: "77", appSecret: "kept-secret", verifyToken: "v", accessToken: "t", keepEvents: true,
      wabas: [ { wabaId: "8", phones: [ { id: "kept", phoneNumberId: "81", app: "crm", company: "acme" } ] } ] } ],
    """

  private static let hook = "/in/api/whatsapp/webhook"

  private static func body(_ id: String) -> String {
    """
    {"object":"whatsapp_business_account","entry":[{"id":"8","changes":[{"field":"messages","value":{
    "messaging_product":"whatsapp","metadata":{"display_phone_number":"15550001","phone_number_id":"81"},
    "statuses":[{"id":"\(id)","status":"sent","timestamp":"1700000000","recipient_id":"39333"}]}}]}]}
    """
  }

  private static func get(_ stand: IngestStand, _ query: String = "", key: String = "admin-key")
    async throws
    -> IngestStand.Answer
  {
    try await stand.call(
      "GET", "/in/api/webhooks\(query)", [HTTPHeader("Authorization", "Bearer \(key)")])
  }

  private static func ids(_ answer: IngestStand.Answer) throws -> [String] {
    try (answer.json["webhooks"]?.items ?? []).map {
      "\($0["ids"]?.items?.first?.string ?? "-") \($0["verdict"]?.string ?? "")"
    }
  }

  /// They are written a moment later.
  private static func waitFor(_ count: Int, _ stock: StockedStore) async throws {
    try await onOwnThread {
      while try stock.store.rawEvents(RawEventQuery()).count < count {
        pause(for: .milliseconds(5))
      }
    }
  }

  @Test("what comes is kept with its verdict, found by what it tells of, and taken once more")
  func kept() async throws {
    let stand = try IngestStand(Self.apps)
    let stock = try StockedStore(stand)
    #expect(
      try await stand.meta(Self.hook, Self.body("wamid.A"), secret: "kept-secret").status == 200)
    try await Self.waitFor(1, stock)
    #expect(
      try await stand.meta(Self.hook, Self.body("wamid.B"), secret: "kept-secret").status == 200)
    #expect(try await stand.meta(Self.hook, "{\"entry\":3}", secret: "kept-secret").status == 400)
    #expect(try await stand.meta(Self.hook, Self.body("wamid.C"), secret: "wrong").status == 403)
    // Of an app that keeps nothing.
    #expect(try await stand.meta(Self.hook, "{\"entry\":[]}").status == 200)
    try await Self.waitFor(4, stock)
    #expect(
      try Set(Self.ids(await Self.get(stand))) == [
        "wamid.C wrongly-signed", "- unreadable", "wamid.B taken", "wamid.A taken",
      ])
    for (query, found) in [
      ("?verdict=taken&limit=1", ["wamid.B taken"]), ("?id=wamid.A", ["wamid.A taken"]),
      ("?account=77&phone=%2B39333", ["wamid.B taken", "wamid.A taken"]),
      ("?field=statuses&verdict=wrongly-signed", ["wamid.C wrongly-signed"]),
      ("?field=calls", []), ("?until=2020-01-01T00:00:00Z", []),
    ] { #expect(try Self.ids(await Self.get(stand, query)) == found, "\(query)") }
    let page = try await Self.get(stand, "?verdict=taken&limit=1")
    let before = try #require(try page.json["before"]?.integer)
    #expect(
      try Self.ids(await Self.get(stand, "?verdict=taken&before=\(before)")) == ["wamid.A taken"])
    let id = try #require(
      try await Self.get(stand, "?id=wamid.A").json["webhooks"]?.items?.first?["id"]?.integer)
    let whole = try await Self.get(stand, "/\(id)")
    #expect(try whole.json["body"]?.string == Self.body("wamid.A"))
    #expect(try whole.json["request"]?["headers"]?["X-Hub-Signature-256"] != nil)
    let records = try stand.records(.callbacks).count
    let replayed = try await stand.call(
      "POST", "/in/api/webhooks/\(id)/replay", [HTTPHeader("Authorization", "Bearer admin-key")])
    #expect(try replayed.json["items"]?.integer == 1, "\(replayed.text)")
    #expect(try stand.records(.callbacks).count == records + 1)
    let export = try await stand.call(
      "GET", "/in/api/webhooks?verdict=taken",
      [
        HTTPHeader("Authorization", "Bearer admin-key"),
        HTTPHeader("Accept", "application/x-ndjson"),
      ])
    #expect(export.text.split(separator: "\n").count == 2 && export.text.contains("recipient_id"))
    #expect(try await Self.get(stand, key: "acme-admin").status == 403)
  }
}
