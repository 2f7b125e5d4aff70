import Domain
import Events
import JSON
import Providers
import Testing
import Time

/// What an action of Meta's form is told.
@Suite struct MetaWebhookFormTests {
  private static let tenant = Tenant(app: "crm", company: "acme")
  private static let now = Timestamp(seconds: 1_790_000_000)
  private static let send = SendID.derived(tenant: .none, idempotencyKey: "a", item: 0)
  private static let sender = Sender(
    id: SenderID("meta"), channel: .metaWhatsApp, account: AccountID("W1"),
    address: "106540352242922", tenant: tenant)

  private static func told(
    _ event: ActionEvent, _ shown: [SenderID: String] = [:]
  ) throws -> JSONValue? {
    guard let body = MetaWebhookForm.body(of: event.body, shown: shown) else { return nil }
    let root = try JSONDocument(body).root
    #expect(root["object"]?.string == "whatsapp_business_account")
    let entry = try #require(root["entry"]?.items?.first)
    #expect(entry["id"]?.string == "W1")
    let change = try #require(entry["changes"]?.items?.first)
    #expect(change["field"]?.string == "messages")
    let value = try #require(change["value"])
    #expect(value["messaging_product"]?.string == "whatsapp")
    #expect(value["metadata"]?["phone_number_id"]?.string == "106540352242922")
    return value
  }

  private static func about(_ metadata: String? = nil) -> ActionEvent.About {
    ActionEvent.About(
      send: send, sender: SenderID("meta"), attempt: 1, metadata: metadata.map { Array($0.utf8) })
  }

  private static func change(
    _ state: SendState, to person: PersonAddress = PersonAddress("+393331234567"),
    code: String? = nil,
    detail: String? = nil, metadata: String? = nil
  ) -> ActionEvent {
    ActionEvent(
      state, version: 3, of: about(metadata), to: person, from: sender,
      providerID: ProviderID("wamid.OUT"), at: now, code: code,
      detail: detail.map { Array($0.utf8) })
  }

  private static func callback(_ json: String) throws -> ProviderCallback {
    let body =
      #"{"entry":[{"id":"W1","changes":[{"field":"messages","value":{"metadata":{"display_phone_number":"15550100001","phone_number_id":"106540352242922"},"statuses":[\#(json)]}}]}]}"#
    let items = try MetaWebhook.read(Array(body.utf8), receivedAt: now)
    guard case .callback(let callback)? = items.first else {
      throw WebhookUnreadable(description: "no callback")
    }
    return callback
  }

  @Test(
    "a state is told by Meta's word, or by nobody",
    arguments: [
      (.sent, "sent"), (.delivered, "delivered"), (.read, "read"), (.failed, "failed"),
      (.undelivered, "failed"), (.expired, "failed"), (.canceled, "failed"), (.accepted, nil),
      (.inDoubt, nil), (.queued, nil),
    ] as [(SendState, String?)])
  func words(state: SendState, word: String?) throws {
    let value = try Self.told(Self.change(state))
    #expect(value?["statuses"]?.items?.first?["status"]?.string == word)
  }

  @Test("a change of ours has our id, the caller's own data and the number as people see it")
  func ours() throws {
    let metadata = #"{"meta":{"biz_opaque_callback_data":"order-1"},"x":1}"#
    let value = try #require(
      try Self.told(
        Self.change(.sent, metadata: metadata), [SenderID("meta"): "15550100001"]))
    #expect(value["metadata"]?["display_phone_number"]?.string == "15550100001")
    let status = try #require(value["statuses"]?.items?.first)
    #expect(status["id"]?.string == Self.send.wamid.text)
    #expect(status["timestamp"]?.string == "1790000000")
    #expect(status["recipient_id"]?.string == "393331234567")
    #expect(status["biz_opaque_callback_data"]?.string == "order-1")
    #expect(status["errors"] == nil && status["recipient_user_id"] == nil)
    #expect(value["contacts"]?.items?.first?["wa_id"]?.string == "393331234567")
    let hidden = try Self.told(Self.change(.sent, to: PersonAddress("US.1349")))?["statuses"]?
      .items?.first
    #expect(hidden?["recipient_user_id"]?.string == "US.1349" && hidden?["recipient_id"] == nil)
    #expect(hidden?["biz_opaque_callback_data"] == nil)
    // The attempt's own mark is not the caller's.
    let unknown = try Self.told(Self.change(.sent))
    #expect(unknown?["metadata"]?["display_phone_number"]?.string == "106540352242922")
  }

  @Test("a callback of Meta's keeps its price and its time, and has our id where it is ours")
  func callbacks() throws {
    let json =
      #"{"id":"wamid.OUT","status":"sent","timestamp":"1789999000","recipient_id":"393331234567","biz_opaque_callback_data":"0190.1","pricing":{"billable":true,"pricing_model":"PMP","category":"utility"}}"#
    let callback = try Self.callback(json)
    let value = try #require(
      try Self.told(ActionEvent(callback, to: Self.tenant, about: Self.about())))
    #expect(value["metadata"]?["display_phone_number"]?.string == "15550100001")
    let status = try #require(value["statuses"]?.items?.first)
    #expect(status["id"]?.string == Self.send.wamid.text)
    #expect(status["timestamp"]?.string == "1789999000")
    #expect(status["pricing"]?["category"]?.string == "utility")
    #expect(status["biz_opaque_callback_data"] == nil)
    let stranger = try Self.told(ActionEvent(callback, to: Self.tenant, about: nil))
    #expect(stranger?["statuses"]?.items?.first?["id"]?.string == "wamid.OUT")
    let played = try Self.callback(
      #"{"id":"wamid.OUT","status":"played","timestamp":"1789999000"}"#)
    let heard = try Self.told(ActionEvent(played, to: Self.tenant, about: nil))
    #expect(heard?["statuses"]?.items?.first?["status"]?.string == "played")
  }

  @Test(
    "why a message failed is told by Meta's code",
    arguments: [
      ("131026", .failed, 131026, "Message undeliverable"),
      ("window-closed", .failed, 131047, "Re-engagement message"),
      ("opted-out", .failed, 131050, "User has stopped marketing messages"),
      (nil, .expired, 131026, "Message undeliverable"),
      (nil, .canceled, 131000, "Something went wrong"),
      ("in-doubt", .failed, 131000, "Something went wrong"),
    ] as [(String?, SendState, Int, String)])
  func failures(code: String?, state: SendState, told: Int, title: String) throws {
    let detail = #"{"reason":"It did not work."}"#
    let value = try Self.told(Self.change(state, code: code, detail: detail))
    let error = try #require(value?["statuses"]?.items?.first?["errors"]?.items?.first)
    #expect(error["code"]?.integer == Int64(told) && error["title"]?.string == title)
    #expect(error["message"]?.string == title)
    #expect(error["error_data"]?["details"]?.string == "It did not work.")
  }

  private static func inbound(_ item: String, contact: String = "") throws -> InboundMessage {
    let body =
      #"{"entry":[{"id":"W1","changes":[{"field":"messages","value":{"metadata":{"display_phone_number":"15550100001","phone_number_id":"106540352242922"},\#(contact)"messages":[\#(item)]}}]}]}"#
    let items = try MetaWebhook.read(Array(body.utf8), receivedAt: now)
    guard case .inbound(let message)? = items.first else {
      throw WebhookUnreadable(description: "no message")
    }
    return message
  }

  @Test("a message comes as Meta told it, and names sends of ours by our ids")
  func messages() throws {
    let contact =
      #""contacts":[{"profile":{"name":"Anna"},"wa_id":"393331234567","user_id":"US.1"}],"#
    let item =
      #"{"from":"393331234567","id":"wamid.IN","timestamp":"1","type":"text","text":{"body":"è"},"context":{"from":"1555","id":"wamid.OUT"},"referral":{"a":[1]}}"#
    let message = try Self.inbound(item, contact: contact)
    let plain = try #require(
      try Self.told(ActionEvent(message, to: Self.tenant, isWhatsApp: true)))
    #expect(plain["messages"]?.items?.first?.text == Array(item.utf8))
    let person = try #require(plain["contacts"]?.items?.first)
    #expect(person["profile"]?["name"]?.string == "Anna")
    #expect(person["wa_id"]?.string == "393331234567" && person["user_id"]?.string == "US.1")
    #expect(plain["metadata"]?["display_phone_number"]?.string == "15550100001")
    let answer = try #require(
      try Self.told(
        ActionEvent(message, to: Self.tenant, isWhatsApp: true, answering: Self.send)))
    let said = try #require(answer["messages"]?.items?.first)
    #expect(said["context"]?["id"]?.string == Self.send.wamid.text)
    #expect(said["context"]?["from"]?.string == "1555" && said["id"]?.string == "wamid.IN")
    #expect(said["referral"]?["a"]?.items?.count == 1)
    let reaction = try Self.inbound(
      #"{"from":"393331234567","id":"wamid.R","timestamp":"1","type":"reaction","reaction":{"message_id":"wamid.OUT","emoji":"👍"}}"#
    )
    let liked = try Self.told(
      ActionEvent(reaction, to: Self.tenant, isWhatsApp: true, answering: Self.send))
    let mark = liked?["messages"]?.items?.first?["reaction"]
    #expect(mark?["message_id"]?.string == Self.send.wamid.text && mark?["emoji"]?.string == "👍")
    let anonymous = liked?["contacts"]?.items?.first
    #expect(anonymous?["wa_id"]?.string == "393331234567" && anonymous?["user_id"] == nil)
    let system = try Self.inbound(
      #"{"from":"393331234567","id":"wamid.S","type":"system","system":{"body":"x","wa_id":"1"}}"#)
    let change = try Self.told(ActionEvent(system, to: Self.tenant, isWhatsApp: true))
    #expect(change?["messages"]?.items?.count == 1 && change?["contacts"] == nil)
  }

  @Test("of another provider's numbers, and of what Meta knows nothing of, nothing is told")
  func others() throws {
    var message = try Self.inbound(#"{"from":"39333","id":"wamid.IN","type":"text"}"#)
    message.provider = .twilio
    #expect(
      try Self.told(ActionEvent(message, to: Self.tenant, isWhatsApp: true)) == nil)
    for body in ["", "{}", "[]", #"{"event":"status"}"#, #"{"event":"hand-over"}"#] {
      #expect(MetaWebhookForm.body(of: Array(body.utf8), shown: [:]) == nil)
    }
  }
}
