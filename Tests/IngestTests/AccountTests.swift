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
}
