import Domain
import JSON
import Testing

@Suite struct ObjectDefinitionTests {
  static let sid = "HX" + String(repeating: "a", count: 32)

  static func read(
    _ json: String, templates: ContentCatalog = ContentCatalog()
  ) throws -> ObjectDefinition {
    try ObjectDefinition(try JSONDocument(Array(json.utf8)).root, templates: templates)
  }

  /// `{"name": …, "message": MESSAGE}`
  static func object(_ message: String, _ rest: String = "") -> String {
    #"{"name":"menu","message":\#(message)\#(rest)}"#
  }

  static func faults(_ json: String) -> [String] {
    do {
      _ = try read(json)
      return []
    } catch let faults as FieldFaults {
      return faults.all.map(\.description).sorted()
    } catch {
      return ["\(error)"]
    }
  }

  static let buttons =
    #"{"type":"interactive","interactive":{"type":"button","body":{"text":"Hi {{first_name}}"},"action":{"buttons":[{"type":"reply","reply":{"id":"{{id}}","title":"Yes"}}]}}}"#

  @Test("an object is kept as it was asked for")
  func kept() throws {
    let json = Self.object(Self.buttons, #","about":"Asks.","examples":{"first_name":"Zoë"}"#)
    let object = try Self.read(json)
    #expect(object.name.text == "menu" && object.about == "Asks.")
    #expect(object.examples == ["first_name": "Zoë"])
    #expect(object.names(on: .metaWhatsApp) == ["first_name", "id"])
    #expect(ObjectDefinition(stored: object.json) == object)
  }

  /// Every kind, with placeholders where they may stand, and what is sent with the values n and m.
  static let kinds: [(message: String, sent: Message.Content)] = [
    (#"{"body":"a {{n}} b {{ m }} c {{n}}"}"#, .text(TextMessage("a N b M c N"))),
    (
      #"{"type":"image","image":{"link":"https://h/{{n}}","caption":"{{m}}"}}"#,
      .media(Media(.image, .link("https://h/N"), caption: "M"))
    ),
    (#"{"type":"audio","audio":{"id":"{{n}}"}}"#, .media(Media(.audio, .id("N")))),
    (
      #"{"location":{"latitude":1,"longitude":2,"name":"{{n}}"}}"#,
      .location(Location(latitude: 1, longitude: 2, name: "N"))
    ),
    (
      #"{"interactive":{"type":"location_request_message","body":{"text":"{{n}}"},"action":{"name":"send_location"}}}"#,
      .locationRequest(body: "N")
    ),
    (
      #"{"interactive":{"type":"request_contact_info","body":{"text":"{{n}}"},"action":{"name":"request_contact_info"}}}"#,
      .contactRequest(body: "N")
    ),
    (
      #"{"interactive":{"type":"button","body":{"text":"b"},"action":{"buttons":[{"reply":{"id":"1","title":"{{n}}"}},{"reply":{"id":"2","title":"{{m}}"}}]}}}"#,
      .buttons(
        ReplyButtons(
          body: "b", buttons: [.init(id: "1", title: "N"), .init(id: "2", title: "M")]))
    ),
    (
      #"{"interactive":{"type":"list","body":{"text":"b"},"action":{"button":"o","sections":[{"rows":[{"id":"{{n}}","title":"{{m}}"}]}]}}}"#,
      .list(
        ListMessage(
          body: "b", button: "o", sections: [.init(rows: [.init(id: "N", title: "M")])]))
    ),
    (
      #"{"interactive":{"type":"cta_url","body":{"text":"b"},"action":{"parameters":{"display_text":"{{n}}","url":"https://h/{{m}}"}}}}"#,
      .callToAction(CallToAction(body: "b", label: "N", url: "https://h/M"))
    ),
    (
      #"{"interactive":{"type":"flow","body":{"text":"b"},"action":{"parameters":{"flow_id":"7","flow_cta":"{{n}}","flow_token":"{{m}}"}}}}"#,
      .flow(FlowMessage(body: "b", flow: .id("7"), label: "N", token: "M"))
    ),
    (
      #"{"interactive":{"type":"product","action":{"catalog_id":"c","product_retailer_id":"{{n}}"}}}"#,
      .product(ProductMessage(Product(catalog: "c", id: "N")))
    ),
    (
      #"{"template_name":"hello","language_code":"it","parameters":{"1":"{{n}}"}}"#,
      .template(Template(name: "hello", language: "it", parameters: [.init("1", "N")]))
    ),
    (#"{"body":"no placeholder { or }}"}"#, .text(TextMessage("no placeholder { or }}"))),
  ]

  @Test("every kind is filled with values", arguments: kinds)
  func filled(message: String, sent: Message.Content) throws {
    let object = try Self.read(Self.object(message))
    let values = ["n": "N", "m": "M"]
    #expect(try object.message(on: .metaWhatsApp, with: values) == Message(sent))
  }

  @Test("a value adds no field, ends no text, is no placeholder and no template's line")
  func values() throws {
    let object = try Self.read(Self.object(#"{"body":"{{n}}"}"#))
    for value in ["a\"b\\c\n", #"","type":"image"#, "{{m}}", "template-hello+it+a", "😀"] {
      let sent = try object.message(on: .metaWhatsApp, with: ["n": value])
      #expect(sent == Message(.text(TextMessage(value))))
    }
  }

  @Test("a value that is missing is told with its name and place, and one too many is named")
  func missing() throws {
    let object = try Self.read(Self.object(Self.buttons))
    #expect {
      _ = try object.message(on: .metaWhatsApp, with: ["other": "x"])
    } throws: { error in
      (error as? FieldFaults)?.all == [
        FieldFault(
          "/values/first_name",
          "is needed: /message/interactive/body/text has {{first_name}}"),
        FieldFault(
          "/values/id",
          "is needed: /message/interactive/action/buttons/0/reply/id has {{id}}"),
      ]
    }
    #expect(object.unused(of: ["id": "1", "b": "", "a": ""], on: .metaWhatsApp) == ["a", "b"])
  }

  @Test("a value that passes a limit is told where it stands")
  func tooLong() throws {
    let object = try Self.read(
      Self.object(
        #"{"interactive":{"type":"button","body":{"text":"b"},"action":{"buttons":[{"reply":{"id":"1","title":"{{n}}"}}]}}}"#
      ))
    #expect(
      throws: FieldFaults(
        "/message/interactive/action/buttons/0/reply/title",
        "must have at most 20 characters; it has 21")
    ) {
      let value = String(repeating: "x", count: 21)
      _ = try object.message(on: .metaWhatsApp, with: ["n": value])
    }
  }

  static let faulty: [(json: String, faults: [String])] = [
    (#"[]"#, [": must be an object"]), (#"{}"#, ["/message: is needed", "/name: is needed"]),
    (
      #"{"name":"Menu 1","message":{"body":"x"},"colour":1}"#,
      ["/colour: is not known here", "/name: \(ObjectName.rule)"]
    ),
    (
      object(#"{"to":"+39","body":"x","priority":1,"shape":2}"#),
      [
        "/message/priority: is said when the object is sent, not in it",
        "/message/shape: is not known here",
        "/message/to: is said when the object is sent, not in it",
      ]
    ),
    (
      object(#"{"body":"{{}} x"}"#),
      [
        "/message/body: must have a name between {{ and }}: up to 64 letters, digits and underscores, not \"}} x\""
      ]
    ),
    (
      object(#"{"body":"{{first name}}"}"#),
      [
        "/message/body: must have a name between {{ and }}: up to 64 letters, digits and underscores, not \"first name}}\""
      ]
    ),
    (
      object(#"{"template_name":"t","parameters":{"{{n}}":"x"}}"#),
      [
        "/message/parameters/{{n}}: must have no braces in its name: a placeholder stands in texts only"
      ]
    ),
    (
      object(#"{"body":"x"}"#, #","examples":{"a":"b","c":[]}"#),
      ["/examples/c: must be a string, in quotes"]
    ),
    (
      object(#"{"body":"x"}"#, #","examples":{"a":"b"}"#),
      ["/examples/a: is no placeholder of the message"]
    ),
    (
      object(#"{"body":"a\u0000b"}"#), ["/message/body: \(FieldFaults.noZero)"]
    ),
  ]

  @Test("what is wrong with a definition is told at once, with its place", arguments: faulty)
  func definitionFaults(json: String, faults: [String]) {
    #expect(Self.faults(json) == faults)
  }

  static func repeated(_ text: String, _ count: Int, _ separator: String = "") -> String {
    Array(repeating: text, count: count).joined(separator: separator)
  }

  static func interactive(_ type: String, _ action: String, _ rest: String = "") -> String {
    #"{"interactive":{"type":"\#(type)","body":{"text":"b"},"action":\#(action)\#(rest)}}"#
  }

  static func rows(_ count: Int) -> String {
    (0..<count).map { #"{"id":"\#($0)","title":"t"}"# }.joined(separator: ",")
  }

  static func sections(_ count: Int) -> String {
    (0..<count).map { #"{"title":"s","rows":[{"id":"\#($0)","title":"t"}]}"# }
      .joined(separator: ",")
  }

  static func replies(_ titles: [String], id: String = "") -> String {
    let all = titles.enumerated().map { #"{"reply":{"id":"\#($0)\#(id)","title":"\#($1)"}}"# }
    return #"{"buttons":[\#(all.joined(separator: ","))]}"#
  }

  static func products(_ count: Int) -> String {
    let items = repeated(#"{"product_retailer_id":"p"}"#, count, ",")
    return #"{"catalog_id":"c","sections":[{"product_items":[\#(items)]}]}"#
  }

  static func cards(_ count: Int, body: String = "b") -> String {
    let card =
      #"{"header":{"type":"image","image":{"id":"1"}},"body":{"text":"\#(body)"},"action":{"parameters":{"display_text":"l","url":"https://h"}}}"#
    return #"{"cards":[\#(repeated(card, count, ","))]}"#
  }

  static let header = #","header":{"type":"text","text":"h"}"#

  /// What just fits at Meta, what does not, and where that is told: every limit of a field.
  static let limits: [(fits: String, not: String, pointer: String)] = [
    (#"{"body":"\#(repeated("x", 4096))"}"#, #"{"body":"\#(repeated("x", 4097))"}"#, "/body"),
    (
      #"{"image":{"id":"1","caption":"\#(repeated("x", 1024))"}}"#,
      #"{"image":{"id":"1","caption":"\#(repeated("x", 1025))"}}"#, "/image/caption"
    ),
    (
      interactive("button", replies(["1", "2", "3"])),
      interactive("button", replies(["1", "2", "3", "4"])), "/interactive/action/buttons"
    ),
    (
      interactive("button", replies([repeated("x", 20)])),
      interactive("button", replies([repeated("x", 21)])),
      "/interactive/action/buttons/0/reply/title"
    ),
    (
      interactive("button", replies(["{{n}}", "{{m}}"])),
      interactive("button", replies(["{{n}}", "{{n}}"])),
      "/interactive/action/buttons/1/reply/title"
    ),
    (
      interactive("button", replies(["x"], id: repeated("y", 255))),
      interactive("button", replies(["x"], id: repeated("y", 256))),
      "/interactive/action/buttons/0/reply/id"
    ),
    (
      interactive("button", replies(["x"]), #","footer":{"text":"\#(repeated("x", 60))"}"#),
      interactive("button", replies(["x"]), #","footer":{"text":"\#(repeated("x", 61))"}"#),
      "/interactive/footer/text"
    ),
    (
      interactive(
        "button", replies(["x"]), #","header":{"type":"text","text":"\#(repeated("x", 60))"}"#),
      interactive(
        "button", replies(["x"]), #","header":{"type":"text","text":"\#(repeated("x", 61))"}"#),
      "/interactive/header/text"
    ),
    (
      interactive("list", #"{"button":"o","sections":[{"rows":[\#(rows(10))]}]}"#),
      interactive("list", #"{"button":"o","sections":[{"rows":[\#(rows(11))]}]}"#),
      "/interactive/action/sections"
    ),
    (
      interactive("list", #"{"button":"o","sections":[\#(sections(10))]}"#),
      interactive("list", #"{"button":"o","sections":[\#(sections(11))]}"#),
      "/interactive/action/sections"
    ),
    (
      interactive(
        "list", #"{"button":"\#(repeated("x", 20))","sections":[{"rows":[\#(rows(1))]}]}"#),
      interactive(
        "list", #"{"button":"\#(repeated("x", 21))","sections":[{"rows":[\#(rows(1))]}]}"#),
      "/interactive/action/button"
    ),
    (
      interactive(
        "list",
        #"{"button":"o","sections":[{"title":"\#(repeated("x", 24))","rows":[{"id":"\#(repeated("x", 200))","title":"\#(repeated("x", 24))","description":"\#(repeated("x", 72))"}]}]}"#
      ),
      interactive(
        "list",
        #"{"button":"o","sections":[{"title":"t","rows":[{"id":"1","title":"\#(repeated("x", 25))"}]}]}"#
      ), "/interactive/action/sections/0/rows/0/title"
    ),
    (
      interactive("list", #"{"button":"o","sections":[{"rows":[\#(rows(1))]}]}"#),
      interactive(
        "list",
        #"{"button":"o","sections":[{"rows":[{"id":"1","title":"t","description":"\#(repeated("x", 73))"}]}]}"#
      ), "/interactive/action/sections/0/rows/0/description"
    ),
    (
      interactive("list", #"{"button":"o","sections":[{"rows":[\#(rows(1))]}]}"#),
      interactive(
        "list",
        #"{"button":"o","sections":[{"rows":[{"id":"\#(repeated("x", 201))","title":"t"}]}]}"#),
      "/interactive/action/sections/0/rows/0/id"
    ),
    (
      interactive(
        "cta_url", #"{"parameters":{"display_text":"\#(repeated("x", 20))","url":"{{n}}"}}"#),
      interactive(
        "cta_url", #"{"parameters":{"display_text":"\#(repeated("x", 21))","url":"{{n}}"}}"#),
      "/interactive/action/parameters/display_text"
    ),
    (
      interactive("flow", #"{"parameters":{"flow_id":"1","flow_cta":"\#(repeated("x", 20))"}}"#),
      interactive("flow", #"{"parameters":{"flow_id":"1","flow_cta":"\#(repeated("x", 21))"}}"#),
      "/interactive/action/parameters/flow_cta"
    ),
    (
      interactive("product_list", products(30), header),
      interactive("product_list", products(31), header), "/interactive/action/sections"
    ),
    (
      interactive("carousel", cards(2)), interactive("carousel", cards(1)),
      "/interactive/action/cards"
    ),
    (
      interactive("carousel", cards(10)), interactive("carousel", cards(11)),
      "/interactive/action/cards"
    ),
    (
      interactive("carousel", cards(2, body: repeated("x", 160))),
      interactive("carousel", cards(2, body: repeated("x", 161))),
      "/interactive/action/cards/0/body/text"
    ),
    (
      #"{"body":"\#(repeated("x", 4095)){{n}}"}"#, #"{"body":"\#(repeated("x", 4096)){{n}}"}"#,
      "/body"
    ),
    (
      #"{"location":{"latitude":"{{n}}","longitude":"{{m}}"}}"#,
      #"{"location":{"latitude":"{{n}}","longitude":"181"}}"#, "/location/longitude"
    ),
    (
      #"{"template_name":"t","parameters":{"1":"{{n}}","2":"{{m}}"}}"#,
      #"{"template_name":"t","parameters":{"1":"{{n}}","3":"{{m}}"}}"#, "/parameters"
    ),
    (
      #"{"media_url":"{{n}}"}"#, #"{"media_url":["{{n}}","{{n}}"]}"#, "/media_url"
    ),
  ]

  @Test("what no value could bring within a limit is told when it is saved", arguments: limits)
  func limit(fits: String, not: String, pointer: String) throws {
    let names = ["n", "m"].filter { fits.contains("{{\($0)}}") && fits.contains("media_url") }
    let examples = names.map { #""\#($0)":"https://h/a.png""# }.joined(separator: ",")
    let rest = examples.isEmpty ? "" : #","examples":{\#(examples)}"#
    let good = try Self.read(Self.object(fits, rest)).verdict(on: .metaWhatsApp)
    #expect(good.isTaken, "\(good.sentence)")
    let bad = ObjectDefinition(stored: Array(Self.object(not, rest).utf8))
    let faults = try #require(bad).verdict(on: .metaWhatsApp).faults.all
    #expect(faults.map(\.pointer).contains("/message" + pointer), "\(faults)")
  }

  static let verdicts: [(json: String, taken: [Bool])] = [
    (object(#"{"body":"{{n}}"}"#), [true, true, true]),
    (object(#"{"body":"\#(repeated("x", 1601))"}"#), [true, false, false]),
    (object(buttons), [true, false, false]),
    (object(buttons, #","twilio":{"template_name":"\#(sid)"}"#), [true, true, true]),
    (object(#"{"location":{"latitude":1,"longitude":2}}"#), [true, true, false]),
    (object(#"{"template_name":"\#(sid)","parameters":{"1":"{{n}}"}}"#), [false, true, true]),
  ]

  @Test("says of each kind of sender whether it takes the object, and why not", arguments: verdicts)
  func verdict(json: String, taken: [Bool]) throws {
    let verdicts = try Self.read(json).verdicts()
    #expect(verdicts.map(\.channel) == [.metaWhatsApp, .twilioWhatsApp, .twilioSMS])
    #expect(verdicts.map(\.isTaken) == taken)
    for verdict in verdicts {
      #expect(verdict.sentence.contains("does not take it: /message/") == !verdict.isTaken)
    }
  }

  @Test("an object that no sender takes is refused with what each finds")
  func refused() {
    let faults = Self.faults(Self.object(#"{"sticker":{"id":"1","caption":"c"}}"#))
    #expect(faults.contains { $0.hasPrefix("/message/sticker/caption: ") })
    #expect(faults.contains { $0.hasPrefix("/message/sticker/id: is Meta's") })
  }

  @Test("examples are checked as values are")
  func examples() {
    let json = Self.object(
      Self.interactive("button", Self.replies(["{{n}}"])),
      #","examples":{"n":"a title that is much too long"}"#)
    #expect(Self.faults(json).first?.contains("reply/title: must have at most 20") == true)
  }

  @Test("on Twilio what is meant for Twilio goes out, by its content")
  func twilio() throws {
    let object = try Self.read(
      Self.object(
        Self.buttons,
        #","twilio":{"template_name":"\#(Self.sid)","parameters":{"1":"{{first_name}}"}}"#))
    #expect(object.names(on: .twilioWhatsApp) == ["first_name"])
    let sent = try object.message(on: .twilioWhatsApp, with: ["first_name": "Zoë"])
    #expect(
      sent
        == Message(
          .template(Template(name: Self.sid, language: "en", parameters: [.init("1", "Zoë")]))))
  }

  @Test("lists and reply buttons are made as objects before they are sent")
  func onlyObjects() {
    let list = ListMessage(body: "b", button: "o", sections: [])
    #expect(Message(.list(list)).isOnlyForObjects)
    #expect(Message(.buttons(ReplyButtons(body: "b", buttons: []))).isOnlyForObjects)
    #expect(!Message(.text(TextMessage("x"))).isOnlyForObjects)
  }
}
