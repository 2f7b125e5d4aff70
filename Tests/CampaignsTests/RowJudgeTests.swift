import Campaigns
import Domain
import JSON
import Testing

@Suite struct RowJudgeTests {
  private func campaign(
    _ message: String, on channel: Sender.Channel = .metaWhatsApp, recipient: String? = nil,
    kept: [String] = []
  ) throws -> CampaignRows {
    CampaignRows(
      message: try Placeholders(Array(message.utf8)), rules: SendRules(channel: channel),
      recipient: recipient, kept: kept)
  }

  private func judge(
    _ rows: CampaignRows, _ names: [String], _ values: [[String]]
  ) throws -> [Judgement] {
    let (header, read) = try Lists.read(Lists.table(names, values))
    let judge = try RowJudge(rows, header: header)
    return read.map(judge.judge)
  }

  private func faults(_ judgement: Judgement?) -> [String] {
    guard case .faults(let faults) = judgement else { return [] }
    return faults.map { "\($0.line) \($0.field ?? "-") \($0.reason.rawValue)" }
  }

  @Test("a good row is a send with its recipient, its message and the columns beside it")
  func good() throws {
    let rows = try campaign(
      #"{"body":"Hi {{name}}","priority":2}"#, kept: ["zone", "language", "category"])
    let judged = try judge(
      rows, ["Zone", "Phone Number", "name", "language"],
      [["Europe/Rome", "333 1234567", "Anna", ""]])
    guard case .send(let row) = judged.first else {
      Issue.record("\(judged)")
      return
    }
    #expect(row.line == 2)
    #expect(row.recipient.description == "+393331234567")
    #expect(row.kept == ["Europe/Rome", nil, nil])
    #expect(row.request.priority == 2)
    #expect(row.request.message.content == .text(TextMessage("Hi Anna")))
    let again = try SendRequest.all(in: try JSONDocument(row.json).root, as: rows.rules)
    #expect(again == [row.request])
  }

  @Test("all that is wrong with a row is told at once, with its line and field")
  func bad() throws {
    let rows = try campaign(
      #"{"template_name":"promo","language_code":"it","parameters":["{{name}}","{{code}}"]}"#)
    let judged = try judge(
      rows, ["to", "name", "code"],
      [
        ["3,93E+11", " ", ""], ["", "Anna", "7"], ["+393331234567", "a\nb", "7"],
        ["+393331234567", String(repeating: "x", count: 1_025), "7"],
        ["+393331234567", "a\u{0}", "7"], ["+393331234567", "Anna", "7"],
      ])
    #expect(
      judged.map(faults) == [
        ["2 to shortened-number", "2 name empty-value", "2 code empty-value"],
        ["3 to no-recipient"], ["4 name message"],
        ["6 name message", "6 /parameters message"],
        ["7 name unstorable"], [],
      ])
  }

  @Test(
    "an empty value is a fault where a template or an address needs one, and not in a free text")
  func empty() throws {
    let names = ["to", "x"]
    let row = [["+393331234567", ""]]
    for (message, isFault) in [
      (#"{"body":"Hi {{x}}!"}"#, false), (#"{"body":"Hi","metadata":{"a":"{{x}}"}}"#, false),
      (#"{"template_name":"p","parameters":["{{x}}"]}"#, true),
      (#"{"template_name":"p","parameters":["Dear {{x}}"]}"#, true),
      (#"{"template_name":"p{{x}}"}"#, true),
      (#"{"media_url":"https://x.io/{{x}}","body":"c"}"#, true),
      (#"{"body":"Hi","campaign":"a{{x}}"}"#, true),
      (#"{"body":"Hi","fallbackTemplate":{"template_name":"p","parameters":["{{x}}"]}}"#, true),
    ] {
      let judged = try judge(try campaign(message), names, row)
      #expect(faults(judged.first) == (isFault ? ["2 x empty-value"] : []), "\(message)")
    }
    // A text of nothing is no message.
    let nothing = try judge(try campaign(#"{"body":"{{x}}"}"#), names, row)
    #expect(faults(nothing.first) == ["2 x message"])
  }

  @Test("what every row would have wrong is told before the first one")
  func message() throws {
    for (message, sentence) in [
      (#"{"body":"Hi","bodi":"{{x}}"}"#, "the message: /bodi: is not known here"),
      (
        #"{"media_url":["https://x.io/a.png","https://x.io/b.png"]}"#,
        "the message: : must be one message; it makes 2, one a file"
      ),
      (
        #"{"body":"{{x}}","priority":10}"#,
        "the message: /priority: must be a whole number from 0 to 9"
      ),
    ] {
      let header = try UploadHeader(["to", "x"])
      let refusal = #expect(throws: UploadRefusal.self) {
        try RowJudge(try campaign(message), header: header)
      }
      #expect(refusal?.details.contains(sentence) == true, "\(refusal?.details ?? [])")
    }
  }

  @Test("what only a value can have wrong does not refuse the upload")
  func ofTheRow() throws {
    let rows = try campaign(#"{"media_url":"{{link}}","sendAt":"{{when}}"}"#)
    let judged = try judge(
      rows, ["to", "link", "when"],
      [
        ["+393331234567", "https://x.io/a.pdf", "2026-12-01T09:00:00+01:00"],
        ["+393331234567", "no link.pdf", "tomorrow"],
      ])
    #expect(faults(judged.first).isEmpty)
    #expect(Set(faults(judged.last)) == ["3 link message", "3 when message"])
  }

  @Test("a value never turns a text into a template, nor adds values to one")
  func templates() throws {
    let names = ["to", "a", "b"]
    let number = "+393331234567"
    let text = try campaign(#"{"body":"{{a}}{{b}}"}"#)
    let turned = try judge(
      text, names,
      [[number, "template-promo+it+x", ""], [number, "temp", "late-promo"], [number, "a", "b"]])
    #expect(turned.map(faults) == [["2 /body hidden-template"], ["3 /body hidden-template"], []])
    let template = try campaign(#"{"body":"template-promo+it+{{a}}|{{b}}"}"#)
    let added = try judge(
      template, names,
      [[number, "x|y", "z"], [number, "file_link:https://x.io|y", "z"], [number, "x", "z"]])
    #expect(added.map(faults) == [["2 a hidden-template"], ["3 a hidden-template"], []])
    // Twilio's senders know no such strings.
    let onTwilio = try campaign(#"{"body":"{{a}}{{b}}"}"#, on: .twilioSMS)
    #expect(faults(try judge(onTwilio, names, [[number, "template-promo", ""]]).first).isEmpty)
  }

  /// `{{x}}` and `{{y}}` as whole texts, so that a test can put values in by itself.
  @Test(
    "a row gives what the send API makes of the same request, good or bad",
    arguments: Sender.Channel.allCases,
    [
      #"{"body":"{{x}}"}"#, #"{"body":"{{x}}","preview_url":true,"metadata":{"a":1}}"#,
      #"{"text":{"body":"{{x}}"},"expiresAt":"2100-01-01T00:00:00Z"}"#,
      #"{"template_name":"promo","parameters":["{{x}}","fixed","{{y}}"]}"#,
      #"{"template_name":"promo","parameters":{"2":"{{x}}","1":"{{y}}"},"priority":3}"#,
      #"{"template_name":"promo","parameters":{"b":"{{x}}","a":"{{y}}"},"media_url":"https://x.io/a.png"}"#,
      #"{"template":{"name":"promo","language":{"code":"it"},"components":[{"type":"body","parameters":[{"type":"text","text":"{{x}}"},{"type":"text","text":"{{y}}"}]}]}}"#,
      #"{"template_name":"HX0123456789abcdef0123456789abcdef","parameters":{"1":"{{x}}"}}"#,
      #"{"image":{"link":"https://x.io/a.png","caption":"{{x}}"}}"#,
      #"{"body":"{{x}}","fallbackTemplate":{"template_name":"p","parameters":["{{y}}"]}}"#,
    ])
  func asTheAPI(channel: Sender.Channel, message: String) throws {
    let rows = try campaign(message, on: channel)
    let header = try UploadHeader(["to", "x", "y"])
    let judge: RowJudge
    do { judge = try RowJudge(rows, header: header) } catch {
      // What no row can have right: this channel does not know the message.
      let plain = message.replacing("{{x}}", with: "a").replacing("{{y}}", with: "b")
      #expect(sent(plain, "+393331234567", rows.rules) == nil)
      return
    }
    let values = [
      "Anna", "a \"b\" \\", "line\nbreak", "tab\there", "five     spaces", " x ", "é😀",
      String(repeating: "x", count: 1_024), String(repeating: "x", count: 1_025),
      String(repeating: "é", count: 1_601), String(repeating: "x", count: 4_097),
    ]
    let cases = ["+393331234567", "IT.1234567890"].flatMap { to in
      zip(values, values.reversed()).map { [to, $0, $1] }
    }
    let (_, read) = try Lists.read(Lists.table(["to", "x", "y"], cases))
    for (row, fields) in zip(read, cases) {
      let plain = message.replacing("\"{{x}}\"", with: quoted(fields[1]))
        .replacing("\"{{y}}\"", with: quoted(fields[2]))
      let expected = sent(plain, fields[0], rows.rules)
      switch judge.judge(row) {
      case .send(let judged), .heldOut(let judged): #expect(judged.request == expected)
      case .faults(let faults):
        #expect(expected == nil && !faults.isEmpty, "\(faults.map(\.description))")
      }
    }
    #expect(read.count == cases.count)
  }

  private func quoted(_ text: String) -> String {
    var writer = JSONWriter()
    writer.value(text)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// nil where the send API would refuse it.
  private func sent(_ message: String, _ to: String, _ rules: SendRules) -> SendRequest? {
    let json = "{\"to\":\"\(to)\",\(message.dropFirst())"
    guard let value = JSONValue(whole: Array(json.utf8)) else { return nil }
    do { return try SendRequest.all(in: value, as: rules).first } catch { return nil }
  }

  @Test(
    "finds the column of the recipient by its usual names",
    arguments: [
      (["name", "to"], "to"), (["Phone Number", "name"], "Phone Number"),
      (["x", "numero"], "numero"),
      (["telefono", "to"], "to"), (["CELLULARE"], "CELLULARE"), (["Téléphone"], "Téléphone"),
      (["whatsapp", "x"], "whatsapp"), (["handy"], "handy"), (["msisdn"], "msisdn"),
      (["N. tel.", "tel"], "tel"), (["celular"], "celular"), (["phone_number"], "phone_number"),
    ])
  func columns(names: [String], expected: String) throws {
    #expect(try RecipientColumn(in: try UploadHeader(names)).name == expected)
  }

  @Test(
    "says why it cannot tell the column of the recipient",
    arguments: [
      (["name"], nil, "no column has the name of a recipient; name it to"),
      (["phone", "mobile"], nil, "several columns may have the recipient: \"phone\", \"mobile\""),
      (["+393331234567", "Anna"], nil, "the first line has +393331234567 where the names"),
      (
        ["telefono", "x"], "telefno",
        "the campaign's recipient column \"telefno\" is not in the header; did you mean \"telefono\"?"
      ),
    ] as [([String], String?, String)])
  func noColumn(names: [String], said: String?, sentence: String) throws {
    let header = try UploadHeader(names)
    let refusal = #expect(throws: UploadRefusal.self) {
      try RecipientColumn(in: header, said: said)
    }
    #expect(refusal?.details.first?.hasPrefix(sentence) == true)
  }

  @Test("the campaign's own column goes before the usual names")
  func said() throws {
    let header = try UploadHeader(["to", "Kontakt"])
    #expect(try RecipientColumn(in: header, said: "kontakt").place == 1)
  }
}
