import Domain
import Events
import HTTP
import JSON
import SendStore
import Settings
import TestSupport
import Testing

/// Messages that have a name, saved and sent over the API.
@Suite struct ObjectRouteTests {
  private static let menu = """
    {"name":"menu","message":{"type":"interactive","interactive":{"type":"button",
     "body":{"text":"Hi {{name}}"},
     "action":{"buttons":[{"type":"reply","reply":{"id":"a","title":"Yes"}}]}}}}
    """
  private static let beta = "?app=other&company=beta"

  private func call(
    _ stand: IngestStand, _ method: String, _ target: String, _ body: String = "",
    key: String = "admin-key"
  ) async throws -> IngestStand.Answer {
    try await stand.call(method, "/in" + target, SendTests.bearer(key), Array(body.utf8))
  }

  /// With a store in which both tenants have the menu.
  private func world() async throws -> (IngestStand, StockedStore) {
    let stand = try IngestStand()
    let stock = try StockedStore(stand)
    for owner in [Self.beta, "?app=crm&company=acme"] {
      let saved = try await call(stand, "POST", "/api/objects\(owner)", Self.menu)
      #expect(saved.status == 201, "\(saved.text)")
    }
    return (stand, stock)
  }

  @Test("an object is saved with what each provider makes of it, replaced, listed and forgotten")
  func kept() async throws {
    let (stand, stock) = try await world()
    defer { withExtendedLifetime(stock) {} }
    let shown = try await call(stand, "GET", "/api/objects/menu\(Self.beta)").json
    #expect(shown["version"]?.integer == 1)
    #expect(shown["placeholders"]?.items?.map(\.string) == ["name"])
    let verdicts = shown["verdicts"]?.items ?? []
    #expect(verdicts.map { $0["taken"]?.bool } == [true, false, false])
    #expect(verdicts.last?["errors"]?.items?.isEmpty == false)
    let again = try await call(stand, "POST", "/api/objects\(Self.beta)", Self.menu)
    #expect(again.status == 409)
    let text = #"{"message":{"body":"Hi"}}"#
    let path = "/api/objects/menu\(Self.beta)"
    #expect(try await call(stand, "PUT", "\(path)&version=7", text).status == 409)
    let renamed = try await call(stand, "PUT", path, #"{"name":"other","message":{"body":"Hi"}}"#)
    #expect(renamed.status == 422 && renamed.text.contains("/name"))
    let replaced = try await call(stand, "PUT", "\(path)&version=1", text)
    #expect(replaced.status == 200)
    #expect(try replaced.json["definition"]?["name"]?.string == "menu")
    #expect(try replaced.json["version"]?.integer == 2)
    _ = try await call(stand, "PUT", "/api/objects/again\(Self.beta)", text)
    let first = try await call(stand, "GET", "/api/objects\(Self.beta)&limit=1").json
    #expect(first["objects"]?.items?.map { $0["name"]?.string } == ["again"])
    let next = try #require(first["next"]?.string)
    let second = try await call(stand, "GET", "/api/objects\(Self.beta)&after=\(next)").json
    #expect(second["objects"]?.items?.map { $0["name"]?.string } == ["menu"])
    #expect(second["next"] == nil)
    #expect(try await call(stand, "DELETE", path).status == 204)
    #expect(try await call(stand, "GET", path).status == 404)
  }

  @Test("a key of one tenant has its own objects and sees no others")
  func tenants() async throws {
    let (stand, stock) = try await world()
    defer { withExtendedLifetime(stock) {} }
    _ = try await call(stand, "DELETE", "/api/objects/menu\(Self.beta)")
    func status(_ target: String, _ key: String, _ method: String = "GET") async throws -> Int {
      try await call(stand, method, target, key: key).status
    }
    #expect(try await status("/api/objects/menu", "acme-reader") == 200)
    #expect(try await status("/api/objects/menu", "beta-reader") == 404)
    #expect(try await status("/api/objects/menu?app=crm&company=acme", "beta-reader") == 422)
    #expect(try await status("/api/objects/menu", "acme-key") == 403)
    #expect(try await status("/api/objects/menu", "acme-reader", "DELETE") == 403)
    #expect(try await status("/api/objects/menu", "admin-key") == 422)
    #expect(try await status("/api/objects/menu", "acme-key", "DELETE") == 204)
  }

  @Test("a send that names an object says what that says, alone and in a batch")
  func sent() async throws {
    let (stand, stock) = try await world()
    defer { withExtendedLifetime(stock) {} }
    let send =
      #"{"to":"+393331234567","sender":"meta","object":"menu","values":{"name":"+file_link:x","more":1}}"#
    let one = try await SendTests.send(stand, send)
    #expect(one.status == 202, "\(one.text)")
    #expect(try one.json["warnings"]?.items?.first?.string?.contains("more") == true)
    let many = try await SendTests.send(
      stand, "[\(send),{\"to\":\"+393331234567\",\"sender\":\"meta\",\"object\":\"menu\"}]",
      to: "/in/api/sends")
    #expect(many.status == 202)
    #expect(try many.json.items?.map { $0["state"]?.string } == ["queued", nil])
    let events = try SendTests.events(stand)
    #expect(events.count == 2)
    for event in events {
      let request = try JSONDocument(event.request).root
      #expect(request["object"] == nil && request["values"] == nil)
      #expect(request["interactive"]?["body"]?["text"]?.string == "Hi +file_link:x")
    }
  }

  @Test("an object is sent in a conversation")
  func inConversation() async throws {
    let (stand, stock) = try await world()
    let sender = try #require(
      stand.settings.senders.first { $0.sender.id.text == "meta" }?.sender)
    let person = PersonAddress("+393335000001")
    var report = InboundReport(
      account: sender.account, sender: sender.id, contact: person,
      providerID: ProviderID("wamid.1"), at: try stock.store.now())
    report.words = InboundWords(
      kind: "text", words: "Hello", content: Array("{}".utf8), received: try stock.store.now())
    _ = try stock.store.receive([report])
    let id = ConversationID(of: sender.id, with: person, tenant: sender.tenant)
    let path = "/api/conversations/\(id)/messages"
    let answer = try await call(
      stand, "POST", path, #"{"object":"menu","values":{"name":"you"}}"#)
    #expect(answer.status == 202, "\(answer.text)")
    let event = try #require(try SendTests.events(stand).first)
    #expect(String(decoding: event.request, as: UTF8.self).contains("Hi you"))
    #expect(try await call(stand, "POST", path, #"{"object":"menu"}"#).status == 422)
  }

  @Test(
    "what cannot be sent is told before it is taken",
    arguments: [
      (#""sender":"meta","object":"menu""#, "/values/name", "is needed"),
      (#""sender":"meta","object":"nothing""#, "/object", "is no object"),
      (#""sender":"meta","object":"menu","values":{"name":"a"},"body":"x""#, "/body", "the object"),
      (
        #""sender":"twilio","object":"menu","values":{"name":"a"}"#, "/object",
        "WhatsApp through Twilio does not take it"
      ),
      (#""object":"menu""#, "/sender", "is needed"),
    ])
  func refused(fields: String, pointer: String, detail: String) async throws {
    let (stand, stock) = try await world()
    defer { withExtendedLifetime(stock) {} }
    let answer = try await SendTests.send(stand, #"{"to":"+393331234567",\#(fields)}"#)
    #expect(answer.status == 422)
    let errors = try answer.json["errors"]?.items ?? []
    #expect(errors.map { $0["pointer"]?.string } == [pointer], "\(answer.text)")
    #expect(errors.first?["detail"]?.string?.contains(detail) == true, "\(answer.text)")
  }

  @Test("without the store a send that names an object is put off, and any other is taken")
  func away() async throws {
    let stand = try IngestStand()
    let named = #"{"to":"+393331234567","sender":"meta","object":"menu"}"#
    #expect(try await SendTests.send(stand, named).status == 503)
    #expect(try await SendTests.send(stand, "[\(named)]", to: "/in/api/sends").status == 503)
    #expect(try await SendTests.send(stand, SendTests.text).status == 202)
  }

  @Test("a batch may name so many objects and no more")
  func bound() async throws {
    let (stand, stock) = try await world()
    defer { withExtendedLifetime(stock) {} }
    let items = (0...100).map {
      #"{"to":"+393331234567","sender":"meta","object":"o\#($0)"}"#
    }
    let answer = try await SendTests.send(
      stand, "[\(items.joined(separator: ","))]", to: "/in/api/sends")
    #expect(answer.status == 422 && answer.text.contains("at most 100"))
  }

  @Test("lists and reply buttons are sent as objects, unless the key may send them inline")
  func inline() async throws {
    let (stand, stock) = try await world()
    defer { withExtendedLifetime(stock) {} }
    let buttons = #"""
      "type":"interactive","interactive":{"type":"button","body":{"text":"x"},
      "action":{"buttons":[{"type":"reply","reply":{"id":"a","title":"Yes"}}]}}
      """#
    let list = #"""
      "type":"interactive","interactive":{"type":"list","body":{"text":"x"},"action":{"button":"b",
      "sections":[{"title":"t","rows":[{"id":"a","title":"One"}]}]}}
      """#
    let link = #"""
      "type":"interactive","interactive":{"type":"cta_url","body":{"text":"x"},"action":{"name":"cta_url",
      "parameters":{"display_text":"Go","url":"https://example.com"}}}
      """#
    for (fields, isOnlyObject) in [(buttons, true), (list, true), (link, false)] {
      let body = #"{"to":"+393331234567","sender":"meta",\#(fields)}"#
      let answer = try await SendTests.send(stand, body)
      #expect(answer.status == (isOnlyObject ? 422 : 202), "\(answer.text)")
      if isOnlyObject {
        #expect(answer.text.contains("/interactive") && answer.text.contains("allowInline"))
      }
      let allowed = try await SendTests.send(stand, body, key: "inline-key")
      #expect(allowed.status == 202, "\(allowed.text)")
    }
  }
}
