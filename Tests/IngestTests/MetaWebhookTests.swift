import Events
import Domain
import HTTP
import JSON
import Testing

@Suite struct MetaWebhookTests {
  static func body(_ value: String, field: String = "messages") -> String {
    """
    {"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[
    {"field":"\(field)","value":\(value)}]}]}
    """
  }

  static func statuses(_ items: [String], phone: String = "106540352242922") -> String {
    body(
      """
      {"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881",
      "phone_number_id":"\(phone)"},"statuses":[\(items.joined(separator: ","))]}
      """)
  }

  static func status(_ number: Int) -> String {
    """
    {"id":"wamid.\(number)","status":"delivered","timestamp":"1750263773","recipient_id":"39333"}
    """
  }

  static let paths = [
    "/in/api/whatsapp/webhook", "/in/api/WhatsApp/Webhook", "/in/api/waba/?api-key=webhook-key",
  ]

  @Test("the address is verified by the token that the settings have", arguments: paths)
  func verification(path: String) async throws {
    let stand = try IngestStand()
    let mark = path.contains("?") ? "&" : "?"
    let query = "hub.mode=subscribe&hub.challenge=11580&hub.verify_token="
    let right = try await stand.call("GET", path + mark + query + "verify-me")
    #expect((right.status, right.text) == (200, "11580"))
    #expect(try await stand.call("GET", path + mark + query + "other").status == 403)
  }

  @Test("a thousand statuses of one body become a thousand events", arguments: paths)
  func batch(path: String) async throws {
    let stand = try IngestStand()
    let body = Self.statuses((0..<1000).map(Self.status))
    let answer = try await stand.meta(path, body)
    #expect(answer.status == 200)
    let records = try stand.records(.callbacks)
    #expect(Set(records.map(\.key)).count == 1000)
    let event = try #require(records.first).event()
    let callback = try ProviderCallback(data: event.data)
    #expect(callback.account == AccountID("102290129340398"))
    #expect(callback.phoneNumberID == "106540352242922")
  }

  @Test("an item that cannot be read goes to the dead letters and its neighbours go on")
  func malformed() async throws {
    let stand = try IngestStand()
    let items = [Self.status(1), "{\"status\":\"sent\"}", Self.status(2)]
    let answer = try await stand.meta(Self.paths[0], Self.statuses(items))
    #expect(answer.status == 200)
    #expect(try stand.records(.callbacks).count == 2)
    let letter = try #require(try stand.records(.deadLetters).first).event()
    let root = try JSONDocument(letter.data).root
    #expect(root["reason"]?.string == "a status without id")
    #expect(root["value"]?.string == "{\"status\":\"sent\"}")
  }

  @Test("an item over the size of a record is kept as far as it fits, and answered as received")
  func large() async throws {
    let stand = try IngestStand()
    let long = String(repeating: "x", count: 1_100_000)
    let item = "{\"id\":\"wamid.9\",\"status\":\"sent\",\"more\":\"\(long)\"}"
    let answer = try await stand.meta(Self.paths[0], Self.statuses([Self.status(1), item]))
    #expect(answer.status == 200)
    #expect(try stand.records(.callbacks).count == 1)
    let letter = try #require(try stand.records(.deadLetters).first).event()
    #expect(try JSONDocument(letter.data).root["sha256"]?.string?.count == 64)
  }

  @Test(
    "account news are kept whatever they are about",
    arguments: [
      "message_template_status_update", "message_template_components_update", "account_update",
      "phone_number_quality_update", "business_capability_update", "something_new",
    ])
  func account(field: String) async throws {
    let stand = try IngestStand()
    let body = Self.body("{\"event\":\"APPROVED\"}", field: field)
    #expect(try await stand.meta(Self.paths[1], body, secret: "meta-next-secret").status == 200)
    let event = try #require(try stand.records(.account).first).event()
    #expect(try AccountEvent(data: event.data).kind == field)
  }

  @Test(
    "what none of our apps has signed is 403", arguments: [nil, "", "another-secret"] as [String?])
  func unsigned(secret: String?) async throws {
    let stand = try IngestStand()
    let answer = try await stand.meta(
      Self.paths[0], Self.statuses([Self.status(1)]), secret: secret)
    #expect(answer.status == 403)
    #expect(try stand.records(.callbacks).isEmpty)
  }

  @Test("an app may not tell of another app's number")
  func foreign() async throws {
    let stand = try IngestStand(
      """
      apps: [{ appSecret: "second-app-secret", accessToken: "t", wabas: [
        { wabaId: "777", phones: [{ id: "second", phoneNumberId: "888" }] }] }],
      """)
    let ours = Self.statuses([Self.status(1)])
    let theirs = Self.statuses([Self.status(1)], phone: "888")
    #expect(try await stand.meta(Self.paths[0], ours, secret: "second-app-secret").status == 403)
    #expect(try await stand.meta(Self.paths[0], theirs, secret: "second-app-secret").status == 200)
  }

  @Test("a number that is known here without its account goes by itself")
  func accountOfSender() async throws {
    let stand = try IngestStand(
      """
      apps: [{ appSecret: "second-app-secret", accessToken: "t", wabas: [
        { phones: [{ id: "second", phoneNumberId: "888" }] }] }],
      """)
    let body = Self.statuses([Self.status(1)], phone: "888")
    #expect(try await stand.meta(Self.paths[0], body, secret: "second-app-secret").status == 200)
    let event = try #require(try stand.records(.callbacks).first).event()
    #expect(try ProviderCallback(data: event.data).account == AccountID("888"))
  }

  @Test(
    "the key of the address comes on top of the signature",
    arguments: ["/in/api/waba/", "/in/api/waba/?api-key=no", "/in/api/waba/?api-key=reader-key"])
  func key(path: String) async throws {
    let stand = try IngestStand()
    let answer = try await stand.meta(path, Self.statuses([Self.status(1)]))
    #expect(answer.status == 401)
    let unsigned = try await stand.meta(Self.paths[2], Self.statuses([]), secret: nil)
    #expect(unsigned.status == 403)
  }

  @Test("a signed body that is no batch is 400", arguments: ["", "{", "[]", "{\"entry\":1}"])
  func unreadable(body: String) async throws {
    let stand = try IngestStand()
    #expect(try await stand.meta(Self.paths[0], body).status == 400)
  }
}
