import Domain
import HTTP
import JSON
import SendStore
import Settings
import TestSupport
import Testing

/// Whether agents are there, and who may say so.
@Suite struct AgentRouteTests {
  static let settings = """
    roles: [{ name: "support", assistant: "helper" }],
    agents: [
      { name: "bea rossi", language: "it", role: "support" },
      { name: "carl", app: "crm", company: "acme" }, { name: "dora", app: "other", company: "beta" },
      { name: "same", app: "crm", company: "acme" }, { name: "same", app: "other", company: "beta" },
    ],
    """

  static let keys = """
    { key: "acme-inbox", app: "crm", company: "acme", scopes: ["send", "read"] },
    { key: "bea-key", app: "crm", company: "acme", scopes: ["send", "read"], agent: "bea rossi" },
    { key: "beta-inbox", app: "other", company: "beta", scopes: ["send", "read"] },
    """

  private let stand: IngestStand
  private let store: StockedStore

  init() throws {
    stand = try IngestStand(Self.settings, moreKeys: Self.keys, publicURL: nil)
    store = try StockedStore(stand)
  }

  private func ask(
    _ method: String, _ path: String, _ body: String = "", key: String
  ) async throws -> IngestStand.Answer {
    try await stand.call(
      method, path, [HTTPHeader("Authorization", "Bearer \(key)")], Array(body.utf8))
  }

  private func tell(
    _ name: String, _ isPresent: Bool = true, key: String
  ) async throws -> IngestStand.Answer {
    try await ask(
      "PUT", "/api/agents/\(name)/presence", #"{"present":\#(isPresent)}"#, key: key)
  }

  @Test("each tenant sees its own agents and those of all, and may tell of its own")
  func tenants() async throws {
    func names(_ key: String) async throws -> [String] {
      (try await ask("GET", "/api/agents", key: key).json["agents"]?.items ?? [])
        .compactMap { $0["name"]?.string }
    }
    #expect(try await names("admin-key") == ["bea rossi", "carl", "dora", "same", "same"])
    #expect(try await names("acme-inbox") == ["bea rossi", "carl", "same"])
    #expect(try await names("beta-inbox") == ["bea rossi", "dora", "same"])
    #expect(try await tell("carl", key: "acme-inbox").status == 200)
    #expect(try await tell("dora", key: "acme-inbox").status == 404)
    #expect(try await tell("same", key: "beta-inbox").status == 200)
    let shared = try await tell("bea%20rossi", key: "acme-inbox")
    #expect(shared.status == 422 && shared.text.contains("answers for every tenant"))
    let own = try await tell("bea%20rossi", key: "bea-key")
    #expect(own.status == 200, "\(own.text)")
    #expect(try own.json["present"]?.bool == true && own.json["role"]?.string == "support")
    #expect(try own.json["presentSince"]?.string != nil)
    #expect(try await tell("bea%20rossi", false, key: "admin-key").status == 200)
    let several = try await tell("same", key: "admin-key")
    #expect(several.status == 422 && several.text.contains("several tenants"))
    let present = try await ask("GET", "/api/agents", key: "admin-key").json["agents"]?.items ?? []
    #expect(present.map { $0["present"]?.bool } == [false, true, false, false, true])
  }

  @Test(
    "what is no presence is refused with its place",
    arguments: [
      ("{}", "/present"), (#"{"present":1}"#, "/present"),
      (#"{"present":true,"x":1}"#, "/x"),
    ])
  func refused(body: String, pointer: String) async throws {
    let answer = try await ask("PUT", "/api/agents/carl/presence", body, key: "acme-inbox")
    #expect(answer.status == 422 && answer.text.contains("\"\(pointer)\""), "\(answer.text)")
  }

  @Test("a conversation is given to an agent of its tenant, or to nobody")
  func assigned() async throws {
    let person = PersonAddress("+393335000001")
    let sender = try #require(
      stand.settings.senders.first { $0.sender.id.text == "twilio" }?.sender)
    let now = try store.store.now()
    var report = InboundReport(
      account: sender.account, sender: sender.id, contact: person,
      providerID: ProviderID("SM1"), at: now)
    report.words = InboundWords(
      kind: "text", words: "Hello", content: Array("{}".utf8), received: now)
    _ = try store.store.receive([report])
    let id = ConversationID(of: sender.id, with: person, tenant: sender.tenant)
    let path = "/api/conversations/\(id)"
    func assign(_ agent: String, key: String = "acme-inbox") async throws -> IngestStand.Answer {
      try await ask("PATCH", path, #"{"agent":\#(agent)}"#, key: key)
    }
    #expect(try await ask("GET", path, key: "acme-inbox").json["agent"]?.string == "guest")
    #expect(try await assign(#""carl""#).json["agent"]?.string == "carl")
    #expect(try await assign(#""bea rossi""#).json["agent"]?.string == "bea rossi")
    let foreign = try await assign(#""dora""#)
    #expect(
      foreign.status == 422 && foreign.text.contains("must be one of the agents: bea rossi, carl"))
    let list = try await ask("GET", "/api/agents", key: "acme-inbox").json["agents"]?.items ?? []
    #expect(list.map { $0["openConversations"]?.integer } == [1, 0, 0])
    let others = try await ask("GET", "/api/agents", key: "beta-inbox").json["agents"]?.items ?? []
    #expect(others.allSatisfy { $0["openConversations"]?.integer == 0 })
    #expect(try await assign("null").json["agent"]?.string == "guest")
    let guests = try await ask("GET", "/api/conversations?agent=guest", key: "acme-inbox")
    #expect(try guests.json["conversations"]?.items?.count == 1)
    // What a key of an agent does is done by them.
    #expect(
      try await ask("PATCH", path, #"{"mode":"manual"}"#, key: "bea-key").status == 200)
    #expect(
      try store.store.conversation(id)?.standing.mode == .manual)
  }
}
