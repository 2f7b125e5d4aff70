import Domain
import JSON
import Testing

/// A send names a file that was handed to us.
@Suite struct MediaRequestTests {
  private static let id = String(repeating: "a", count: 32)
  private static let pdf = FileForm(kind: .document, contentType: "application/pdf")

  private static func filled(
    _ fields: String, _ form: FileForm = pdf, on channel: Sender.Channel = .metaWhatsApp
  ) throws -> SendRequest? {
    let json = #"{"to":"+393331234567","media":"\#(id)"\#(fields)}"#
    let asked = try #require(try MediaRequest(try JSONDocument(Array(json.utf8)).root))
    #expect(asked.id.text == id)
    let root = try asked.filled(form, named: "an offer.pdf", link: "https://h/x.pdf", on: channel)
    do { return try SendRequest.all(in: root, as: SendRules(channel: channel)).first } catch {
      throw MediaRequest.placed(error)
    }
  }

  @Test("it is sent by its link, with its name where the provider shows one, and the text below")
  func link() throws {
    let sent = try Self.filled(#","body":"Our offer","priority":2"#)
    #expect(sent?.priority == 2)
    var media = Media(.document, .link("https://h/x.pdf"), caption: "Our offer")
    media.filename = "an offer.pdf"
    #expect(sent?.message.content == .media(media))
    media.filename = nil
    let twilio = try Self.filled(#","body":"Our offer","type":"text""#, on: .twilioWhatsApp)
    #expect(twilio?.message.content == .media(media))
  }

  @Test(
    "what does not go with a file is told at its place",
    arguments: [
      (#","type":"image""#, "/type"), (#","media_url":["https://h/y.pdf"]"#, "/media_url"),
      (#","template_name":"x""#, "/template_name"), (#","image":{"link":"https://h"}"#, "/image"),
      (#","body":7"#, "/body"),
      (#","body":"\#(String(repeating: "x", count: 1025))""#, "/body"),
    ])
  func refused(fields: String, pointer: String) {
    do {
      _ = try Self.filled(fields)
      Issue.record("it was taken")
    } catch let faults as FieldFaults {
      #expect(faults.all.map(\.pointer) == [pointer])
    } catch { Issue.record("\(error)") }
  }

  @Test("an id that no file can have is refused")
  func id() throws {
    for text in ["7", #""../../etc/passwd""#, #""AAAA""#] {
      let root = try JSONDocument(Array(#"{"media":\#(text)}"#.utf8)).root
      #expect(MediaRequest.id(in: root) == nil)
      #expect(throws: FieldFaults.self) { _ = try MediaRequest(root) }
    }
  }
}
