import Domain
import Events
import HTTP
import JSON
import Platform
import Providers
import Running
import SendStore
import Simulator
import TestSupport
import Testing
import Time

@testable import API

/// Meta's API for messages as software that was written for it speaks with us.
@Suite(.timeLimit(.minutes(5))) struct MetaDropInTests {
  static let phone = "106540352242922"
  static let path = "/in/v24.0/\(phone)/messages"

  static func call(
    _ stand: IngestStand, _ body: String, to path: String = path, key: String = "inline-key",
    _ more: [HTTPHeader] = []
  ) async throws -> IngestStand.Answer {
    try await SendTests.send(stand, body, to: path, key: key, more)
  }

  /// A body with these fields beside the usual ones.
  static func body(_ fields: String, to: String = "393331234567") -> String {
    #"{"messaging_product":"whatsapp","to":"\#(to)",\#(fields)}"#
  }

  static let text = body(#""type":"text","text":{"body":"ciao"}"#)

  static func code(_ answer: IngestStand.Answer) throws -> Int64? {
    try answer.json["error"]?["code"]?.integer
  }

  @Test("a message is taken and answered as Meta does, and is a send like any other")
  func taken() async throws {
    let stand = try IngestStand()
    let answer = try await Self.call(stand, Self.text)
    #expect(answer.status == 200, "\(answer.text)")
    let event = try #require(try SendTests.events(stand).first)
    let root = try answer.json
    #expect(root["messaging_product"]?.string == "whatsapp" && root.fields?.count == 3)
    let contact = try #require(root["contacts"]?.items?.first)
    #expect(contact["input"]?.string == "393331234567")
    #expect(contact["wa_id"]?.string == "393331234567")
    let message = try #require(root["messages"]?.items?.first)
    #expect(message["id"]?.string == event.id.wamid.text && message["message_status"] == nil)
    #expect(event.sender == SenderID("meta") && event.to == "+393331234567")
    #expect(event.tenant == Tenant(app: "other", company: "beta") && event.report == nil)
    #expect(try JSONDocument(event.request).root["body"]?.string == "ciao")
  }

  static let kinds: [(String, String)] = [
    (#""text":{"body":"ciao","preview_url":true}"#, "text"),
    (#""type":"text","recipient_type":"individual","text":{"body":"template-order+it+x"}"#, "text"),
    (#""type":"image","image":{"link":"https://h.example/a.png","caption":"x"}"#, "image"),
    (#""type":"image","image":{"id":"123"}"#, "image"),
    (#""type":"video","video":{"link":"https://h.example/a.mp4"}"#, "video"),
    (#""type":"audio","audio":{"id":"1","voice":true}"#, "audio"),
    (
      #""type":"document","document":{"link":"https://h.example/a.pdf","filename":"a.pdf"}"#,
      "document"
    ),
    (#""type":"sticker","sticker":{"id":"1"}"#, "sticker"),
    (
      #""type":"location","location":{"latitude":45.07,"longitude":"7.69","name":"n","address":"a"}"#,
      "location"
    ),
    (
      #""type":"contacts","contacts":[{"name":{"formatted_name":"Anna Rossi","first_name":"Anna"},"phones":[{"phone":"+39333"}]}]"#,
      "contacts"
    ),
    (
      #""type":"interactive","interactive":{"type":"button","body":{"text":"b"},"action":{"buttons":[{"type":"reply","reply":{"id":"1","title":"t"}}]}}"#,
      "interactive"
    ),
    (
      #""type":"interactive","interactive":{"type":"list","body":{"text":"b"},"action":{"button":"o","sections":[{"rows":[{"id":"1","title":"t"}]}]}}"#,
      "interactive"
    ),
    (
      #""type":"interactive","interactive":{"type":"cta_url","body":{"text":"b"},"action":{"name":"cta_url","parameters":{"display_text":"d","url":"https://h"}}}"#,
      "interactive"
    ),
    (
      #""type":"interactive","interactive":{"type":"location_request_message","body":{"text":"b"},"action":{"name":"send_location"}}"#,
      "interactive"
    ),
    (#""type":"reaction","reaction":{"message_id":"wamid.A","emoji":"👍"}"#, "reaction"),
    (
      #""type":"template","template":{"name":"order","language":{"code":"it","policy":"deterministic"},"components":[{"type":"BODY","parameters":[{"type":"text","text":"1"}]},{"type":"button","sub_type":"URL","index":"0","parameters":[{"type":"text","text":"x"}]}]}"#,
      "template"
    ),
  ]

  @Test("every kind of message is carried")
  func carried() async throws {
    let stand = try IngestStand()
    for (fields, type) in Self.kinds {
      let answer = try await Self.call(stand, Self.body(fields))
      #expect(answer.status == 200, "\(answer.text)")
      let event = try #require(try SendTests.events(stand).last)
      #expect(try JSONDocument(event.request).root["type"]?.string == type, "\(fields)")
      let message = try answer.json["messages"]?.items?.first
      #expect(message?["id"]?.string == event.id.wamid.text)
      #expect(message?["message_status"]?.string == (type == "template" ? "accepted" : nil))
    }
  }

  @Test("the caller's own data, what is answered, and who it goes to stand in the send")
  func around() async throws {
    let stand = try IngestStand()
    let answer = try await Self.call(
      stand,
      Self.body(
        #""context":{"message_id":"wamid.A"},"biz_opaque_callback_data":"order-1","text":{"body":"x"}"#
      ))
    #expect(answer.status == 200, "\(answer.text)")
    let event = try #require(try SendTests.events(stand).first)
    let request = try JSONDocument(event.request).root
    #expect(request["replyTo"]?.string == "wamid.A")
    let own = request["metadata"]?["meta"]?["biz_opaque_callback_data"]
    #expect(own?.string == "order-1")
    let hidden =
      #"{"messaging_product":"whatsapp","recipient":"US.1349","type":"text","text":{"body":"x"}}"#
    let contact = try await Self.call(stand, hidden).json["contacts"]?.items?.first
    #expect(contact?["user_id"]?.string == "US.1349" && contact?["wa_id"] == nil)
  }

  @Test("people are written to as webhooks name them, and as people write numbers")
  func recipients() async throws {
    let stand = try IngestStand()
    for (to, number) in [
      ("393331234567", "+393331234567"), ("+39 333 123-4567", "+393331234567"),
      ("12025550123", "+12025550123"), ("4915112345678", "+4915112345678"),
      // No country's prefix begins like that: it is a number of the sender's own country.
      ("0612345678", "+390612345678"),
    ] {
      let answer = try await Self.call(
        stand, Self.body(#""type":"text","text":{"body":"x"}"#, to: to))
      #expect(answer.status == 200, "\(answer.text)")
      #expect(try SendTests.events(stand).last?.to.text == number)
      #expect(try answer.json["contacts"]?.items?.first?["input"]?.string == to)
    }
  }

  static let faults: [(String, Int64, String)] = [
    (#"{"to":"393331234567","text":{"body":"x"}}"#, 100, "messaging_product"),
    (#"{"messaging_product":"sms","to":"393331234567","text":{"body":"x"}}"#, 100, "whatsapp"),
    (#"{"messaging_product":"whatsapp","text":{"body":"x"}}"#, 131008, "to"),
    (body(#""type":"text""#), 131008, "text"), (body(#""text":{}"#), 131008, "body"),
    (body(#""text":{"body":""}"#), 131009, "body"),
    (body(#""text":{"body":1}"#), 131009, "body"), (body(#""text":"x""#), 131009, "text"),
    (body(#""text":{"body":"\#(String(repeating: "a", count: 4097))"}"#), 131009, "4096"),
    (body(#""text":{"body":"x","colour":"red"}"#), 100, "colour"),
    (body(#""text":{"body":"x"},"colour":"red""#), 100, "colour"),
    (body(#""text":{"body":"x"},"sendAt":"2099-01-01T00:00:00Z""#), 100, "sendAt"),
    (body(#""text":{"body":"x"},"image":{"id":"1"}"#), 100, "image"),
    (body(#""type":"poll","poll":{}"#), 131051, "poll"),
    (body(#""type":"sender""#), 131051, "type"),
    (body(#""type":7"#), 131009, "type"),
    (body(#""type":"image","image":{"id":"1","link":"https://h"}"#), 100, "exactly one"),
    (body(#""type":"image","image":{"link":"ftp://h"}"#), 131009, "image.link"),
    (body(#""type":"audio","audio":{"id":"1","caption":"x"}"#), 100, "caption"),
    (body(#""recipient_type":"group","text":{"body":"x"}"#), 100, "individual"),
    (body(#""recipient_identity_key_hash":"x","text":{"body":"x"}"#), 100, "recipient_identity"),
    (body(#""context":{"message_id":"SM1"},"text":{"body":"x"}"#), 131009, "context.message_id"),
    (body(#""context":{},"text":{"body":"x"}"#), 131008, "context.message_id"),
    (body(#""context":{"message_id":"wamid.A","x":1},"text":{"body":"x"}"#), 100, "context.x"),
    (body(#""context":"wamid.A","text":{"body":"x"}"#), 131009, "context"),
    (body(#""biz_opaque_callback_data":1,"text":{"body":"x"}"#), 131009, "biz_opaque"),
    (
      body(
        #""biz_opaque_callback_data":"\#(String(repeating: "a", count: 513))","text":{"body":"x"}"#),
      131009, "512"
    ),
    (body(#""text":{"body":"x"}"#, to: "12"), 131009, "to"),
    (body(#""text":{"body":"x"}"#, to: "nobody"), 131009, "to"),
    (body(#""text":{"body":"a\u0000b"}"#), 131009, "body"),
    (body(#""type":"template","template":{"name":"order"}"#), 131008, "language"),
    (
      body(
        #""type":"template","template":{"name":"order","language":{"code":"it"},"components":[{"type":"body","parameters":[{"type":"currency","currency":{}}]}]}"#
      ), 100, "currency"
    ),
    (
      body(
        #""type":"template","template":{"name":"order","language":{"code":"it"},"components":[{"type":"body","parameters":[{"type":"text","text":"a\nb"}]}]}"#
      ), 132018, "line break"
    ),
    (
      body(
        #""type":"template","template":{"name":"order","language":{"code":"it"},"components":[{"type":"body","parameters":[{"type":"text","text":"\#(String(repeating: "a", count: 600))"},{"type":"text","text":"\#(String(repeating: "a", count: 600))"}]}]}"#
      ), 132005, "1024"
    ),
    (
      body(
        #""type":"template","template":{"name":"order","language":{"code":"it"},"components":[{"type":"carousel","cards":[]}]}"#
      ), 100, "cards"
    ),
    (body(#""type":"interactive","interactive":{"type":"poll"}"#), 131008, "interactive"),
    ("[]", 100, "object"), ("{", 100, "body"), ("", 100, "body"), ("\"x\"", 100, "object"),
    (
      #"{"messaging_product":"whatsapp","status":"delivered","message_id":"wamid.A"}"#, 100,
      "status"
    ),
    (#"{"messaging_product":"whatsapp","status":"read"}"#, 131008, "message_id"),
    (#"{"messaging_product":"whatsapp","status":"read","message_id":"A"}"#, 131009, "message_id"),
    (
      #"{"messaging_product":"whatsapp","status":"read","message_id":"wamid.A","to":"1"}"#, 100,
      "to"
    ),
    (
      #"{"messaging_product":"whatsapp","status":"read","message_id":"wamid.A","typing_indicator":{"type":"audio"}}"#,
      131009, "typing_indicator"
    ),
    (
      #"{"messaging_product":"whatsapp","status":"read","message_id":"\#(SendID.derived(tenant: .none, idempotencyKey: "a", item: 0).wamid)"}"#,
      131009, "message_id"
    ),
  ]

  @Test("what is wrong is refused at once, with Meta's code and by its name")
  func refused() async throws {
    let stand = try IngestStand()
    for (body, code, name) in Self.faults {
      let answer = try await Self.call(stand, body)
      #expect(answer.status == 400, "\(body): \(answer.text)")
      let error = try #require(try answer.json["error"], "\(answer.text)")
      #expect(error["code"]?.integer == code, "\(body): \(answer.text)")
      #expect(error["message"]?.string?.hasPrefix("(#\(code)) ") == true)
      #expect(error["type"]?.string == "OAuthException")
      #expect(error["error_data"]?["messaging_product"]?.string == "whatsapp")
      let details = error["error_data"]?["details"]?.string
      #expect(details?.contains(name) == true, "\(body): \(answer.text)")
      #expect(error["fbtrace_id"]?.string?.isEmpty == false)
    }
    #expect(try stand.records(.sends).isEmpty)
  }

  @Test("a template is judged by what is known of it")
  func templates() async throws {
    let stand = try IngestStand()
    let stock = try StockedStore(stand)
    defer { withExtendedLifetime(stock) {} }
    let account = AccountID("102290129340398")
    func mirrored(_ name: String, _ status: String, _ components: String) -> MirroredTemplate {
      MirroredTemplate(
        account: account, name: name, language: "it", status: status, category: "UTILITY",
        quality: "", components: Array(components.utf8))
    }
    let components =
      #"[{"type":"HEADER","format":"IMAGE"},{"type":"BODY","text":"{{1}}"},{"type":"BUTTONS","buttons":[{"type":"URL","url":"https://h/{{1}}"}]}]"#
    try stock.store.save(
      [
        mirrored("order", "APPROVED", components), mirrored("off", "DISABLED", "[]"),
        mirrored("held", "PAUSED", "[]"),
      ], of: account)
    try stand.templates.look(at: stock.store)
    let header = #"{"type":"header","parameters":[{"type":"image","image":{"id":"1"}}]}"#
    let words = #"{"type":"body","parameters":[{"type":"text","text":"1"}]}"#
    let button =
      #"{"type":"button","sub_type":"url","index":0,"parameters":[{"type":"text","text":"x"}]}"#
    for (name, parts, status, code) in [
      ("order", [header, words, button], 200, nil), ("order", [words, button], 400, 132012),
      ("order", [header, button], 400, 132000), ("order", [header, words], 400, 131008),
      ("nobody", [], 404, 132001), ("off", [], 400, 132016), ("held", [], 200, nil),
    ] as [(String, [String], Int, Int64?)] {
      let template =
        #""type":"template","template":{"name":"\#(name)","language":{"code":"it"},"components":[\#(parts.joined(separator: ","))]}"#
      let answer = try await Self.call(stand, Self.body(template))
      #expect(answer.status == status, "\(name) \(parts): \(answer.text)")
      #expect(try Self.code(answer) == code, "\(answer.text)")
    }
  }

  @Test("a list or reply buttons need a key that may send them without an object")
  func inline() async throws {
    let stand = try IngestStand()
    let fields = Self.kinds.first { $0.0.contains(#""type":"list""#) }?.0 ?? ""
    let answer = try await Self.call(stand, Self.body(fields), key: "admin-key")
    #expect(answer.status == 403)
    #expect(try Self.code(answer) == 10)
    #expect(answer.text.contains("allowInline"))
  }

  @Test("a request that is repeated under its key is the same send, and another one is refused")
  func repeated() async throws {
    let stand = try IngestStand()
    let stock = try StockedStore(stand)
    defer { withExtendedLifetime(stock) {} }
    let key = [HTTPHeader("Idempotency-Key", "order-1")]
    var ids: Set<String?> = []
    for path in [Self.path, "/in/v25.0/\(Self.phone)/messages"] {
      let answer = try await Self.call(stand, Self.text, to: path, key)
      ids.insert(try answer.json["messages"]?.items?.first?["id"]?.string)
    }
    #expect(ids.count == 1 && ids.first != .some(nil))
    let events = try SendTests.events(stand)
    #expect(Set(events.map(\.request)).count == 1 && Set(events.map(\.id)).count == 1)
    var other = NewSend(
      id: events[0].id, sender: SenderID("meta"), recipient: "+393331234567",
      content: Array("{\"body\":\"other\"}".utf8), due: events[0].due, expires: events[0].expires)
    other.template = ""
    _ = try stock.store.take(
      IntakeBatch(log: "log", partition: 7, from: 0, next: 1, sends: [other]))
    let answer = try await Self.call(stand, Self.text, key)
    #expect(answer.status == 409)
    #expect(try Self.code(answer) == 100)
    let long = [HTTPHeader("Idempotency-Key", String(repeating: "a", count: 256))]
    #expect(try Self.code(try await Self.call(stand, Self.text, long)) == 100)
  }

  @Test("who wants nothing more is refused at once where the store can tell")
  func optedOut() async throws {
    let stand = try IngestStand()
    let stock = try StockedStore(stand)
    defer { withExtendedLifetime(stock) {} }
    try stock.store.optOut("+393331234567", of: SenderID("meta"), .out(.marketing))
    #expect(try await Self.call(stand, Self.text).status == 200)
    try stock.store.optOut("+393331234567", of: SenderID("meta"), .out(.everything))
    let answer = try await Self.call(stand, Self.text)
    #expect(answer.status == 400)
    #expect(try Self.code(answer) == 131050)
  }

  @Test("what cannot be kept now, and a key that has used its rate, are told to come again")
  func later() async throws {
    let closed = try IngestStand(isOpen: false)
    let answer = try await Self.call(closed, Self.text)
    #expect(answer.status == 503 && answer.headers.first(named: "Retry-After") == "2")
    #expect(try Self.code(answer) == 131016)
    let stand = try IngestStand()
    var last = answer
    for _ in 0..<3 { last = try await Self.call(stand, Self.text, key: "slow-key") }
    #expect(last.status == 429 && last.headers.first(named: "Retry-After") != nil)
    #expect(try Self.code(last) == 130429)
    #expect(try SendTests.events(stand).count == 2)
  }

  @Test("a mark as read goes to Meta with the number's own token, and Meta's answer comes back")
  func read() async throws {
    let provider = try FakeProvider()
    let stand = try IngestStand(moreSenders: provider.senders)
    let typing =
      #"{"messaging_product":"whatsapp","status":"read","message_id":"wamid.IN","typing_indicator":{"type":"text"}}"#
    let answer = try await Self.call(stand, typing, to: "/in/v24.0/901/messages")
    #expect(answer.status == 200 && answer.text == #"{"success":true}"#)
    let asked = try #require(provider.asked.first)
    #expect(asked.target == "/v24.0/901/messages" && asked.authorization == "Bearer token-own")
    #expect(asked.body.contains(#""message_id":"wamid.IN""#) && asked.body.contains("typing"))
    #expect(!asked.body.contains("inline-key"))
    let refused =
      #"{"messaging_product":"whatsapp","status":"read","message_id":"wamid.refuse_me"}"#
    let no = try await Self.call(stand, refused, to: "/in/v24.0/901/messages")
    #expect(no.status == 400 && no.text.contains("No such luck"))
    let away = try await Self.call(stand, refused, to: "/in/v24.0/904/messages")
    #expect(away.status == 504)
    #expect(try Self.code(away) == 131016)
    #expect(try stand.records(.sends).isEmpty)
  }
}
