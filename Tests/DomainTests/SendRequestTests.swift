import Domain
import JSON
import Testing
import Time

@Suite struct SendRequestTests {
  static let sid = "HX" + String(repeating: "a", count: 32)

  static func read(
    _ json: String, _ channel: Sender.Channel = .metaWhatsApp,
    templates: ContentCatalog = ContentCatalog()
  ) throws -> [SendRequest] {
    let value = try JSONDocument(Array(json.utf8)).root
    return try SendRequest.all(in: value, as: SendRules(channel: channel, templates: templates))
  }

  static func pointers(_ json: String, _ channel: Sender.Channel = .metaWhatsApp) -> [String] {
    do {
      _ = try read(json, channel)
      return []
    } catch let faults as FieldFaults {
      return faults.all.map(\.pointer).sorted()
    } catch {
      return ["\(error)"]
    }
  }

  /// `{"to": …, REST}`
  static func to(_ rest: String) -> String { #"{"to":"+393331234567",\#(rest)}"# }

  static let contents: [(String, Message.Content)] = [
    (#""body":"ciao""#, .text(TextMessage("ciao"))),
    (
      #""type":"text","body":"ciao","media_url":[],"preview_url":true"#,
      .text(TextMessage("ciao", preview: true))
    ),
    (
      #""type":"text","text":{"body":"ciao","preview_url":true}"#,
      .text(TextMessage("ciao", preview: true))
    ),
    (
      #""body":"c","media_url":["https://h/a.JPEG?sig=a.b"],"type":"text""#,
      .media(Media(.image, .link("https://h/a.JPEG?sig=a.b"), caption: "c"))
    ),
    (#""media_url":"https://h/a.mp4""#, .media(Media(.video, .link("https://h/a.mp4")))),
    (
      #""media_url":"https://h/a.mp4","type":"audio""#,
      .media(Media(.audio, .link("https://h/a.mp4")))
    ),
    (
      #""media_url":"https://h/a.webp","type":"sticker""#,
      .media(Media(.sticker, .link("https://h/a.webp")))
    ),
    (
      #""bucket":"b","file":"x/y.pdf","body":"c""#,
      .media(Media(.document, .stored(StoredFile(bucket: "b", file: "x/y.pdf")), caption: "c"))
    ),
    (
      #""document":{"id":"77","filename":"a.pdf","caption":"c"}"#,
      .media(Media(.document, .id("77"), caption: "c", filename: "a.pdf"))
    ),
    (
      #""type":"audio","audio":{"link":"https://h/v","voice":true}"#,
      .media(Media(.audio, .link("https://h/v"), isVoice: true))
    ),
    (
      #""location":{"latitude":"45.4642","longitude":9.19,"name":"n","address":"a"}"#,
      .location(Location(latitude: 45.4642, longitude: 9.19, name: "n", address: "a"))
    ),
    (
      #""reaction":{"message_id":"wamid.X","emoji":"👍🏽"}"#,
      .reaction(Reaction(to: ProviderID("wamid.X"), emoji: "👍🏽"))
    ),
    (
      #""reaction":{"message_id":"wamid.X"}"#,
      .reaction(Reaction(to: ProviderID("wamid.X"), emoji: ""))
    ),
    (
      #""interactive":{"type":"location_request_message","body":{"text":"b"},"action":{"name":"send_location"}}"#,
      .locationRequest(body: "b")
    ),
    (
      #""interactive":{"type":"button","body":{"text":"b"},"header":{"type":"video","video":{"id":"7"}},"action":{"buttons":[{"type":"reply","reply":{"id":"1","title":"t"}}]}}"#,
      .buttons(
        ReplyButtons(
          body: "b", header: .media(Media(.video, .id("7"))), buttons: [.init(id: "1", title: "t")])
      )
    ),
    (
      #""interactive":{"type":"list","header":{"type":"text","text":"h"},"body":{"text":"b"},"footer":{"text":"f"},"action":{"button":"o","sections":[{"rows":[{"id":"1","title":"t","description":"d"}]}]}}"#,
      .list(
        ListMessage(
          body: "b", header: "h", footer: "f", button: "o",
          sections: [.init(rows: [.init(id: "1", title: "t", description: "d")])]))
    ),
    (
      #""interactive":{"type":"cta_url","body":{"text":"b"},"action":{"name":"cta_url","parameters":{"display_text":"l","url":"https://h"}}}"#,
      .callToAction(CallToAction(body: "b", label: "l", url: "https://h"))
    ),
    (
      #""interactive":{"type":"request_contact_info","body":{"text":"b"},"action":{"name":"request_contact_info"}}"#,
      .contactRequest(body: "b")
    ),
    (
      #""interactive":{"type":"flow","header":{"type":"text","text":"h"},"body":{"text":"b"},"footer":{"text":"f"},"action":{"name":"flow","parameters":{"flow_message_version":"3","flow_id":"7","flow_cta":"Fill","flow_token":"t","mode":"draft","flow_action":"navigate","flow_action_payload":{"screen":"S","data":{"a":1}}}}}"#,
      .flow(
        FlowMessage(
          body: "b", header: .text("h"), footer: "f", flow: .id("7"), label: "Fill", token: "t",
          mode: "draft", action: "navigate",
          payload: Array(#"{"screen":"S","data":{"a":1}}"#.utf8)))
    ),
    (
      #""interactive":{"type":"flow","body":{"text":"b"},"action":{"parameters":{"flow_name":"n","flow_cta":"Fill"}}}"#,
      .flow(FlowMessage(body: "b", flow: .name("n"), label: "Fill"))
    ),
    (
      #""interactive":{"type":"product","action":{"catalog_id":"c","product_retailer_id":"p"}}"#,
      .product(ProductMessage(Product(catalog: "c", id: "p")))
    ),
    (
      #""interactive":{"type":"product","body":{"text":"b"},"footer":{"text":"f"},"action":{"catalog_id":"c","product_retailer_id":"p"}}"#,
      .product(ProductMessage(Product(catalog: "c", id: "p"), body: "b", footer: "f"))
    ),
    (
      #""interactive":{"type":"product_list","header":{"type":"text","text":"h"},"body":{"text":"b"},"action":{"catalog_id":"c","sections":[{"title":"t","product_items":[{"product_retailer_id":"p"},{"product_retailer_id":"q"}]}]}}"#,
      .products(
        ProductList(
          body: "b", header: "h", catalog: "c",
          sections: [.init(title: "t", products: ["p", "q"])]))
    ),
    (
      #""interactive":{"type":"catalog_message","body":{"text":"b"},"footer":{"text":"f"},"action":{"name":"catalog_message","parameters":{"thumbnail_product_retailer_id":"p"}}}"#,
      .catalog(CatalogMessage(body: "b", footer: "f", thumbnail: "p"))
    ),
    (
      #""interactive":{"type":"carousel","body":{"text":"b"},"action":{"cards":[{"card_index":0,"type":"cta_url","header":{"type":"image","image":{"link":"https://h/1"}},"body":{"text":"one"},"action":{"name":"cta_url","parameters":{"display_text":"l","url":"https://h"}}},{"card_index":1,"type":"cta_url","header":{"type":"image","image":{"id":"2"}},"action":{"name":"cta_url","parameters":{"display_text":"l","url":"https://h"}}}]}}"#,
      .carousel(
        Carousel(
          body: "b",
          .media([
            .init(
              header: Media(.image, .link("https://h/1")), body: "one",
              .link(label: "l", url: "https://h")),
            .init(header: Media(.image, .id("2")), .link(label: "l", url: "https://h")),
          ])))
    ),
    (
      #""interactive":{"type":"carousel","body":{"text":"b"},"action":{"cards":[{"header":{"type":"video","video":{"id":"1"}},"action":{"buttons":[{"type":"quick_reply","quick_reply":{"id":"1","title":"t"}}]}},{"header":{"type":"video","video":{"id":"2"}},"action":{"buttons":[{"type":"quick_reply","quick_reply":{"id":"2","title":"t"}}]}}]}}"#,
      .carousel(
        Carousel(
          body: "b",
          .media([
            .init(header: Media(.video, .id("1")), .replies([.init(id: "1", title: "t")])),
            .init(header: Media(.video, .id("2")), .replies([.init(id: "2", title: "t")])),
          ])))
    ),
    (
      #""interactive":{"type":"carousel","body":{"text":"b"},"action":{"cards":[{"card_index":0,"type":"product","action":{"catalog_id":"c","product_retailer_id":"p"}},{"card_index":1,"type":"product","action":{"catalog_id":"c","product_retailer_id":"q"}}]}}"#,
      .carousel(
        Carousel(
          body: "b", .products([Product(catalog: "c", id: "p"), Product(catalog: "c", id: "q")])))
    ),
    (
      #""template_name":"t","parameters":{"2":"b","1":"a","10":"j","3":"c","4":"d","5":"e","6":"f","7":"g","8":"h","9":7}"#,
      .template(
        Template(
          name: "t", language: "en",
          parameters: Template.positional(["a", "b", "c", "d", "e", "f", "g", "h", "7", "j"])))
    ),
    (
      #""template_name":"t","parameters":["a"],"language_code":"en_US","media_url":["https://h/a.pdf"]"#,
      .template(
        Template(
          name: "t", language: "en_US", header: .media(Media(.document, .link("https://h/a.pdf"))),
          parameters: Template.positional(["a"])))
    ),
    (
      #""type":"template","template_name":"t","parameters":{"first_name":"Mario"}"#,
      .template(Template(name: "t", language: "en", parameters: [.init("first_name", "Mario")]))
    ),
    (
      #""template":{"name":"t","language":{"code":"it","policy":"deterministic"},"components":[{"type":"header","parameters":[{"type":"text","text":"h"}]},{"type":"body","parameters":[{"type":"text","text":"a"}]},{"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"x"}]},{"type":"button","sub_type":"quick_reply","index":1,"parameters":[{"type":"payload","payload":"p"}]},{"type":"button","sub_type":"copy_code","index":2,"parameters":[{"type":"coupon_code","coupon_code":"C"}]},{"type":"button","sub_type":"flow","index":3,"parameters":[{"type":"action","action":{"flow_token":"t","flow_action_data":{"a":1}}}]}]}"#,
      .template(
        Template(
          name: "t", language: "it", header: .text("h"), parameters: Template.positional(["a"]),
          buttons: [
            .init(index: 0, .url(suffix: "x")), .init(index: 1, .quickReply(payload: "p")),
            .init(index: 2, .copyCode("C")),
            .init(index: 3, .flow(token: "t", data: Array(#"{"a":1}"#.utf8))),
          ]))
    ),
    (
      #""body":"template-t+it+a|b""#,
      .template(Template(name: "t", language: "it", parameters: Template.positional(["a", "b"])))
    ),
  ]

  @Test("reads every kind, and reads what it has written", arguments: contents)
  func kinds(json: String, content: Message.Content) throws {
    let read = try Self.read(Self.to(json))
    #expect(read.map(\.message) == [Message(content)])
    let written = try JSONDocument(#require(read.first).json).root
    #expect(try SendRequest.all(in: written, as: SendRules(channel: .metaWhatsApp)) == read)
  }

  @Test("a text of a template's form that was written as a text stays one")
  func writtenText() throws {
    let message = Message(.text(TextMessage("template-t+it+a")))
    let request = SendRequest(to: try Recipient("+393331234567"), message)
    let written = try JSONDocument(request.json).root
    var rules = SendRules(channel: .metaWhatsApp)
    rules.isWritten = true
    #expect(try SendRequest.all(in: written, as: rules) == [request])
  }

  @Test("keeps contacts as they were given")
  func contacts() throws {
    let card =
      #"{"name":{"formatted_name":"Zoë B","first_name":"Zoë"},"phones":[{"phone":"+39","type":"CELL"}],"birthday":"2000-01-31"}"#
    let read = try #require(try Self.read(Self.to(#""contacts":[\#(card)]"#)).first)
    guard case .contacts(let cards) = read.message.content else {
      Issue.record("no contacts")
      return
    }
    #expect(cards.map(\.formattedName) == ["Zoë B"])
    #expect(String(decoding: read.json, as: UTF8.self).contains(card))
  }

  @Test("carries what goes with the message")
  func rest() throws {
    let json =
      #"{"to":"whatsapp:+393331234567","body":"x","replyTo":"wamid.Q","metadata":{"order":[1,"è"]},"sendAt":"2026-01-31T09:00:00+01:00","expiresAt":"2026-02-01T00:00:00Z","priority":3,"campaign":"jan","fallbackTemplate":{"template_name":"t","parameters":["a"]}}"#
    let read = try #require(try Self.read(json).first)
    #expect(read.to.description == "+393331234567")
    #expect(read.message.replyTo == ProviderID("wamid.Q"))
    #expect(read.metadata.map { String(decoding: $0, as: UTF8.self) } == #"{"order":[1,"è"]}"#)
    #expect(read.sendAt == CalendarTime(rfc3339: "2026-01-31T08:00:00Z"))
    #expect(read.priority == 3)
    #expect(
      read.fallbackTemplate
        == Template(name: "t", language: "en", parameters: Template.positional(["a"])))
    let written = try JSONDocument(read.json).root
    #expect(try SendRequest.all(in: written, as: SendRules(channel: .metaWhatsApp)) == [read])
  }

  @Test("makes a send of every file; the text goes with the first that can bear one")
  func severalFiles() throws {
    let read = try Self.read(
      Self.to(#""body":"c","media_url":["https://h/a.mp3","https://h/b.png","https://h/c.pdf"]"#))
    #expect(
      read.map(\.message.content) == [
        .media(Media(.audio, .link("https://h/a.mp3"))),
        .media(Media(.image, .link("https://h/b.png"), caption: "c")),
        .media(Media(.document, .link("https://h/c.pdf"))),
      ])
  }

  @Test("takes variables by number with gaps on Twilio, where the rest has defaults")
  func gaps() throws {
    let json = Self.to(#""template_name":"\#(Self.sid)","parameters":{"1":"a","3":"c"}"#)
    let read = try Self.read(json, .twilioWhatsApp)
    let written = try JSONDocument(#require(read.first).json).root
    #expect(try SendRequest.all(in: written, as: SendRules(channel: .twilioWhatsApp)) == read)
    #expect(Self.pointers(json) == ["/parameters", "/template_name"])
  }

  static let faults: [(String, [String])] = [
    (#"[]"#, [""]), (#"{}"#, ["/body", "/to"]),
    (
      #"{"to":5,"body":5,"priority":"x","sendAt":"tomorrow","metadata":[],"campaign":""}"#,
      ["/body", "/campaign", "/metadata", "/priority", "/sendAt", "/to"]
    ),
    (to(#""body":"x","sendat":1,"a/b~":1"#), ["/a~1b~0", "/sendat"]),
    (to(#""body":" \n ""#), ["/body"]),
    (to(#""type":"carrier-pigeon","body":"x""#), ["/type"]),
    (to(#""type":"image","body":"x""#), ["/media_url"]),
    (
      to(#""media_url":["https://h/a.exe","ftp://h/a.png",5,"https://h.pdf"]"#),
      ["/media_url/0", "/media_url/1", "/media_url/2", "/media_url/3"]
    ),
    (to(#""type":"image","media_url":["https://h/a.pdf"]"#), ["/media_url/0"]),
    (to(#""body":"c","media_url":["https://h/a.mp3"]"#), ["/body"]),
    (to(#""media_url":["https://h/a.png"],"preview_url":true"#), ["/preview_url"]),
    (to(#""bucket":"b","body":"x""#), ["/file"]), (to(#""file":"a.pdf""#), ["/bucket"]),
    (to(#""bucket":"b","file":"a.exe""#), ["/file"]),
    (to(#""body":"x","location":{"latitude":1,"longitude":2}"#), ["/body"]),
    (to(#""type":"text","body":"x","location":{"latitude":1,"longitude":2}"#), ["/location"]),
    (to(#""image":{"link":"https://h/a","id":"1","caption":"c"}"#), ["/image"]),
    (to(#""image":{"caption":"c"}"#), ["/image"]),
    (
      to(#""sticker":{"id":"1","caption":"c","filename":"f"}"#),
      ["/sticker/caption", "/sticker/filename"]
    ),
    (to(#""location":{"latitude":91,"longitude":"x"}"#), ["/location/longitude"]),
    (
      to(#""location":{"latitude":91,"longitude":-181}"#),
      ["/location/latitude", "/location/longitude"]
    ),
    (
      to(#""reaction":{"message_id":"m","emoji":"👍👍"},"replyTo":"m""#),
      ["/reaction/emoji", "/replyTo"]
    ),
    (to(#""contacts":[{"name":{"formatted_name":"x"}},5]"#), ["/contacts/0/name", "/contacts/1"]),
    (
      to(#""contacts":[{"name":{"formatted_name":"x"},"phone":[]}]"#),
      ["/contacts/0/name", "/contacts/0/phone"]
    ),
    (
      to(#""interactive":{"type":"button","body":{"text":"b"},"action":{"buttons":[]}}"#),
      ["/interactive/action/buttons"]
    ),
    (
      to(
        #""interactive":{"type":"button","body":{"text":"b"},"action":{"buttons":[{"reply":{"id":"1","title":"same"}},{"reply":{"id":"1","title":"same"}},{"reply":{"id":"2","title":"a title far too long"}}]}}"#
      ),
      ["/interactive/action/buttons/1/reply/id", "/interactive/action/buttons/1/reply/title"]
    ),
    (
      to(
        #""interactive":{"type":"list","body":{"text":"b"},"action":{"button":"o","sections":[{"rows":[]},{"title":"t","rows":[{"id":"1","title":"t"}]}]}}"#
      ),
      ["/interactive/action/sections/0/rows", "/interactive/action/sections/0/title"]
    ),
    (
      to(
        #""interactive":{"type":"cta_url","header":{"type":"location","location":{"latitude":1,"longitude":2}},"body":{"text":"b"},"action":{"parameters":{"display_text":"l","url":"h"}}}"#
      ),
      ["/interactive/action/parameters/url", "/interactive/header/type"]
    ),
    (
      to(
        #""interactive":{"type":"request_contact_info","header":{"type":"text","text":"h"},"body":{"text":"b"},"action":{"name":"contact_request"}}"#
      ), ["/interactive/action/name", "/interactive/header"]
    ),
    (
      to(
        #""interactive":{"type":"flow","body":{"text":"b"},"action":{"name":"flow","parameters":{"flow_id":"1","flow_name":"n","flow_cta":"Fill","colour":"red"}}}"#
      ), ["/interactive/action/parameters", "/interactive/action/parameters/colour"]
    ),
    (
      to(
        #""interactive":{"type":"flow","body":{"text":"b"},"action":{"name":"flow","parameters":{"flow_id":"1","flow_cta":"a label far too long","mode":"x","flow_action":"data_exchange","flow_action_payload":{"screen":"S"}}}}"#
          .replacing("far too long", with: "that is far too long")
      ),
      [
        "/interactive/action/parameters/flow_action_payload",
        "/interactive/action/parameters/flow_cta", "/interactive/action/parameters/mode",
      ]
    ),
    (
      to(
        #""interactive":{"type":"product_list","body":{"text":"b"},"action":{"catalog_id":"c","sections":[]}}"#
      ), ["/interactive/header"]
    ),
    (
      to(
        #""interactive":{"type":"product_list","header":{"type":"text","text":"h"},"body":{"text":"b"},"action":{"catalog_id":"c","sections":[{"product_items":[]},{"title":"a title which is too long","product_items":[{"product_retailer_id":"p"}]}]}}"#
      ),
      [
        "/interactive/action/sections/0/product_items", "/interactive/action/sections/0/title",
        "/interactive/action/sections/1/title",
      ]
    ),
    (
      to(
        #""interactive":{"type":"carousel","body":{"text":"b"},"action":{"cards":[{"type":"product","action":{"catalog_id":"c","product_retailer_id":"p"}}]}}"#
      ), ["/interactive/action/cards"]
    ),
    (
      to(
        #""interactive":{"type":"carousel","body":{"text":"b"},"action":{"cards":[{"card_index":1,"type":"product","action":{"catalog_id":"c","product_retailer_id":"p"}},{"type":"cta_url"}]}}"#
      ), ["/interactive/action/cards", "/interactive/action/cards/0/card_index"]
    ),
    (
      to(
        #""interactive":{"type":"carousel","body":{"text":"b"},"action":{"cards":[{"header":{"type":"image","image":{"id":"1"}},"body":{"text":"a\nb\nc\nd"},"action":{"parameters":{"display_text":"l","url":"h"}}},{"header":{"type":"document","document":{"id":"1"}},"action":{"parameters":{"display_text":"l","url":"https://h"}}}]}}"#
      ),
      [
        "/interactive/action/cards/0/action/parameters/url",
        "/interactive/action/cards/0/body/text", "/interactive/action/cards/1",
        "/interactive/action/cards/1/header/type",
      ]
    ),
    (
      to(#""interactive":{"type":"poll","body":{"text":"b"},"action":{}}"#),
      ["/interactive/type"]
    ),
    (
      to(#""template_name":"Bad Name","language_code":"english","parameters":{"1":"a\nb","3":""}"#),
      ["/language_code", "/parameters", "/parameters/1", "/parameters/3", "/template_name"]
    ),
    (to(#""template_name":"t","parameters":{"1":"a","name":"b"}"#), ["/parameters"]),
    (to(#""template_name":"t","media_url":["https://h/a.mp3"]"#), ["/media_url/0"]),
    (to(#""template_name":"t","media_url":["https://h/a.png","https://h/b.png"]"#), ["/media_url"]),
    (to(#""body":"template-t+it+a||b""#), ["/body"]),
    (to(#""body":"template-t+english""#), ["/body"]),
    (
      to(#""body":"x","sendAt":"2026-01-02T00:00:00Z","expiresAt":"2026-01-01T00:00:00Z""#),
      ["/expiresAt"]
    ),
    (
      to(#""body":"x","fallbackTemplate":{"template_name":"T","parameters":{"1":"\t"}}"#),
      [
        "/fallbackTemplate/parameters/1", "/fallbackTemplate/parameters/1",
        "/fallbackTemplate/template_name",
      ]
    ),
    (
      to(
        #""template":{"name":"t","language":{"code":"it"},"components":[{"type":"body","parameters":[{"type":"text","text":"a"},{"type":"text","text":"b\tc"}]},{"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":" "}]}]}"#
      ),
      ["/template/components/0/parameters/1/text", "/template/components/1/parameters/0"]
    ),
  ]

  @Test("tells every fault at once, each where it stands", arguments: faults)
  func faultPlaces(json: String, pointers: [String]) {
    #expect(Self.pointers(json) == pointers)
  }

  @Test("a request of nothing but faults is told of no more than anybody reads")
  func manyFaults() {
    let unknown = (0..<5000).map { "\"x\($0)\":1" }.joined(separator: ",")
    #expect(Self.pointers(Self.to(unknown)).count == FieldFaults.limit)
    let parameters = (0..<5000).map { "\"p\($0)\":\"\"" }.joined(separator: ",")
    let template = Self.to("\"template_name\":\"t\",\"parameters\":{\(parameters)}")
    #expect(Self.pointers(template).count == FieldFaults.limit)
  }

  @Test(
    "counts a text's length in code points, up to the provider's limit and no further",
    arguments: [
      (Sender.Channel.metaWhatsApp, 4096), (.twilioWhatsApp, 1600), (.twilioSMS, 1600),
    ])
  func lengths(channel: Sender.Channel, limit: Int) {
    let fits = String(repeating: "🌵", count: limit)
    #expect(Self.pointers(Self.to("\"body\":\"\(fits)\""), channel).isEmpty)
    #expect(Self.pointers(Self.to("\"body\":\"\(fits)x\""), channel) == ["/body"])
  }

  static let twilioFaults: [(String, Sender.Channel, [String])] = [
    (
      #""body":"x","replyTo":"SM1","preview_url":true"#, .twilioWhatsApp,
      ["/preview_url", "/replyTo"]
    ),
    (#""image":{"id":"7"}"#, .twilioWhatsApp, ["/image/id"]),
    (
      #""document":{"link":"https://h/a.pdf","filename":"a.pdf"}"#, .twilioWhatsApp,
      ["/document/filename"]
    ),
    (#""body":"x","media_url":["https://h/a.mp3"]"#, .twilioSMS, []),
    (#""body":"x","media_url":["https://h/a.mp3"]"#, .twilioSandbox, ["/body"]),
    (#""location":{"latitude":1,"longitude":2}"#, .twilioWhatsApp, []),
    (#""location":{"latitude":1,"longitude":2}"#, .twilioSMS, ["/type"]),
    (#""reaction":{"message_id":"m"}"#, .twilioWhatsApp, ["/type"]),
    (#""contacts":[{"name":{"formatted_name":"x","first_name":"x"}}]"#, .twilioWhatsApp, ["/type"]),
    (
      #""interactive":{"type":"location_request_message","body":{"text":"b"},"action":{}}"#,
      .twilioWhatsApp, ["/type"]
    ),
    (
      #""interactive":{"type":"request_contact_info","body":{"text":"b"},"action":{}}"#,
      .twilioWhatsApp, ["/type"]
    ),
    (
      #""interactive":{"type":"product","action":{"catalog_id":"c","product_retailer_id":"p"}}"#,
      .twilioWhatsApp, ["/type"]
    ),
    (#""template_name":"hello","language_code":"it""#, .twilioWhatsApp, []),
    (#""template_name":"hello","language_code":"de""#, .twilioWhatsApp, ["/language_code"]),
    (#""template_name":"other""#, .twilioWhatsApp, ["/template_name"]),
    (
      #""template_name":"hello","language_code":"it","media_url":["https://h/a.png"]"#,
      .twilioWhatsApp, ["/media_url/0"]
    ),
    (#""body":"template-t+it""#, .twilioWhatsApp, []),
  ]

  @Test("refuses at once what Twilio cannot say", arguments: twilioFaults)
  func twilio(rest: String, channel: Sender.Channel, pointers: [String]) {
    let templates = ContentCatalog(["hello": ["it": Self.sid, "en": Self.sid]])
    do {
      _ = try Self.read(Self.to(rest), channel, templates: templates)
      #expect(pointers.isEmpty)
    } catch let faults as FieldFaults {
      #expect(faults.all.map(\.pointer).sorted() == pointers)
    } catch {
      Issue.record(error)
    }
  }

  @Test("an id that hides a number is no recipient of an SMS")
  func hiddenNumbers() {
    let json = #"{"to":"IT.123","body":"x"}"#
    #expect(Self.pointers(json).isEmpty)
    #expect(Self.pointers(json, .twilioSMS) == ["/to"])
  }

  @Test(
    "knows a file's kind by its extension",
    arguments: [
      ("https://h/a.jpeg", Media.Kind.image), ("https://h/a.JPG#x.pdf", .image), ("a.png", .image),
      ("https://h/a.TXT", .document), ("a.xls", .document), ("a.xlsx", .document),
      ("a.doc", .document),
      ("a.docx", .document), ("a.ppt", .document), ("a.pptx", .document), ("a.pdf", .document),
      ("a.aac", .audio), ("a.amr", .audio), ("a.mp3", .audio), ("a.ogg", .audio), ("a.3gp", .video),
      ("https://h/a.mp4?b=c.png", .video), ("https://h.png", nil), ("https://h/a", nil),
      ("https://h/a.", nil), ("a.gif", nil), ("a.webp", nil), ("", nil), ("a/b.pdf/c", nil),
    ] as [(String, Media.Kind?)])
  func fileKinds(name: String, kind: Media.Kind?) {
    #expect(FileKind.of(name) == kind)
  }

  @Test("a refused file is told with the extensions that are allowed")
  func allowedList() {
    #expect(throws: FieldFaults.self) {
      do {
        _ = try Self.read(Self.to(#""media_url":["https://h/a.gif"]"#))
      } catch let faults as FieldFaults {
        #expect(faults.all.first?.detail.contains(".docx") == true)
        throw faults
      }
    }
  }

  @Test(
    "writes degrees without an exponent",
    arguments: [
      (45.4642, "45.4642"), (-9.0, "-9.0"), (0.00000001, "0.0"), (-0.0000001, "-0.0000001"),
      (179.99999999, "180.0"),
    ])
  func degrees(degrees: Double, text: String) {
    #expect(Location.decimal(degrees) == text)
  }

  @Test("signs every stored file of a message, wherever it stands")
  func stored() throws {
    let file = MessageHeader.media(Media(.image, .stored(StoredFile(bucket: "b", file: "f.png"))))
    let contents: [Message.Content] = [
      .media(Media(.image, .stored(StoredFile(bucket: "b", file: "f.png")))),
      .template(Template(name: "t", language: "it", header: file)),
      .buttons(ReplyButtons(body: "b", header: file, buttons: [])),
      .callToAction(CallToAction(body: "b", header: file, label: "l", url: "https://h")),
      .flow(FlowMessage(body: "b", header: file, flow: .id("1"), label: "l")),
      .carousel(
        Carousel(
          body: "b",
          .media([
            .init(
              header: Media(.image, .stored(StoredFile(bucket: "b", file: "f.png"))),
              .link(label: "l", url: "https://h"))
          ]))),
    ]
    for content in contents {
      let signed = Message(content).withLinks { "https://signed/\($0.bucket)/\($0.file)" }
      let json = JSONWriter.object { signed.write(to: &$0) }
      #expect(String(decoding: json, as: UTF8.self).contains("https://signed/b/f.png"))
    }
  }
}
