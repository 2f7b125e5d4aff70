import HTTP
import JSON
import SendStore
import Store
import Testing

@testable import Ingest

@Suite struct AccountTests {
  private static func sender(_ id: String, _ phone: String, _ token: String, _ company: String)
    -> String
  {
    """
    { id: "\(id)", provider: "meta", phoneNumberId: "\(phone)", accessToken: "\(token)",
      appSecret: "s", verifyToken: "v", app: "crm", company: "\(company)" },
    """
  }

  @Test(
    "a tenant's key replaces the tenant's own token, and none that others have as well",
    arguments: [
      ("own", "acme-admin", 200), ("mine", "acme-admin", 422), ("mine", "admin-key", 200),
    ])
  func shared(id: String, key: String, status: Int) async throws {
    let senders =
      Self.sender("own", "901", "token-of-acme", "acme")
      + Self.sender("mine", "902", "shared-token", "acme")
      + Self.sender("theirs", "903", "shared-token", "beta")
    let stand = try IngestStand(moreSenders: senders, publicURL: nil)
    let stock = try StockedStore(stand)
    let answer = try await SendTests.send(
      stand, "{\"token\":\"fresh\"}", to: "/api/accounts/\(id)/token", key: key)
    #expect(answer.status == status, "\(answer.text)")
    #expect(try stock.store.credentials().count == (status == 200 ? 1 : 0))
  }

  private static let app = """
    { "provider": "meta", "appId": "77", "appSecret": "run-time-secret", "accessToken": "run-time-token",
      "app": "crm", "company": "acme",
      "wabas": [ { "wabaId": "8", "phones": [ { "id": "made", "phoneNumberId": "81" } ] } ] }
    """

  private static func put(
    _ stand: IngestStand, _ body: String, to path: String, key: String = "admin-key",
    method: String = "PUT"
  ) async throws -> IngestStand.Answer {
    try await stand.call(
      method, "/in/api/accounts/\(path)",
      [
        HTTPHeader("Authorization", "Bearer \(key)"),
        HTTPHeader("Content-Type", "application/json"),
      ],
      Array(body.utf8))
  }

  private static let hook = "/in/api/whatsapp/webhook"

  private static func news(of phone: String) -> String {
    """
    {"object":"whatsapp_business_account","entry":[{"id":"8","changes":[{"field":"messages","value":{
    "messaging_product":"whatsapp","metadata":{"display_phone_number":"1","phone_number_id":"\(phone)"},
    "statuses":[{"id":"wamid.A","status":"sent","timestamp":"1700000000","recipient_id":"39333"}]}}]}]}
    """
  }

  @Test("an app that is made at run time has its webhooks taken at once, and shows no secret")
  func atOnce() async throws {
    let stand = try IngestStand()
    let stock = try StockedStore(stand)
    let secret = "run-time-secret"
    #expect(try await stand.meta(Self.hook, Self.news(of: "81"), secret: secret).status == 403)
    let made = try await Self.put(stand, Self.app, to: "acme")
    #expect(made.status == 200, "\(made.text)")
    #expect(!made.text.contains(secret) && !made.text.contains("run-time-token"))
    let json = try made.json
    #expect(json["callbackURL"]?.string == "https://hooks.example.com\(Self.hook)")
    let token = try #require(json["verifyToken"]?.string)
    let challenge = try await stand.call(
      "GET", "\(Self.hook)?hub.mode=subscribe&hub.challenge=123&hub.verify_token=\(token)")
    #expect(challenge.text == "123")
    #expect(try await stand.meta(Self.hook, Self.news(of: "81"), secret: secret).status == 200)
    // What nobody knows yet is told to come again, and what is not signed to go away.
    #expect(try await stand.meta(Self.hook, Self.news(of: "81"), secret: "next").status == 503)
    #expect(try await stand.meta(Self.hook, Self.news(of: "81"), secret: nil).status == 403)
    let list = try await stand.call(
      "GET", "/in/api/accounts", [HTTPHeader("Authorization", "Bearer reader-key")])
    let app = try #require(try list.json["apps"]?.items?.first { $0["appId"]?.string == "77" })
    #expect(app["source"]?.string == "runtime" && app["name"]?.string == "acme")
    #expect(app["wabas"]?.items?.first?["phones"]?.items?.first?["sender"]?.string == "made")
    #expect(!list.text.contains(secret))
    #expect(try await Self.put(stand, "", to: "acme", method: "DELETE").status == 204)
    #expect(try await Self.put(stand, "", to: "acme", method: "DELETE").status == 404)
    withExtendedLifetime(stock) {}
  }

  @Test("parts of an account come and go by their addresses; what is wrong is told by its place")
  func parts() async throws {
    let stand = try IngestStand()
    let stock = try StockedStore(stand)
    let wrong = try await Self.put(stand, "{\"provider\":\"meta\",\"appId\":\"+1\"}", to: "acme")
    #expect(wrong.status == 422)
    #expect(try wrong.json["errors"]?.items?.first?["pointer"]?.string == "/appId")
    let name = try await Self.put(stand, Self.app, to: "a%20b")
    #expect(name.status == 422)
    #expect(try await Self.put(stand, Self.app, to: "acme", key: "reader-key").status == 403)
    #expect(try await Self.put(stand, Self.app, to: "acme", key: "acme-admin").status == 200)
    let more = try await Self.put(
      stand, "{\"phoneNumberId\":\"82\"}", to: "acme/wabas/8/phones/more")
    #expect(more.status == 200, "\(more.text)")
    #expect(try await Self.put(stand, "{}", to: "acme/wabas/9/phones/more").status == 422)
    #expect(
      try await Self.put(stand, "", to: "acme/wabas/8/phones/made", method: "DELETE").status == 200)
    let list = try await stand.call(
      "GET", "/in/api/accounts/acme", [HTTPHeader("Authorization", "Bearer acme-reader")])
    #expect(list.text.contains("\"more\"") && !list.text.contains("\"made\""))
    #expect(try list.json["verifyToken"] == nil)
    let stranger = try await stand.call(
      "GET", "/in/api/accounts/acme", [HTTPHeader("Authorization", "Bearer beta-reader")])
    #expect(stranger.status == 404)
    withExtendedLifetime(stock) {}
  }

  @Test("without a key to encrypt it nothing is kept")
  func noKey() async throws {
    let stand = try IngestStand(secretsKey: nil)
    let stock = try StockedStore(stand)
    let answer = try await Self.put(stand, Self.app, to: "acme")
    #expect(answer.status == 422 && answer.text.contains("secretsKey"))
    #expect(try stock.store.accounts().isEmpty)
  }
}
