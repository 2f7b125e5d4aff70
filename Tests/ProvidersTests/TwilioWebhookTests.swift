import Events
import Domain
import JSON
import Providers
import Testing
import Time

@Suite struct TwilioWebhookTests {
  static let now = Timestamp(seconds: 1_764_100_100)

  private func item(
    _ form: [UInt8], query: String? = nil, token: String? = nil
  ) throws -> WebhookItem {
    try TwilioWebhook.read(
      FormFields(form), query: query.map { try FormFields(Array($0.utf8)) }, token: token,
      tenant: Tenant(app: "crm", company: "acme"), receivedAt: Self.now)
  }

  private func callback(
    _ form: [UInt8], query: String? = nil, token: String? = nil
  ) throws -> ProviderCallback {
    guard case .callback(let callback) = try item(form, query: query, token: token) else {
      throw WebhookUnreadable(description: "not a callback")
    }
    return callback
  }

  private func inbound(_ form: [UInt8]) throws -> InboundMessage {
    guard case .inbound(let message) = try item(form) else {
      throw WebhookUnreadable(description: "not an inbound message")
    }
    return message
  }

  @Test("reads a callback with the attempt that its address carries")
  func read() throws {
    let callback = try callback(
      Fixture["twilio_status_read.form"],
      query: "send=0191d0c5-7b3a-7c11-8f00-0123456789ab&attempt=3&x=1", token: "tok-1")
    #expect(callback.meaning == .wentOut(.read))
    #expect(callback.attempt == AttemptID("0191d0c5-7b3a-7c11-8f00-0123456789ab.3"))
    #expect(callback.account == AccountID("AC00000000000000000000000000000001"))
    #expect(callback.to == "+393331234567")
    #expect(callback.from == "+14155238886")
    #expect(callback.tenant == Tenant(app: "crm", company: "acme"))
    #expect(callback.eventID == "AC00000000000000000000000000000001:tok-1")
    let raw = try JSONDocument(callback.raw).root
    #expect(raw["SomethingNew"]?.string == "kept")
    #expect(raw.fields?.count == 14)
  }

  @Test("a channel before an address is no part of it", arguments: ["whatsapp%3A", "rcs%3A", ""])
  func channels(channel: String) throws {
    let form =
      "MessageSid=SM1&AccountSid=AC1&MessageStatus=read&To=\(channel)%2B393331234567&From=\(channel)acme"
    let callback = try callback(Array(form.utf8))
    #expect(callback.to == "+393331234567" && callback.from == "acme")
    #expect(callback.meaning == .wentOut(.read))
  }

  @Test("reads failures with code and text")
  func failures() throws {
    let undelivered = try callback(Fixture["twilio_status_undelivered.form"])
    #expect(undelivered.meaning == .failed(.undelivered))
    #expect(undelivered.code == 30003)
    #expect(undelivered.from == "MG00000000000000000000000000000001")
    #expect(undelivered.attempt == nil)
    #expect(
      undelivered.eventID
        == "AC00000000000000000000000000000001:SM00000000000000000000000000000002:undelivered")
    let failed = try callback(Fixture["twilio_status_failed.form"])
    #expect(failed.meaning == .failed(.failed))
    #expect(failed.text?.hasPrefix("Message failed to send") == true)
  }

  @Test(
    "knows Twilio's words",
    arguments: [
      ("accepted", ProviderCallback.Meaning.wentOut(.accepted)), ("scheduled", .wentOut(.accepted)),
      ("queued", .wentOut(.accepted)), ("sending", .wentOut(.accepted)), ("sent", .wentOut(.sent)),
      ("delivered", .wentOut(.delivered)), ("read", .wentOut(.read)), ("failed", .failed(.failed)),
      ("undelivered", .failed(.undelivered)), ("canceled", .failed(.canceled)),
      ("partially_delivered", .wentOut(.delivered)), ("transmuted", .nothing),
    ])
  func words(word: String, meaning: ProviderCallback.Meaning) throws {
    let form = "MessageSid=SM1&AccountSid=AC1&MessageStatus=\(word)"
    #expect(try callback(Array(form.utf8)).meaning == meaning)
  }

  @Test("reads every kind of incoming message")
  func kinds() throws {
    let text = try inbound(Fixture["twilio_in_text.form"])
    #expect(text.text == "Città è già 20€ + IVA | ok?")
    #expect(text.contact.text == "+393331234567")
    #expect(text.address == "+14155238886")
    #expect(text.profileName == "Zoë 🌵")
    #expect(text.waID == "393331234567")
    #expect(text.at == Self.now)
    #expect(text.referral == nil)
    let media = try inbound(Fixture["twilio_in_media.form"])
    #expect(media.media.map(\.contentType) == ["image/jpeg", "application/pdf"])
    #expect(media.kind == "image")
    let place = try inbound(Fixture["twilio_in_location.form"])
    #expect(place.location?.latitude == 45.4642)
    #expect(place.location?.name == "Duomo")
    let button = try inbound(Fixture["twilio_in_button.form"])
    #expect(button.reply == InboundReply(kind: .button, id: "yes-1", title: "Confirm"))
    #expect(button.context?.id == ProviderID("SM90f54fe9f03d4cbbb07dbe1cfcfebfea"))
    #expect(button.context?.from == "+14155238886")
    let list = try inbound(Fixture["twilio_in_list.form"])
    #expect(list.reply == InboundReply(kind: .list, id: "row-2", title: "Two"))
    let advert = try inbound(Fixture["twilio_in_referral.form"])
    #expect(advert.context?.isForwarded == true)
    #expect(try JSONDocument(#require(advert.referral)).root["ReferralCtwaClid"]?.string == "c1")
    let hidden = try inbound(Fixture["twilio_in_bsuid.form"])
    #expect(hidden.contact.text == "IT.13491208655302741918")
    #expect(hidden.userID == "IT.13491208655302741918")
  }

  @Test("takes an opt-out from Twilio's word before the person's")
  func optOut() throws {
    let stop = try inbound(Fixture["twilio_in_stop.form"])
    #expect(stop.optOut == .stop)
    #expect(stop.service == "MG00000000000000000000000000000001")
    #expect(stop.address == "+15550001111")
  }

  @Test(
    "takes for an opt-out only a text that is nothing else",
    arguments: [
      ("STOP", OptOutWord.stop), (" stop. ", .stop), ("Unsubscribe!", .stop), ("start", .start),
      ("please stop", nil), ("END", nil), ("yes", nil), ("", nil),
    ] as [(String, OptOutWord?)])
  func said(text: String, word: OptOutWord?) {
    #expect(OptOutWord(said: text) == word)
  }

  @Test(
    "refuses what has no name to keep it by",
    arguments: [
      "", "MessageStatus=sent", "MessageStatus=sent&MessageSid=SM1",
      "MessageStatus=sent&AccountSid=AC1", "MessageSid=SM1&AccountSid=AC1",
      "MessageSid=SM1&AccountSid=AC1&From=%2B39",
      "MessageSid=SM%001&AccountSid=AC1&MessageStatus=sent",
      "MessageSid=SM1&AccountSid=AC1&MessageStatus=sent&Body=%FF", "=&=&==&%",
    ])
  func refusals(form: String) {
    #expect(throws: WebhookUnreadable.self) { try item(Array(form.utf8)) }
  }

  @Test("believes no count that a body states")
  func counts() throws {
    let form =
      "MessageSid=SM1&AccountSid=AC1&From=%2B1&To=%2B2&NumMedia=999999999&MediaUrl0=https://h"
    #expect(try inbound(Array(form.utf8)).media.count == 1)
    #expect(throws: WebhookUnreadable.self) {
      try FormFields(Array(String(repeating: "a=b&", count: 5000).utf8))
    }
  }

  @Test(
    "a place that is on no map is no place",
    arguments: [
      "Latitude=4546&Longitude=9", "Latitude=nan&Longitude=9", "Latitude=1e400&Longitude=9",
      "Latitude=1",
    ])
  func strangePlaces(place: String) throws {
    let message = try inbound(
      Array("MessageSid=SM1&AccountSid=AC1&From=%2B1&To=%2B2&\(place)".utf8))
    #expect(message.location == nil)
    #expect(try InboundMessage(data: message.data) == message)
  }

  @Test("a control character in a field comes back as it was")
  func controlCharacters() throws {
    let form = "MessageSid=SM1&AccountSid=AC1&From=%2B1&To=%2B2&Body=%00%08%0C%1F%7F"
    let message = try inbound(Array(form.utf8))
    #expect(try InboundMessage(data: message.data) == message)
  }

  @Test("answers in TwiML, with nothing in it that XML cannot have")
  func twiML() {
    #expect(text(TwiML.empty) == #"<?xml version="1.0" encoding="UTF-8"?><Response/>"#)
    #expect(
      text(TwiML.message("a & b < c > d\u{0}\u{8}è\n"))
        == #"<?xml version="1.0" encoding="UTF-8"?><Response><Message>a &amp; b &lt; c &gt; dè"#
        + "\n</Message></Response>")
  }
}
