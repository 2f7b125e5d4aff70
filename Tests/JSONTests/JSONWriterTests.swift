import JSON
import Testing

@Suite struct JSONWriterTests {
  @Test(
    "writes what the reader reads back", arguments: ["", "plain", "\"\\\n\r\t\u{1}", "Città 🌵"])
  func roundTrip(text: String) throws {
    let bytes = JSONWriter.object { writer in
      writer.field("text", text)
      writer.field("absent", nil as String?)
      writer.field("n", -7)
      writer.name("list")
      writer.array { list in
        list.value(true)
        list.null()
        list.raw(Array("{}".utf8))
        list.value(0.5)
        list.value(Double.nan)
      }
    }
    let root = try JSONDocument(bytes).root
    #expect(root["text"]?.string == text)
    #expect(root["n"]?.integer == -7)
    #expect(root["list"]?.text == Array("[true,null,{},0.5,null]".utf8))
    #expect(root.fields?.count == 3)
  }

  @Test("escapes as the parser does when it writes a text again, so that both are the same bytes")
  func sameEscapes() throws {
    let text = String(decoding: UInt8(0)...0x7F, as: UTF8.self) + "è🌵\u{2028}"
    let written = JSONWriter.object { $0.field("text", text) }
    #expect(try JSONDocument(written).root.text == written)
  }
}
