import Running
import Settings
import Domain
import HTTP
import Ingest
import JSON
import Platform
import SendStore
import Simulator
import Store
import TestSupport
import Testing
import Time

@Suite struct StoreRouteTests {
  private func get(_ stand: IngestStand, _ target: String, _ key: String) async throws
    -> IngestStand.Answer
  {
    try await stand.call("GET", target, [HTTPHeader("Authorization", "Bearer \(key)")])
  }

  private func post(
    _ stand: IngestStand, _ target: String, _ body: String = "", key: String = "admin-key"
  ) async throws -> IngestStand.Answer {
    try await stand.call(
      "POST", target, [HTTPHeader("Authorization", "Bearer \(key)")], Array(body.utf8))
  }

  @Test("lanes are shown, paused with a reason and resumed; another tenant's are not there")
  func lanes() async throws {
    let stand = try IngestStand(publicURL: nil)
    let store = try StockedStore(stand)
    defer { withExtendedLifetime(store) {} }
    let paused = try await post(stand, "/api/lanes/meta/pause", "{\"reason\":\"checking\"}")
    #expect(try paused.json["lanes"]?.items?.first?["state"]?.string == "paused")
    let all = try await get(stand, "/api/lanes", "admin-key").json["lanes"]?.items
    #expect(all?.count == 3)
    #expect(all?.first { $0["sender"]?.string == "meta" }?["reason"]?.string == "checking")
    let own = try await get(stand, "/api/lanes", "acme-reader").json["lanes"]?.items
    #expect(own?.map { $0["sender"]?.string } == ["twilio"])
    let resumed = try await post(stand, "/api/lanes/meta/resume")
    #expect(try resumed.json["lanes"]?.items?.first?["state"]?.string == "sending")
  }

  @Test("a doubt is shown and decided by hand, once")
  func doubts() async throws {
    let stand = try IngestStand(publicURL: nil)
    let store = try StockedStore(stand)
    let list = try await get(stand, "/api/doubts", "admin-key").json["doubts"]?.items
    #expect(list?.map { $0["id"]?.string } == [store.doubted.description])
    let body = "{\"decision\":\"resend\"}"
    let decided = try await post(stand, "/api/doubts/\(store.doubted)", body)
    #expect(try decided.json["state"]?.string == "queued")
    #expect(try await post(stand, "/api/doubts/\(store.doubted)", body).status == 409)
  }

  @Test(
    "a tenant's key is shown the doubts of its own senders only",
    arguments: [("reader-key", 1), ("acme-reader", 1), ("beta-reader", 0)])
  func doubtsOfTenants(key: String, count: Int) async throws {
    let stand = try IngestStand(publicURL: nil)
    let store = try StockedStore(stand)
    let list = try await get(stand, "/api/doubts", key).json["doubts"]?.items
    #expect(list?.count == count)
    withExtendedLifetime(store) {}
  }

  @Test("what is queued is taken back; another tenant's send is not there")
  func cancel() async throws {
    let stand = try IngestStand(publicURL: nil)
    let store = try StockedStore(stand)
    #expect(
      try await post(stand, "/api/sends/\(store.other)/cancel", key: "acme-key").status == 404)
    let canceled = try await post(stand, "/api/sends/\(store.queued)/cancel")
    #expect(try canceled.json["state"]?.string == "canceled")
    let late = try await post(stand, "/api/sends/\(store.doubted)/cancel")
    #expect(late.status == 409)
  }
}
