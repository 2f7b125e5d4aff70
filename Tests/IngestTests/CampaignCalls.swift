import Domain
import HTTP
import JSON
import Platform
import Running
import Store
import Testing
import Time

@testable import SendStore

extension OpenAPICaller {
  private static let definition =
    #"{"name":"autumn","sender":"twilio","message":{"body":"Hi {{name}}"}}"#

  func callCampaigns() async throws {
    let large = String(repeating: " ", count: 1_100_000)
    for body in [Self.definition, "{}", "{", large] {
      try await call("POST /api/campaigns", "/api/campaigns", body: body)
    }
    let again = [
      HTTPHeader("Authorization", "Bearer admin-key"), HTTPHeader("Idempotency-Key", "again"),
    ]
    for _ in 0..<2 {
      note(
        "POST /api/campaigns",
        try await stand.call("POST", "/api/campaigns", again, Array(Self.definition.utf8)))
    }
    for query in ["", "?limit=0", "?x=%00"] {
      try await call("GET /api/campaigns", "/api/campaigns\(query)")
    }
    let (loading, planned) = (try campaign(), try campaign(rows: 2))
    try await callOrders(loading, planned)
    try await callUploads(loading, planned)
    for name in ["", "/recipients", "/faults", "/preview", "/plan", "/report"] {
      let route = "GET /api/campaigns/{id}\(name)"
      for id in ["\(planned)", "nothing", "\(planned)"] {
        try await call(route, "/api/campaigns/\(id)\(name)")
      }
      try await call(route, "/api/campaigns/\(planned)\(name)?x=%00")
    }
    try await callWinner(planned)
    try await callRehearsal(planned)
    let resend = "POST /api/campaigns/{id}/resend"
    try await call(resend, "/api/campaigns/\(planned)/resend?cause=131026")
    try await call(resend, "/api/campaigns/\(planned)/resend?cause=queued")
    try await call(resend, "/api/campaigns/nothing/resend")
    try await call(resend, "/api/campaigns/\(planned)/resend", body: String(large.prefix(70_000)))
    let other = [again[0], HTTPHeader("Idempotency-Key", "resent")]
    for _ in 0..<2 {
      note(resend, try await stand.call("POST", "/api/campaigns/\(planned)/resend", other))
    }
  }

  private func callOrders(_ loading: CampaignID, _ planned: CampaignID) async throws {
    let large = String(repeating: " ", count: 70_000)
    for order in CampaignOrder.allCases {
      let route = "POST /api/campaigns/{id}/\(order)"
      let id = order == .cancel ? try campaign(rows: 1) : planned
      for body in ["", "{", large, "{\"reason\":\"\\u0000\"}"] {
        try await call(route, "/api/campaigns/\(id)/\(order)", body: body)
      }
      try await call(route, "/api/campaigns/nothing/\(order)")
    }
    try await call(
      "POST /api/campaigns/{id}/start", "/api/campaigns/\(try campaign(rows: 0))/start")
    let done = try campaign(rows: 1, state: .done)
    for order in CampaignOrder.allCases {
      try await call("POST /api/campaigns/{id}/\(order)", "/api/campaigns/\(done)/\(order)")
    }
  }

  private func callWinner(_ planned: CampaignID) async throws {
    let made = try await stand.call(
      "POST", "/api/campaigns", [HTTPHeader("Authorization", "Bearer admin-key")],
      Array(
        #"{"name":"n","sender":"twilio","variants":[{"name":"a","message":{"body":"Hi"}},{"name":"b","message":{"body":"Ho"}}],"winner":{"test":10}}"#
          .utf8))
    // Also where the store is away, and makes none.
    let id = try made.json["id"]?.string ?? planned.description
    let route = "POST /api/campaigns/{id}/winner"
    let large = String(repeating: " ", count: 70_000)
    for body in [#"{"variant":"b"}"#, #"{"variant":"c"}"#, "{}", "{", large] {
      try await call(route, "/api/campaigns/\(id)/winner", body: body)
    }
    for id in ["\(planned)", "nothing"] {
      try await call(route, "/api/campaigns/\(id)/winner", body: #"{"variant":"b"}"#)
    }
  }

  /// Goes on until it is stopped.
  static let rehearse: Rehearse = { _, _, goesOn in
    while goesOn(nil) { pause(for: .milliseconds(20)) }
    return .failed("it was stopped")
  }

  private static let rehearsal = "/api/campaigns/{id}/rehearsal"

  private func callRehearsal(_ planned: CampaignID) async throws {
    let large = String(repeating: " ", count: 70_000)
    func path(_ id: some CustomStringConvertible) -> String { "/api/campaigns/\(id)/rehearsal" }
    for body in [#"{"faults":["soon"]}"#, "{", large, ""] {
      try await call("POST \(Self.rehearsal)", path(planned), body: body)
    }
    // One runs.
    for id in ["\(planned)", "\(try campaign(rows: 1))", "nothing"] {
      try await call("POST \(Self.rehearsal)", path(id))
    }
    for method in ["GET", "DELETE"] {
      for target in [path(planned), path(planned), path("nothing"), path(planned) + "?x=%00"] {
        try await call("\(method) \(Self.rehearsal)", target)
      }
    }
  }

  /// Where none can be.
  func callRehearsalInVain() async throws {
    try await call(
      "POST \(Self.rehearsal)", "/api/campaigns/\(try campaign(rows: 1))/rehearsal")
  }

  private func callUploads(_ loading: CampaignID, _ planned: CampaignID) async throws {
    let path = "/api/campaigns/{id}/recipients"
    let key = HTTPHeader("Authorization", "Bearer admin-key")
    func put(_ id: String, _ headers: [HTTPHeader] = [], _ body: String) async throws {
      note(
        "PUT \(path)",
        try await stand.call(
          "PUT", "/api/campaigns/\(id)/recipients", [key] + headers, Array(body.utf8)))
    }
    try await call("PUT \(path)", "/api/campaigns/\(loading)/recipients", body: "to,name\n")
    try await put("\(loading)", [HTTPHeader("Upload-Offset", "x")], "to,name\n")
    try await put("\(loading)", [HTTPHeader("Content-Type", "image/png")], "to,name\n")
    try await put("\(loading)", [HTTPHeader("Upload-Offset", "77")], "to,name\n")
    try await put("nothing", [], "to,name\n")
    try await put("\(loading)", [], "to,name\n+393331234567,\"Anna")
    try await put("\(loading)", [], "to,name\n+393331234567,Anna\n")
    for id in ["\(loading)", "nothing"] {
      try await call("HEAD \(path)", "/api/campaigns/\(id)/recipients")
    }
    try await call("HEAD \(path)", "/api/campaigns/\(loading)/recipients?x=%00")
  }

  /// One of the store itself; `rows` are taken in, and nil leaves it loading.
  private func campaign(rows: Int? = nil, state: CampaignState = .planned) throws -> CampaignID {
    let id = CampaignID.random(at: Timestamp(seconds: 1_700_000_000))
    guard let store = store?.store else { return id }
    let now = try store.now()
    let made = try store.create(
      NewCampaign(
        id: id, tenant: Tenant(app: "crm", company: "acme"), name: "autumn",
        definition: Array(
          #"{"name":"autumn","senders":["twilio"],"message":{"body":"Hi {{name}}"}}"#.utf8)))
    guard let rows else { return id }
    let batch = (0..<rows).map { line in
      CampaignBatch.Row(
        line: line, sender: SenderID("twilio"), recipient: PersonAddress("+39333123456\(line)"),
        content: Array(#"{"to":"+393331234567","body":"Hi"}"#.utf8), template: "")
    }
    _ = try store.load([
      CampaignBatch(campaign: id, load: 1, due: now, rows: batch, isEnd: true)
    ])
    if state == .done {
      guard case .done(let running, _) = try store.order(.start, id) else { return id }
      _ = try store.move(running, to: .done)
      #expect(running.key == made.campaign.key)
    }
    return id
  }
}
