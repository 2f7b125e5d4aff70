import Events
import Domain
import HTTP
import JSON
import SendStore
import Testing

@Suite struct UnstorableTextTests {
  @Test(
    "a send whose text no store can keep is refused by its field",
    arguments: [
      (#""body": "a\u0000""#, "/body"), (#""body": "a", "campaign": "c\u0000""#, "/campaign"),
      (#""body": "a", "metadata": {"k": ["x", {"y": "\u0000"}]}"#, "/metadata/k/1/y"),
      (#""body": "a", "metadata": {"k\u0000": 1}"#, "/metadata"),
      (#""template_name": "t", "parameters": {"1": "\u0000"}"#, "/parameters/1"),
      (#""body": "a", "replyTo": "wamid.\u0000""#, "/replyTo"),
      (#""body": "a", "no\u0000": 1"#, ""),
    ])
  func zero(fields: String, pointer: String) async throws {
    let stand = try IngestStand("defaultSender: \"meta\"")
    let body = "{\"to\": \"+393331234567\", \(fields)}"
    let one = try await SendTests.send(stand, body)
    #expect(one.status == 422)
    #expect(try one.json["errors"]?.items?.map { $0["pointer"]?.string } == [pointer])
    let many = try await SendTests.send(stand, "[\(body), \(SendTests.text)]", to: "/in/api/sends")
    #expect(many.status == 202)
    #expect(try many.json.items?.first?["status"]?.integer == 422)
    #expect(try stand.records(.sends).count == 1)
  }

  @Test(
    "half of a surrogate pair in a send is refused by its field",
    arguments: [#"\ud83d"#, #"\ude00"#])
  func surrogate(escape: String) async throws {
    let stand = try IngestStand("defaultSender: \"meta\"")
    let answer = try await SendTests.send(
      stand, "{\"to\": \"+393331234567\", \"body\": \"a\(escape)\"}")
    #expect(answer.status == 422)
    #expect(try answer.json["errors"]?.items?.map { $0["pointer"]?.string } == ["/body"])
    #expect(try stand.records(.sends).isEmpty)
  }

  @Test("a form of Twilio's with U+0000 becomes a record that can be kept, and says so")
  func twilio() async throws {
    let stand = try IngestStand()
    let fields = TwilioWebhookTests.inbound.map { field in
      (name: field.name, value: field.name == "Body" ? "a\0b" : field.value)
    }
    #expect(try await stand.twilio("/in/api/whatsapp/webhook", fields).status == 200)
    let event = try #require(try stand.records(.inbound).first).event()
    #expect(try InboundMessage(data: event.data).text == "a\u{FFFD}b")
    #expect(event.extensions["replaced"] == "U+0000")
    #expect(!String(decoding: event.data, as: UTF8.self).contains(#"\u0000"#))
  }

  @Test(
    "a body of Meta's with what cannot be kept is taken, with U+FFFD in its place",
    arguments: [#"\u0000"#, #"\ud83d"#])
  func meta(escape: String) async throws {
    let stand = try IngestStand()
    let item =
      #"{"id":"wamid.1","status":"sent","timestamp":"1","biz_opaque_callback_data":"x"#
      + escape + "\"}"
    let answer = try await stand.meta(MetaWebhookTests.paths[0], MetaWebhookTests.statuses([item]))
    #expect(answer.status == 200)
    let event = try #require(try stand.records(.callbacks).first).event()
    let text = String(decoding: event.data, as: UTF8.self)
    #expect(text.contains("\u{FFFD}") || text.contains(#"\ufffd"#))
    #expect(!text.contains(escape))
  }

  @Test("a query with U+0000 is refused before the store is asked")
  func query() async throws {
    let stand = try IngestStand()
    let answer = try await stand.call(
      "GET", "/in/api/sends?campaign=a%00", SendTests.bearer("reader-key"))
    #expect(answer.status == 422)
    #expect(try answer.json["errors"]?.items?.first?["pointer"]?.string == "/campaign")
  }

  @Test("an SMS to the relay with U+0000 in its words sends nothing and is told why")
  func relay() async throws {
    let stand = try IngestStand(
      "relay: { sender: \"twilio\", allowedFrom: [\"+15551230000\"], number: \"+14155550199\" }")
    let fields = [
      (name: "AccountSid", value: IngestStand.account), (name: "MessageSid", value: "SM9"),
      (name: "Body", value: "+393331234567 | a\0b"), (name: "To", value: "+14155550199"),
      (name: "From", value: "+15551230000"),
    ]
    let answer = try await stand.twilio("/in/twilio/sms", fields)
    #expect(answer.status == 200)
    #expect(answer.text.contains("U+0000"))
    #expect(try stand.records(.sends).isEmpty)
  }
}
