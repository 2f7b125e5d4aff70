import Domain
import JSON
import Providers
import Testing
import Time

@Suite struct HostileBodyTests {
  static let bodies: [(String, [UInt8])] = [
    ("nothing", []), ("a NUL", [0]),
    ("bad UTF-8", Array("{\"entry\":[\"".utf8) + [0xFF, 0xC0, 0x80] + Array("\"]}".utf8)),
    ("a lone surrogate", Array(#"{"entry":[{"id":"\ud800"}]}"#.utf8)),
    ("too deep", [UInt8](repeating: UInt8(ascii: "["), count: 200_000)),
    (
      "deep and closed",
      Array((String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)).utf8)
    ),
    ("not an object", Array("[1,2]".utf8)),
    ("cut off", Array(#"{"object":"whatsapp","entry":[{"#.utf8)),
    ("an entry that is a text", Array(#"{"entry":"all"}"#.utf8)),
    ("two documents", Array("{\"entry\":[]}{}".utf8)),
    ("a number too large", Array(#"{"entry":1e999}"#.utf8)),
  ]

  @Test("a body that is no webhook of Meta's is an error", arguments: bodies)
  func meta(name: String, body: [UInt8]) {
    #expect(throws: WebhookUnreadable.self) {
      try MetaWebhook.read(body, receivedAt: Timestamp(seconds: 1))
    }
  }

  @Test(
    "an answer that is none of Meta's tells nothing of a number, and is no fault of ours",
    arguments: bodies)
  func number(name: String, body: [UInt8]) {
    let answer = ProviderAnswer(status: 200, body: body)
    #expect(throws: LookupFailed.self) { try MetaSubscription.read(answer) }
    #expect(throws: LookupFailed.self) { try SubscribedApp.all(answer) }
    #expect(throws: LookupFailed.self) { try BlockedPeople(answer) }
    #expect(throws: LookupFailed.self) { try BlockedPeople.Changed(answer) }
    #expect(throws: LookupFailed.self) { try PictureUpload(answer) }
    #expect(throws: LookupFailed.self) { try PictureUpload.offset(answer, of: 9) }
    #expect(throws: LookupFailed.self) { try MetaPhone.suggestions(answer) }
    var standing = MetaStanding()
    (standing.phone, standing.account) = (answer, answer)
    (standing.subscribedApps, standing.subscriptions) = (answer, answer)
    #expect(MetaTrouble.all(in: standing).isEmpty)
    #expect(PhoneFacts(json: body).health == nil)
    #expect(MetaPhone.fields.without(refusedBy: answer) == nil)
  }

  @Test("an error does not quote the body that caused it")
  func quotes() {
    #expect {
      try MetaWebhook.read(Array(#"{"entry":hunter2}"#.utf8), receivedAt: Timestamp(seconds: 1))
    } throws: { error in
      !"\(error)".contains("hunter2")
    }
  }

  @Test("a batch of the largest size is read, item by item")
  func large() throws {
    let status = #"{"id":"wamid.%","status":"sent","timestamp":"1764100000","recipient_id":"39"}"#
    let list = (0..<20_000).map { status.replacing("%", with: String($0)) }.joined(separator: ",")
    let body =
      #"{"entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"2"},"statuses":["#
      + list + "]}}]}]}"
    #expect(
      try MetaWebhook.read(Array(body.utf8), receivedAt: Timestamp(seconds: 1)).count == 20_000)
  }

  /// Every value of a real body replaced, one after the other, by something of another type.
  @Test(
    "wrong types anywhere never stop the rest",
    arguments: [
      "null", "true", "-1", "1e308", "\"\"", "\"\\u0000\"", "[]", "{}", "[[[]]]",
      "18446744073709551615",
    ])
  func wrongTypes(other: String) throws {
    for body in EventRecordTests.bodies {
      let root = try JSONDocument(body).root
      for place in 0..<Mutation.count(root) {
        var mutation = Mutation(place: place, other: Array(other.utf8))
        let changed = mutation.write(root)
        if let items = try? MetaWebhook.read(changed, receivedAt: Timestamp(seconds: 1)) {
          for case .account(let event) in items { _ = event.news }
        }
      }
    }
  }

  @Test("wrong types anywhere in a send request are faults with places")
  func wrongRequests() throws {
    let request = try parsed(
      #"{"to":"+393331234567","type":"interactive","interactive":{"type":"list","header":{"type":"text","text":"h"},"body":{"text":"b"},"footer":{"text":"f"},"action":{"button":"o","sections":[{"title":"s","rows":[{"id":"1","title":"t","description":"d"}]}]}},"metadata":{"a":1},"sendAt":"2026-01-01T00:00:00Z","priority":1,"fallbackTemplate":{"template_name":"t","parameters":{"1":"x"}}}"#
    )
    let rules = SendRules(channel: .metaWhatsApp)
    #expect(try SendRequest.all(in: request, as: rules).count == 1)
    for other in ["true", "-1", "[]", "{}", "\"\\u0000\"", "[5]"] {
      for place in 0..<Mutation.count(request) {
        var mutation = Mutation(place: place, other: Array(other.utf8))
        let changed = try JSONDocument(mutation.write(request)).root
        do throws(FieldFaults) {
          _ = try SendRequest.all(in: changed, as: rules)
        } catch {
          #expect(!error.isEmpty)
          #expect(error.all.allSatisfy { $0.pointer.isEmpty || $0.pointer.hasPrefix("/") })
        }
      }
    }
  }

  @Test(
    "bytes of every kind are a form or an error",
    arguments: [
      [0xFF, 0x3D, 0xFE], [0], Array("%".utf8), Array("%zz=%4".utf8), Array("&&&".utf8),
      Array("MessageSid=%ED%A0%80&AccountSid=AC1&MessageStatus=sent".utf8),
    ] as [[UInt8]])
  func forms(body: [UInt8]) {
    #expect(throws: WebhookUnreadable.self) {
      try TwilioWebhook.read(FormFields(body), receivedAt: Timestamp(seconds: 1))
    }
  }
}

/// Writes a document again with the value at one place, counted in depth first order, replaced.
struct Mutation {
  private let place: Int
  private let other: [UInt8]
  private var seen = 0

  init(place: Int, other: [UInt8]) {
    self.place = place
    self.other = other
  }

  static func count(_ value: JSONValue) -> Int {
    let inner = value.fields?.map(\.value) ?? value.items ?? []
    return 1 + inner.map(count).reduce(0, +)
  }

  mutating func write(_ value: JSONValue) -> [UInt8] {
    var writer = JSONWriter()
    write(value, to: &writer)
    return writer.bytes
  }

  private mutating func write(_ value: JSONValue, to writer: inout JSONWriter) {
    let isHere = seen == place
    seen += 1
    guard !isHere else {
      writer.raw(other)
      return
    }
    var copy = self
    if let fields = value.fields {
      writer.object { writer in
        for (name, field) in fields {
          writer.name(name)
          copy.write(field, to: &writer)
        }
      }
    } else if let items = value.items {
      writer.array { writer in
        for item in items { copy.write(item, to: &writer) }
      }
    } else {
      writer.raw(value.text)
    }
    self = copy
  }
}
