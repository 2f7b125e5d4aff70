import Events
import Settings
import Domain
import HTTP
import JSON
import Testing

@testable import Ingest

@Suite struct RelayTests {
  static let settings = """
    relay: { path: "/twilio/sms", sender: "meta", allowedFrom: ["+15551230000", "+12025550123"],
      number: "+14155550199" },
    """

  static func sms(
    _ stand: IngestStand, _ text: String, from: String = "+12025550123", sid: String = "SM7",
    to: String = "+14155550199", token: String = IngestStand.token
  ) async throws -> IngestStand.Answer {
    try await stand.twilio(
      "/in/twilio/sms",
      [
        (name: "AccountSid", value: IngestStand.account), (name: "MessageSid", value: sid),
        (name: "From", value: from), (name: "To", value: to), (name: "Body", value: text),
      ], token: token)
  }

  @Test(
    "the first bar divides, what is around is trimmed, later bars stay",
    arguments: [
      ("+393331234567 | ciao", nil, "+393331234567", "ciao"),
      ("  333 123 4567|a | b|c  ", nil, "333 123 4567", "a | b|c"),
      ("4711 +393331234567\n|\n x \n", "4711", "+393331234567", "x"),
    ] as [(String, String?, String, String)])
  func shape(text: String, pin: String?, to: String, body: String) throws {
    let order = try RelayOrder(text, pin: pin.map(Secret.init))
    #expect((order.to, order.body) == (to, body))
  }

  @Test(
    "what is no order is told from a wrong PIN",
    arguments: [
      ("ciao", nil, .shape), ("| x", nil, .shape), ("+39333 |  ", nil, .shape),
      ("", nil, .shape), ("+393331234567 | x", "4711", .pin), ("47110 +39 | x", "4711", .pin),
      ("4711 x", "4711", .shape),
    ] as [(String, String?, RelayOrder.Fault)])
  func faults(text: String, pin: String?, fault: RelayOrder.Fault) {
    #expect(throws: fault) { try RelayOrder(text, pin: pin.map(Secret.init)) }
  }

  @Test("an order becomes a send of the relay's sender, and the same SMS again the same send")
  func queued() async throws {
    let stand = try IngestStand(Self.settings)
    for _ in 0..<2 {
      let answer = try await Self.sms(stand, "3331234567 | ciao | <tutti>")
      #expect(answer.status == 200)
      #expect(answer.text.contains("<Message>Queued for +393331234567.</Message>"))
    }
    let events = try SendTests.events(stand)
    #expect(events.count == 2)
    #expect(Set(events.map(\.id)).count == 1)
    #expect(events[0].sender == SenderID("meta"))
    #expect(try JSONDocument(events[0].request).root["body"]?.string == "ciao | <tutti>")
    #expect(try stand.records(.inbound).isEmpty)
  }

  @Test(
    "what is wrong is told by SMS, and nothing is queued",
    arguments: [
      ("hello", "Not sent: write &lt;number&gt; | &lt;message&gt;."),
      ("12 | x", "to must be a phone number"),
    ])
  func told(text: String, sentence: String) async throws {
    let stand = try IngestStand(Self.settings)
    let answer = try await Self.sms(stand, text)
    #expect(answer.status == 200)
    #expect(answer.text.contains(sentence))
    #expect(try stand.records(.sends).isEmpty)
  }

  @Test(
    "strangers and other numbers get silence and are counted",
    arguments: [("+12025550199", "+14155550199"), ("+12025550123", "+14155550100")])
  func stranger(from: String, to: String) async throws {
    let stand = try IngestStand(Self.settings)
    let answer = try await Self.sms(stand, "+393331234567 | x", from: from, to: to)
    #expect(answer.status == 200)
    #expect(answer.text.hasSuffix("<Response/>"))
    #expect(stand.count("postrider_relay_sms_total{outcome=\"stranger\"}") == 1)
    #expect(try stand.records(.sends).isEmpty)
  }

  @Test("an SMS that is not signed by the number's account is 403")
  func forged() async throws {
    let stand = try IngestStand(Self.settings)
    #expect(try await Self.sms(stand, "+393331234567 | x", token: "else").status == 403)
  }

  @Test("with a PIN an SMS without it sends nothing, and the PIN goes no further")
  func pin() async throws {
    let stand = try IngestStand(
      "relay: { sender: \"meta\", allowedFrom: [\"+12025550123\"], pin: \"471147\" },")
    let refused = try await Self.sms(stand, "+393331234567 | x").text
    #expect(refused.contains("the PIN is missing or wrong. Write &lt;PIN&gt; &lt;number&gt; |"))
    let shapeless = try await Self.sms(stand, "471147 hello").text
    #expect(shapeless.contains("write &lt;PIN&gt; &lt;number&gt; | &lt;message&gt;."))
    #expect(try await Self.sms(stand, "471147 +393331234567 | x").text.contains("Queued"))
    let records = try stand.records(.sends)
    #expect(records.count == 1)
    let value = String(decoding: records.first?.value ?? [], as: UTF8.self)
    #expect(value.contains("+393331234567"))
    #expect(!value.contains("471147"))
    #expect(try stand.records(.inbound).isEmpty)
  }

  @Test("who wrote is kept with the send, and the fallback template says what was written")
  func fallback() async throws {
    let stand = try IngestStand(
      """
      relay: { path: "/twilio/sms", sender: "meta", allowedFrom: ["+12025550123"],
        number: "+14155550199", fallbackTemplate: {
          template_name: "note", language_code: "it", parameters: ["Marta", "<{text}>"] } },
      """)
    #expect(try await Self.sms(stand, "+393331234567 | ciao\n  a tutti").text.contains("Queued"))
    let json = try #require(try SendTests.events(stand).first).request
    let request = try JSONDocument(json).root
    #expect(request["metadata"]?["relay"]?.string == "+12025550123")
    #expect(request["fallbackTemplate"]?.kind == .object)
    let text = String(decoding: json, as: UTF8.self)
    #expect(text.contains("\"note\"") && text.contains("<ciao a tutti>"))
  }

  @Test("a template in one line goes out as that template")
  func template() async throws {
    let stand = try IngestStand(Self.settings)
    let answer = try await Self.sms(stand, "+393331234567 | template-order+it+Anna|3 PM")
    #expect(answer.text.contains("Queued"))
    let root = try JSONDocument(try #require(try SendTests.events(stand).first).request).root
    let read = try SendRequest.all(in: root, as: SendRules(channel: .metaWhatsApp))
    let template = Template(
      name: "order", language: "it", parameters: Template.positional(["Anna", "3 PM"]))
    #expect(read.first?.message.content == .template(template))
  }

  @Test(
    "a number whose account is not known here takes no orders",
    arguments: [
      "", "accountSid: \"AC00000000000000000000000000000009\"", "authToken: \"somebody-elses\"",
    ])
  func unownedNumber(more: String) {
    let relay = """
      relay: {
        sender: "meta", allowedFrom: ["+12025550123"], number: "+12025550177", \(more)
      },
      """
    #expect(throws: SettingsRefused.self) { try IngestStand(relay) }
  }

  @Test("a budget holds for each phone alone")
  func budget() async throws {
    let stand = try IngestStand(
      """
      relay: { sender: "meta", allowedFrom: ["+12025550123", "+12025550124"], budget: "1/1h" },
      """)
    let order = "+393331234567 | x"
    #expect(try await Self.sms(stand, order, sid: "SM1").text.contains("Queued"))
    #expect(try await Self.sms(stand, order, sid: "SM2").text.contains("too many"))
    #expect(
      try await Self.sms(stand, order, from: "+12025550124", sid: "SM3").text.contains("Queued"))
    #expect(try stand.records(.sends).count == 2)
  }
}
