import API
import Domain
import Events
import HTTP
import JSON
import SendStore
import TestSupport
import Testing
import Time

/// What did not arrive, sent again over the API.
@Suite struct ResendRouteTests {
  private func call(
    _ stand: IngestStand, _ method: String, _ target: String, _ body: String = "",
    key: String = "admin-key"
  ) async throws -> IngestStand.Answer {
    try await stand.call(method, target, SendTests.bearer(key), Array(body.utf8))
  }

  @Test("one that ended goes again as one send, however often it is asked for")
  func one() async throws {
    let stand = try IngestStand(publicURL: nil)
    let stock = try StockedStore(stand)
    let id = try stock.canceled()
    for _ in 0..<2 {
      let answer = try await call(stand, "POST", "/api/sends/\(id)/resend")
      #expect(answer.status == 202)
      #expect(try answer.json["id"]?.string == "\(SendID.again(after: id))")
      #expect(try answer.json["of"]?.string == "\(id)")
    }
    let events = try stand.records(.sends).map { try SendEvent(data: $0.event().data) }
    #expect(events.count == 2 && Set(events.map(\.id)) == [SendID.again(after: id)])
    let first = try #require(events.first)
    #expect(first.to == "+393331234568" && first.sender == SenderID("meta"))
    #expect(first.tenant == Tenant(app: "other", company: "beta"))
  }

  @Test("what may still arrive is not sent again, nor what is another tenant's")
  func refused() async throws {
    let stand = try IngestStand(publicURL: nil)
    let stock = try StockedStore(stand)
    let queued = try await call(stand, "POST", "/api/sends/\(stock.queued)/resend")
    #expect(queued.status == 409 && queued.text.contains("still to go out"))
    let doubted = try await call(stand, "POST", "/api/sends/\(stock.doubted)/resend")
    #expect(doubted.status == 409 && doubted.text.contains("/api/doubts"))
    let own = try stock.canceled()
    for (id, key, status) in [
      (own, "acme-key", 404), (own, "reader-key", 403), (.again(after: own), "admin-key", 404),
    ] {
      #expect(
        try await call(stand, "POST", "/api/sends/\(id)/resend", key: key).status == status)
    }
    #expect(try stand.records(.sends).isEmpty)
  }

  @Test("an order waits to be taken back, tells of itself to its own tenant, and ends when told")
  func order() async throws {
    let stand = try IngestStand(publicURL: nil)
    let stock = try StockedStore(stand)
    defer { withExtendedLifetime(stock) {} }
    let body = #"{"state":"failed","cause":"131049","undoSeconds":60}"#
    let made = try await call(stand, "POST", "/api/resends", body, key: "acme-key")
    #expect(made.status == 201)
    let root = try made.json
    let id = try #require(root["id"]?.string)
    #expect(root["state"]?.string == "waiting" && root["filter"]?["cause"]?.string == "131049")
    let times = ["createdAt", "beginsAt"].compactMap {
      root[$0]?.string.flatMap { Timestamp(rfc3339: $0) }
    }
    #expect(times.count == 2 && times[1] - times[0] == .seconds(60))
    #expect(try await call(stand, "GET", "/api/resends/\(id)", key: "acme-reader").status == 200)
    for key in ["beta-reader"] {
      #expect(try await call(stand, "GET", "/api/resends/\(id)", key: key).status == 404)
      let page = try await call(stand, "GET", "/api/resends", key: key).json
      #expect(page["resends"]?.items?.isEmpty == true)
    }
    let page = try await call(stand, "GET", "/api/resends").json
    #expect(page["resends"]?.items?.map { $0["id"]?.string } == [id])
    let stopped = try await call(stand, "POST", "/api/resends/\(id)/stop", key: "acme-key")
    #expect(try stopped.json["state"]?.string == "stopped")
    #expect(try await call(stand, "POST", "/api/resends/\(id)/stop").status == 200)
  }

  @Test(
    "an order that cannot be understood is refused where it is wrong",
    arguments: [
      (#"{"state":"read"}"#, "/state"), (#"{"state":"failed","undoSeconds":3601}"#, "/undoSeconds"),
      (#"{"state":"failed","undoSeconds":"x"}"#, "/undoSeconds"),
      (#"{"state":"failed","a":1}"#, "/a"),
    ])
  func faults(body: String, pointer: String) async throws {
    let stand = try IngestStand(publicURL: nil)
    let stock = try StockedStore(stand)
    defer { withExtendedLifetime(stock) {} }
    let answer = try await call(stand, "POST", "/api/resends", body)
    #expect(answer.status == 422)
    #expect(try answer.json["errors"]?.items?.map { $0["pointer"]?.string } == [pointer])
  }
}
