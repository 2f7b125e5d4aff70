import Campaigns
import Domain
import JSON
import Testing

@Suite struct PlaceholdersTests {
  /// The request of one row, as JSON, or what is wrong with it.
  private func judged(
    _ message: String, _ names: [String], _ values: [String], sms: Bool = true
  ) throws -> (json: JSONValue?, faults: [RowFault]) {
    let rows = CampaignRows(
      message: try Placeholders(Array(message.utf8)),
      rules: SendRules(channel: sms ? .twilioSMS : .metaWhatsApp))
    let upload = Lists.table(["to"] + names, [["+393331234567"] + values])
    let (header, row) = try Lists.firstRow(of: upload)
    switch try RowJudge(rows, header: header).judge(row) {
    case .send(let judged), .heldOut(let judged): return (try JSONDocument(judged.json).root, [])
    case .faults(let faults): return (nil, faults)
    }
  }

  struct Body: CustomTestStringConvertible, Sendable {
    let body: String
    let filled: String
    var testDescription: String { body }
    init(_ body: String, _ filled: String) { (self.body, self.filled) = (body, filled) }
  }

  @Test(
    "fills {{column}} wherever it stands and leaves all other braces",
    arguments: [
      Body("Hi {{name}}!", "Hi Anna!"), Body("{{name}}", "Anna"),
      Body("{{ NAME }}{{Name}}", "AnnaAnna"), Body("{{name}} {{code}}", "Anna 7"),
      Body("{name} {{}} {{ }} {{name", "{name} {{}} {{ }} {{name"),
      Body("{{{name}}}", "{Anna}"), Body("{{{{name}}}}", "{{Anna}}"),
      Body("{{a{b}} }}{{", "{{a{b}} }}{{"), Body("{{na\nme}}", "{{na\nme}}"),
      Body("{{name}", "{{name}"), Body("{ {name} }", "{ {name} }"), Body("{{x{{name}}", "{{xAnna"),
      Body("Città \"{{name}}\" \\ \t", "Città \"Anna\" \\ \t"),
    ])
  func fills(body: Body) throws {
    let message = String(
      decoding: JSONWriter.object { $0.field("body", body.body) }, as: UTF8.self)
    let judged = try judged(message, ["name", "code"], ["Anna", "7"])
    #expect(judged.faults.isEmpty)
    #expect(judged.json?["text"]?["body"]?.string ?? judged.json?["body"]?.string == body.filled)
  }

  @Test(
    "a value stays a value, whatever is in it",
    arguments: [
      #"","to":"+15550001111"#, #"\"#, #"\",""#, "}}", "{{code}}", "line\nbreak\r\tand tab",
      #"\u0022,"x":1"#, "\u{1}\u{1F}\u{7F}", "😀 é \u{2028}", #"{"a":[1,2]}"#,
    ])
  func inert(value: String) throws {
    let judged = try judged(
      #"{"body":"<{{name}}>","metadata":{"name":"{{name}}","fixed":1}}"#, ["name", "code"],
      [value, "7"])
    let json = try #require(judged.json, "\(judged.faults)")
    #expect(json["to"]?.string == "+393331234567")
    #expect((json["text"]?["body"] ?? json["body"])?.string == "<\(value)>")
    #expect(json["metadata"]?["name"]?.string == value)
    #expect(json["metadata"]?.fields?.count == 2)
    #expect(json["x"] == nil)
  }

  @Test("fills every text of a message, and no name")
  func everywhere() throws {
    let message = """
      {"type":"template","template":{"name":"promo","language":{"code":"{{lang}}"},"components":[
      {"type":"header","parameters":[{"type":"image","image":{"link":"https://x.io/{{code}}.png"}}]},
      {"type":"body","parameters":[{"type":"text","text":"{{name}}"}]},
      {"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"{{code}}"}]}]},
      "metadata":{"{{name}}":"{{code}}"}}
      """
    let judged = try judged(
      message, ["name", "lang", "code"], ["Anna", "it", "a/b"], sms: false)
    let json = try #require(judged.json, "\(judged.faults)")
    let text = String(decoding: json.text, as: UTF8.self)
    #expect(text.contains(#""code":"it""#))
    #expect(text.contains(#""link":"https://x.io/a/b.png""#))
    #expect(text.contains(#""text":"Anna""#) && text.contains(#""text":"a/b""#))
    #expect(text.contains(#""metadata":{"{{name}}":"a/b"}"#))
  }

  @Test("a placeholder without a column is told before the first row, with the name that was meant")
  func missing() throws {
    let message = try Placeholders(
      Array(#"{"body":"{{Vorname}} {{citta}} {{firstname}} {{zzz}}"}"#.utf8))
    let header = try UploadHeader(["to", "Città", "First-Name", "vornane"])
    #expect(
      throws: UploadRefusal(
        line: 1,
        [
          "the message has {{Vorname}}, but the upload has no column \"Vorname\"; did you mean {{vornane}}?",
          "the message has {{citta}}, but the upload has no column \"citta\"; did you mean {{Città}}?",
          "the message has {{firstname}}, but the upload has no column \"firstname\"; did you mean {{First-Name}}?",
          "the message has {{zzz}}, but the upload has no column \"zzz\"",
        ])
    ) {
      try RowJudge(
        CampaignRows(message: message, rules: SendRules(channel: .twilioSMS)), header: header)
    }
  }

  @Test(
    "a message that cannot be filled is refused with its place",
    arguments: [
      ("[]", ": must be an object"), ("{", ": not valid JSON, near byte 1"),
      (#"{"to":"+39"}"#, "/to: must be left out: the recipients are in the upload"),
    ])
  func unreadable(message: String, sentence: String) throws {
    let fault = #expect(throws: FieldFaults.self) { try Placeholders(Array(message.utf8)) }
    #expect(fault?.description == sentence)
  }

  @Test("names the columns that it needs, each once")
  func names() throws {
    let message = try Placeholders(Array(#"{"body":"{{a}} {{ B }} {{b}}","x":["{{c}}"]}"#.utf8))
    #expect(message.names == ["a", "B", "c"])
  }
}
