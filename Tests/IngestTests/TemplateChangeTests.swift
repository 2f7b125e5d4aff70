import Domain
import HTTP
import JSON
import Platform
import SendStore
import Store
import Time
import Testing

@testable import Ingest

/// Two accounts of Meta's and one of Twilio's with a template each, and a provider that answers for both.
private final class World {
  let provider: FakeProvider
  let stand: IngestStand
  let stock: StockedStore
  var store: SendStore { stock.store }

  init() throws {
    provider = try FakeProvider()
    stand = try IngestStand(moreSenders: provider.senders, publicURL: nil)
    stock = try StockedStore(stand)
    for account in ["9001", "9002", FakeProvider.account, "9004"] {
      try add("order", in: account, id: account == FakeProvider.account ? "HX1" : "t\(account)")
    }
  }

  func add(
    _ name: String, _ language: String = "it", in account: String = "9001", id: String,
    status: String = "APPROVED"
  ) throws {
    var template = MirroredTemplate(
      account: AccountID(account), name: name, language: language, status: status,
      category: "UTILITY", quality: "GREEN",
      components: Array(#"[{"type":"BODY","text":"Hello there."}]"#.utf8))
    template.id = id
    try store.put(template)
  }

  func call(
    _ method: String, _ path: String, _ body: String = "", key: String = "admin-key"
  ) async throws -> IngestStand.Answer {
    try await stand.call(
      method, "/api/templates" + path, [HTTPHeader("Authorization", "Bearer \(key)")],
      Array(body.utf8))
  }

  func known(_ account: String = "9001", _ name: String = "order") throws -> MirroredTemplate? {
    try store.templates().first { $0.account.text == account && $0.name == name }
  }

  func queue(_ count: Int, _ template: String, for sender: String) throws {
    let now = try store.now()
    let sends = (0..<count).map { index in
      var send = NewSend(
        id: .random(at: now), sender: SenderID(sender), recipient: "+3933312345\(10 + index)",
        content: Array("{}".utf8), due: now, expires: now + .seconds(3600))
      send.template = template
      return send
    }
    _ = try store.take(
      IntakeBatch(log: "log", partition: 1, from: 0, next: Int64(count), sends: sends))
  }
}

@Suite struct TemplateChangeTests {
  private static let draft =
    #"{"account":"9001","name":"fresh","language":"it","category":"UTILITY","components":[{"type":"BODY","text":"Hi {{1}}, bye.","example":{"body_text":[["Ann"]]}}]}"#

  @Test("a template is made at Meta, and known here at once as Meta answered")
  func create() async throws {
    let world = try World()
    let answer = try await world.call("POST", "", Self.draft)
    #expect(answer.status == 200, "\(answer.text)")
    let asked = try #require(world.provider.asked.first)
    #expect(asked.method == "POST" && asked.target == "/v24.0/9001/message_templates")
    #expect(asked.authorization == "Bearer token-own" && !asked.body.contains("account"))
    let shown = try #require(try answer.json["templates"]?.items?.first)
    #expect(shown["status"]?.string == "PENDING" && shown["id"]?.string == "7001")
    #expect(shown["category"]?.string == "MARKETING", "the one that Meta has chosen")
    #expect(try world.known("9001", "fresh")?.format == "POSITIONAL")
    let one = try await world.call("GET", "/9001/fresh", key: "acme-reader")
    #expect(try one.json["templates"]?.items?.count == 1)
    #expect(try await world.call("GET", "/9001/fresh", key: "beta-reader").status == 404)
  }

  @Test(
    "what is wrong with a template is told before Meta is asked, and whose account it is counts",
    arguments: [
      (#"{"account":"9001"}"#, "admin-key", 422, "/name"),
      (draft.replacing("9001", with: "nobody"), "admin-key", 422, "/account"),
      (
        draft.replacing(#""account":"9001""#, with: #""sender":"nobody""#), "admin-key", 422,
        "/sender"
      ),
      (draft.replacing(#""account":"9001","#, with: ""), "admin-key", 422, "/account"),
      (draft.replacing("9001", with: "9002"), "acme-admin", 422, "/account"),
      (draft.replacing("9001", with: "102290129340398"), "acme-admin", 422, "/account"),
      (draft.replacing(#""account":"9001""#, with: #""sender":"own""#), "acme-admin", 200, nil),
      (draft.replacing("9001", with: "9002"), "admin-key", 200, nil),
      (draft, "acme-key", 403, nil),
    ] as [(String, String, Int, String?)])
  func refused(body: String, key: String, status: Int, pointer: String?) async throws {
    let world = try World()
    let answer = try await world.call("POST", "", body, key: key)
    #expect(answer.status == status, "\(answer.text)")
    if let pointer {
      #expect(try answer.json["errors"]?.items?.first?["pointer"]?.string == pointer)
    }
    #expect(world.provider.asked.count == (status == 200 ? 1 : 0))
  }

  @Test("what Meta refuses is told in its words, and changes nothing here")
  func refusedByMeta() async throws {
    let world = try World()
    let answer = try await world.call(
      "POST", "", Self.draft.replacing("fresh", with: "refuse_me"))
    #expect(answer.status == 502 && answer.text.contains("No such luck"), "\(answer.text)")
    #expect(try world.known("9001", "refuse_me") == nil)
    let away = try await world.call("POST", "", Self.draft.replacing("9001", with: "9004"))
    #expect(away.status == 504)
  }

  private static let change = #"{"components":[{"type":"BODY","text":"Hello again."}]}"#

  @Test(
    "an edited template is in review: its sends wait until it is approved, and it is not edited under those that wait"
  )
  func edit() async throws {
    let world = try World()
    let key = TemplateKey(name: "order", language: "it")
    try world.queue(2, key.text, for: "own")
    let refused = try await world.call("PATCH", "/9001/order/it", Self.change)
    #expect(refused.status == 409 && refused.text.contains("2 sends"), "\(refused.text)")
    #expect(world.provider.asked.isEmpty)
    let forced = Self.change.dropLast() + #","force":true}"#
    let answer = try await world.call("PATCH", "/9001/order/it", String(forced))
    #expect(answer.status == 200 && answer.text.contains("review"), "\(answer.text)")
    let asked = try #require(world.provider.asked.first)
    #expect(asked.target == "/v24.0/t9001" && !asked.body.contains("force"))
    let known = try #require(try world.known())
    #expect(known.status == "PENDING")
    #expect(String(decoding: known.components, as: UTF8.self).contains("again"))
    let flow = try #require(
      try world.store.laneWaits().first { $0.sender.text == "own" }?.flows.first)
    #expect(flow.waiting == 2 && flow.reason.contains("review"), "\(flow)")
    #expect(flow.waits.until == nil, "it ends when somebody ends it")
    try world.store.hold(
      template: key.text, of: [SenderID("own")], until: .distantFuture, because: "rejected")
    let later = try world.store.laneWaits().first { $0.sender.text == "own" }?.flows.first
    #expect(later?.reason == "rejected")
  }

  @Test("while Meta has not answered nothing goes out as a template that may be in review")
  func unanswered() async throws {
    let world = try World()
    try world.queue(1, TemplateKey(name: "order", language: "it").text, for: "away")
    let forced = Self.change.dropLast() + #","force":true}"#
    // Where others keep this one waiting for longer than it is held, it is asked again.
    var flow: HeldFlow?
    for _ in 0..<5 where flow?.waits.until == nil {
      #expect(try await world.call("PATCH", "/9004/order/it", String(forced)).status == 504)
      flow = try world.store.laneWaits().first { $0.sender.text == "away" }?.flows.first
    }
    #expect(flow?.reason.contains("being edited") == true && flow?.waits.until != nil)
    #expect(try world.known("9004")?.status == "APPROVED")
    #expect(try world.store.templateLists().allSatisfy { $0.account.text != "9004" || $0.isWanted })
  }

  @Test("one language or all are deleted, unless sends wait for them; the lock of the name is told")
  func delete() async throws {
    let world = try World()
    try world.add("order", "en", id: "t-en")
    try world.queue(1, TemplateKey(name: "order", language: "it").text, for: "own")
    #expect(try await world.call("DELETE", "/9001/order").status == 409)
    let one = try await world.call("DELETE", "/9001/order/en")
    #expect(one.status == 200 && one.text.contains("30 days"), "\(one.text)")
    let asked = try #require(world.provider.asked.first)
    #expect(asked.method == "DELETE")
    #expect(asked.target == "/v24.0/9001/message_templates?name=order&hsm_id=t-en")
    #expect(try await world.call("DELETE", "/9001/order/en").status == 404)
    let all = try await world.call("DELETE", "/9001/order?force=true")
    #expect(all.status == 200)
    #expect(world.provider.asked.last?.target == "/v24.0/9001/message_templates?name=order")
    #expect(
      try world.store.templates().filter { $0.account.text == "9001" }.map(\.status)
        == ["DELETED", "DELETED"])
  }

  @Test(
    "a template that Meta has paused for its pace is set going again, and what was held goes on")
  func unpause() async throws {
    let world = try World()
    let key = TemplateKey(name: "order", language: "it")
    try world.add("order", id: "t9001", status: "PAUSED")
    try world.queue(1, key.text, for: "own")
    try world.store.hold(
      template: key.text, of: [SenderID("own")], until: .distantFuture, because: "paused")
    let answer = try await world.call("POST", "/9001/order/it/unpause")
    #expect(answer.status == 200, "\(answer.text)")
    #expect(world.provider.asked.first?.target == "/v24.0/t9001/unpause")
    #expect(try world.known()?.status == "APPROVED")
    let flows = try world.store.laneWaits().first { $0.sender.text == "own" }?.flows ?? []
    #expect(!flows.contains { $0.reason.contains("paused") }, "\(flows)")
    try world.add("slow", id: "stuck", status: "PAUSED")
    let stuck = try await world.call("POST", "/9001/slow/it/unpause")
    #expect(stuck.status == 502 && stuck.text.contains("It is not paused"))
    #expect(try world.known("9001", "slow")?.status == "PAUSED")
  }

  @Test("at Twilio a content is made and its approval asked for; it is not edited")
  func twilio() async throws {
    let world = try World()
    let account = FakeProvider.account
    let body = Self.draft.replacing("9001", with: account)
    let answer = try await world.call("POST", "", body)
    #expect(answer.status == 200, "\(answer.text)")
    #expect(
      world.provider.asked.map(\.target) == [
        "/v1/Content", "/v1/Content/HX00000000000000000000000000000001/ApprovalRequests/whatsapp",
      ])
    let content = try JSONDocument(Array(world.provider.asked[0].body.utf8)).root
    #expect(content["types"]?["twilio/text"]?["body"]?.string == "Hi {{1}}, bye.")
    #expect(content["variables"]?["1"]?.string == "Ann")
    let known = try #require(try world.known(account, "fresh"))
    #expect(known.status == "RECEIVED" && known.id == "HX00000000000000000000000000000001")
    let edited = try await world.call("PATCH", "/\(account)/order/it", Self.change)
    #expect(edited.status == 422)
    #expect(try await world.call("POST", "/\(account)/order/it/unpause").status == 422)
    // Sends name it by its id.
    try world.queue(1, TemplateKey(name: "HX1", language: "en").text, for: "content")
    #expect(try await world.call("DELETE", "/\(account)/order").status == 409)
    #expect(try await world.call("DELETE", "/\(account)/order?force=true").status == 200)
    #expect(world.provider.asked.last?.target == "/v1/Content/HX1")
  }
}
