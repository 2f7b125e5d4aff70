import Domain
import JSON
import Testing

/// A send names an object, and says what that says.
@Suite struct ObjectRequestTests {
  private static let hello = #"{"name":"hello","message":{"body":"Hi {{name}}, {{day}}"}}"#
  private static let meta = SendRules(channel: .metaWhatsApp)

  private static func filled(
    _ request: String, _ object: String = hello, _ rules: SendRules = meta
  ) throws -> [SendRequest] {
    let root = try JSONDocument(Array(request.utf8)).root
    let object = try ObjectDefinitionTests.read(object)
    let asked = try #require(try ObjectRequest(root))
    return try SendRequest.all(in: try asked.filled(object, rules), as: rules)
  }

  @Test("it says what the object says, with the values as they are, and all else of the send")
  func says() throws {
    let request =
      #"{"to":"+393331234567","object":"hello","values":{"name":"\"{{day}}\"\n","day":7},"priority":3,"metadata":{"a":1}}"#
    let sends = try Self.filled(request)
    #expect(sends.map(\.message) == [Message(.text(TextMessage("Hi \"{{day}}\"\n, 7")))])
    #expect(sends.first?.priority == 3 && sends.first?.metadata == Array(#"{"a":1}"#.utf8))
  }

  @Test("it answers a message where the send says so")
  func reply() throws {
    let request =
      #"{"to":"+393331234567","object":"hello","values":{"name":"a","day":"b"},"replyTo":"wamid.1"}"#
    #expect(try Self.filled(request).map(\.message.replyTo) == [ProviderID("wamid.1")])
  }

  @Test(
    "what is wrong is told at its place in the send",
    arguments: [
      (#""object":"hello""#, ["/values/day", "/values/name"]),
      (#""object":"hello","values":{"name":"a"}"#, ["/values/day"]),
      (#""object":"Hello!","values":{}"#, ["/object"]),
      (#""object":7"#, ["/object"]),
      (#""object":"hello","values":[]"#, ["/values"]),
      (#""object":"hello","values":{"name":true,"day":"b"}"#, ["/values/name"]),
      (#""object":"hello","body":"x","type":"text""#, ["/body", "/type"]),
    ])
  func faults(fields: String, pointers: [String]) throws {
    do {
      _ = try Self.filled(#"{"to":"+393331234567",\#(fields)}"#)
      Issue.record("it was taken")
    } catch let faults as FieldFaults {
      #expect(faults.all.map(\.pointer).sorted() == pointers)
    }
  }

  @Test("a sender whose provider does not take it is told with the verdict")
  func verdict() throws {
    let object = ObjectDefinitionTests.object(ObjectDefinitionTests.buttons)
    let request = #"{"to":"+393331234567","object":"menu","values":{"first_name":"a","id":"b"}}"#
    #expect(try Self.filled(request, object).count == 1)
    do {
      _ = try Self.filled(request, object, SendRules(channel: .twilioWhatsApp))
      Issue.record("it was taken")
    } catch let faults as FieldFaults {
      #expect(faults.all.map(\.pointer) == ["/object"])
      #expect(faults.description.contains("WhatsApp through Twilio does not take it"))
    }
  }

  @Test("values with which it becomes too long are told with the place in the object")
  func tooLong() throws {
    let long = String(repeating: "x", count: 4096)
    let request = #"{"to":"+1","object":"hello","values":{"name":"\#(long)","day":"b"}}"#
    do {
      _ = try Self.filled(request)
      Issue.record("it was taken")
    } catch let faults as FieldFaults {
      #expect(faults.all.map(\.pointer) == ["/object"])
      #expect(faults.description.contains("/message/body: must have at most 4096 characters"))
    }
  }

  @Test("a send without an object is none")
  func none() throws {
    let root = try JSONDocument(Array(#"{"to":"+1","body":"x","object":null}"#.utf8)).root
    let asked = try ObjectRequest(root)
    #expect(asked == nil)
    #expect(ObjectRequest.name(in: root) == nil)
  }
}
