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

  @Test("whatever byte stands wherever in a text, it is read as it was")
  func everyByteEverywhere() throws {
    for byte in 0..<128 as Range<UInt8> {
      for (before, after) in (0..<18).flatMap({ before in [(before, 0), (before, 9)] }) {
        let text = String(
          decoding: Array(repeating: 0x7E, count: before) + [byte, byte]
            + Array(repeating: 0xC3, count: 1) + [0xBF] + Array(repeating: 0x20, count: after),
          as: UTF8.self)
        let json = JSONWriter.object { $0.field("a", text) }
        #expect(try JSONDocument(json).root["a"]?.string == text)
        #expect(json.allSatisfy { $0 >= 0x20 })
      }
    }
  }
}
