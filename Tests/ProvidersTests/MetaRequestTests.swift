import Domain
import JSON
import Providers
import Testing

@Suite struct MetaRequestTests {
  static let sender = MetaSender(phoneNumberID: "1065", token: Secret("token"))

  private func body(_ message: Message, to: String = "+393331234567") throws -> String {
    let attempt = try #require(AttemptID("0191d0c5-7b3a-7c11-8f00-0123456789ab.2"))
    let request = try MetaRequest.send(
      message, to: Recipient(to), from: Self.sender, attempt: attempt)
    #expect(request.path == "/1065/messages")
    #expect(request.headers.first == ProviderHeader("Authorization", "Bearer token"))
    return text(request.body)
  }

  private static let head =
    #"{"messaging_product":"whatsapp","recipient_type":"individual","to":"+393331234567","#
    + #""biz_opaque_callback_data":"0191d0c5-7b3a-7c11-8f00-0123456789ab.2","#

  static let kinds: [(Message.Content, String)] = [
    (
      .text(TextMessage("ciao", preview: true)),
      #""type":"text","text":{"body":"ciao","preview_url":true}}"#
    ),
    (
      .media(Media(.document, .link("https://h/a.pdf"), caption: "c", filename: "a.pdf")),
      #""type":"document","document":{"link":"https://h/a.pdf","caption":"c","filename":"a.pdf"}}"#
    ),
    (
      .media(Media(.image, .link("https://h/a.png"), caption: "c")),
      #""type":"image","image":{"link":"https://h/a.png","caption":"c"}}"#
    ), (.media(Media(.video, .id("7"))), #""type":"video","video":{"id":"7"}}"#),
    (
      .media(Media(.sticker, .link("https://h/a.webp"))),
      #""type":"sticker","sticker":{"link":"https://h/a.webp"}}"#
    ),
    (
      .media(Media(.audio, .id("7"), isVoice: true)),
      #""type":"audio","audio":{"id":"7","voice":true}}"#
    ),
    (
      .location(Location(latitude: 37.4, longitude: -122.1, name: "n")),
      #""type":"location","location":{"latitude":"37.4","longitude":"-122.1","name":"n"}}"#
    ),
    (
      .locationRequest(body: "where?"),
      #""type":"interactive","interactive":{"type":"location_request_message","body":{"text":"where?"},"action":{"name":"send_location"}}}"#
    ),
    (
      .buttons(
        ReplyButtons(
          body: "b", header: .text("h"), footer: "f", buttons: [.init(id: "1", title: "Sì")])),
      #""type":"interactive","interactive":{"type":"button","header":{"type":"text","text":"h"},"body":{"text":"b"},"footer":{"text":"f"},"action":{"buttons":[{"type":"reply","reply":{"id":"1","title":"Sì"}}]}}}"#
    ),
    (
      .list(
        ListMessage(
          body: "b", button: "open",
          sections: [.init(title: "s", rows: [.init(id: "1", title: "t", description: "d")])])),
      #""type":"interactive","interactive":{"type":"list","body":{"text":"b"},"action":{"button":"open","sections":[{"title":"s","rows":[{"id":"1","title":"t","description":"d"}]}]}}}"#
    ),
    (
      .callToAction(
        CallToAction(
          body: "b", header: .media(Media(.image, .link("https://h/i.png"))), label: "l",
          url: "https://h")),
      #""type":"interactive","interactive":{"type":"cta_url","header":{"type":"image","image":{"link":"https://h/i.png"}},"body":{"text":"b"},"action":{"name":"cta_url","parameters":{"display_text":"l","url":"https://h"}}}}"#
    ),
    (
      .reaction(Reaction(to: ProviderID("wamid.X"), emoji: "")),
      #""type":"reaction","reaction":{"message_id":"wamid.X","emoji":""}}"#
    ),
    (
      .template(Template(name: "hello", language: "en_US")),
      #""type":"template","template":{"name":"hello","language":{"code":"en_US"}}}"#
    ),
    (
      .template(
        Template(
          name: "t", language: "it", header: .location(Location(latitude: 1, longitude: 2)),
          parameters: [.init("first_name", "Mario")],
          buttons: [
            .init(index: 0, .url(suffix: "x")), .init(index: 1, .quickReply(payload: "p")),
            .init(index: 2, .copyCode("C1")),
          ])),
      #""type":"template","template":{"name":"t","language":{"code":"it"},"components":["#
        + #"{"type":"header","parameters":[{"type":"location","location":{"latitude":"1.0","longitude":"2.0"}}]},"#
        + #"{"type":"body","parameters":[{"type":"text","parameter_name":"first_name","text":"Mario"}]},"#
        + #"{"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"x"}]},"#
        + #"{"type":"button","sub_type":"quick_reply","index":"1","parameters":[{"type":"payload","payload":"p"}]},"#
        + #"{"type":"button","sub_type":"copy_code","index":"2","parameters":[{"type":"coupon_code","coupon_code":"C1"}]}]}}"#
    ),
    (
      .template(
        Template(
          name: "t", language: "it", header: .media(Media(.document, .link("https://h/a.pdf"))),
          parameters: Template.positional(["a", "b"]))),
      #""type":"template","template":{"name":"t","language":{"code":"it"},"components":["#
        + #"{"type":"header","parameters":[{"type":"document","document":{"link":"https://h/a.pdf"}}]},"#
        + #"{"type":"body","parameters":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}}"#
    ),
  ]

  @Test("says every kind of message in Meta's own form", arguments: kinds)
  func forms(content: Message.Content, expected: String) throws {
    #expect(try body(Message(content)) == Self.head + expected)
  }

  @Test("answers a message, and writes to people whose number is hidden")
  func contextAndRecipient() throws {
    let reply = Message(.text(TextMessage("x")), replyTo: ProviderID("wamid.Q"))
    let root = try parsed(try body(reply, to: "US.13491208655302741918"))
    #expect(root["context"]?["message_id"]?.string == "wamid.Q")
    #expect(root["recipient"]?.string == "US.13491208655302741918")
    #expect(root["to"] == nil)
  }

  @Test("does not send a file that nobody signed")
  func unsigned() {
    let file = Media.Source.stored(StoredFile(bucket: "b", file: "a.pdf"))
    #expect(throws: Inexpressible.self) { try body(Message(.media(Media(.document, file)))) }
    #expect(throws: Inexpressible.self) {
      let header = MessageHeader.media(Media(.document, file))
      return try body(Message(.template(Template(name: "t", language: "it", header: header))))
    }
  }

  @Test("marks as read, with or without typing, and asks for health")
  func others() {
    let id = ProviderID("wamid.Q")
    #expect(
      text(MetaRequest.markRead(id, from: Self.sender).body)
        == #"{"messaging_product":"whatsapp","status":"read","message_id":"wamid.Q"}"#)
    #expect(
      text(MetaRequest.markRead(id, isTyping: true, from: Self.sender).body)
        == #"{"messaging_product":"whatsapp","status":"read","message_id":"wamid.Q","typing_indicator":{"type":"text"}}"#
    )
    #expect(MetaRequest.health(of: Self.sender).path == "/1065?fields=health_status")
  }
}
