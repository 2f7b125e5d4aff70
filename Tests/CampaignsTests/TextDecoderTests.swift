import Campaigns
import Testing

@Suite struct TextDecoderTests {
  static let text = "to,name\n1,Città €\n2,Zoë\n3,\u{FD}\n"

  @Test("tells the encoding of a list, whatever the parts it comes in", arguments: Encoded.allCases)
  func encodings(encoding: Encoded) {
    for length in [1, 2, 3, .max] {
      let readings = Readings.goingOn(encoding.bytes(Self.text), parts: [length])
      #expect(readings.lines == ["2: 1|Città €", "3: 2|Zoë", "4: 3|\u{FD}"])
    }
  }

  @Test(
    "reads characters of two units in UTF-16",
    arguments: [Encoded.utf16LittleEndian, .utf16BigEndianWithMark])
  func pairs(encoding: Encoded) {
    let upload = encoding.bytes("to,name\n1,x\n2,😀 Anna\n")
    for length in [1, 3, .max] {
      let readings = Readings.goingOn(upload, parts: [length])
      #expect(readings.lines == ["2: 1|x", "3: 2|😀 Anna"])
      #expect(readings.ends.last == upload.count)
    }
  }

  @Test("a character that the end of the sample cuts does not make it Windows-1252")
  func cutCharacter() {
    let start = "to,name\n1,"
    for missing in 1...3 {
      let fill = String(repeating: "x", count: 64 * 1_024 - start.utf8.count - missing)
      let readings = Readings.of(
        start + fill.prefix(60_000) + "\n2,"
          + fill.dropFirst(60_003) + "😀€\n")
      #expect(readings.lines.last?.hasSuffix("x😀€") == true)
    }
  }

  @Test("one broken byte in a text of UTF-8 is a fault of its row")
  func brokenByte() {
    let rows = (1...20).map { "\($0),Città\n" }.joined()
    let upload =
      Array("to,name\n".utf8) + Array(rows.utf8) + [0x32, 0x2C, 0xE0, 0x0A]
      + Array("3,Zoë\n".utf8)
    let readings = Readings.of(upload)
    #expect(readings.lines.suffix(3) == ["21: 20|Città", "22: !not-text", "23: 3|Zoë"])
  }

  @Test("what is no text behind the sample is a fault of its row")
  func lateLatin() {
    let rows = [UInt8]("to,name\n".utf8) + (0..<10_000).flatMap { _ in Array("1,Anna\n".utf8) }
    let readings = Readings.of(
      rows + [0x31, 0x2C, 0xE8, 0x0A] + Array("2,Zoë\n".utf8), parts: [777])
    #expect(readings.lines.count == 10_002)
    #expect(readings.lines.suffix(2) == ["10002: !not-text", "10003: 2|Zoë"])
  }

  @Test("two bytes of UTF-8 that stand in different fields make no character")
  func splitCharacter() {
    let upload = [0xEF, 0xBB, 0xBF] + Array("to,name\n".utf8) + [0xC3, 0x2C, 0xA9, 0x0A]
    #expect(Readings.of(upload).lines == ["2: !not-text"])
  }

  @Test("half a surrogate pair and a byte without its other half are faults of their rows")
  func brokenUTF16() {
    let half: [UInt8] = [0x3D, 0xD8]
    let upload =
      Encoded.utf16LittleEndianWithMark.bytes("to,name\n1,") + half
      + Encoded.utf16LittleEndian.bytes("\n2,b\n3,") + [0x78]
    for length in [1, 2, .max] {
      let readings = Readings.goingOn(upload, parts: [length])
      #expect(readings.lines == ["2: !not-text", "3: 2|b", "4: !not-text"])
      #expect(readings.ends.last == upload.count)
    }
  }

  @Test("a byte that Windows-1252 does not have is a fault of its row")
  func undefined() {
    let upload = Array("to,name\n1,".utf8) + [0xE8, 0x0A, 0x32, 0x2C, 0x81, 0x0A]
    #expect(Readings.of(upload).lines == ["2: 1|è", "3: !not-text"])
  }
}
