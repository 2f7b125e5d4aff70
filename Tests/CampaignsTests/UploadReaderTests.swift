import Campaigns
import JSON
import Testing

@Suite struct UploadReaderTests {
  /// Tables with all that is hard to read: quotes, line breaks of each kind, empty lines, faults.
  static func table(_ random: inout SeededGenerator, rows: Int) -> String {
    let fields = [
      "1", "", "Anna", "Città", "\"a,b\"", "\"x\"\"y\"", "\"l\n m\"", "\"r\r\nn\"", "\"open", "5\"",
      "\"a\"b", "😀", "a,b",
    ]
    let breaks = ["\n", "\r\n", "\r", "\n\n"]
    var text = "to,name,zone\n"
    for _ in 0..<rows {
      let count = Int.random(in: 1...3, using: &random)
      text += (0..<count).map { _ in fields.randomElement(using: &random) ?? "" }
        .joined(separator: ",")
      text += breaks.randomElement(using: &random) ?? "\n"
    }
    return text
  }

  @Test("an upload in random parts reads as one in one part", arguments: 0..<30)
  func parts(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let text = Self.table(&random, rows: 12)
    let encoding = Encoded.allCases[seed % 6]
    let upload = encoding.bytes(text)
    let whole = Readings.of(upload)
    for _ in 0..<4 {
      let lengths = (0..<40).map { _ in Int.random(in: 1...9, using: &random) }
      #expect(Readings.of(upload, parts: lengths) == whole)
      #expect(Readings.goingOn(upload, parts: lengths) == whole)
    }
  }

  @Test("bytes of any kind are read without end or crash, in parts as in one", arguments: 0..<15)
  func anything(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let bytes: [UInt8] = [
      0x22, 0x2C, 0x3B, 0x09, 0x0A, 0x0D, 0x20, 0x61, 0x31, 0x00, 0xC3, 0xA9, 0xFF, 0xFE, 0xD8,
      0x7B, 0x7D, 0x3A, 0x5C,
    ]
    let kinds = Int.random(in: 3...bytes.count, using: &random)
    for form in UploadReader.Form.allCases {
      for _ in 0..<20 {
        let length = Int.random(in: 0...120, using: &random)
        let start = Array((form == .table ? "to,a\n" : #"{"to":1}"# + "\n").utf8)
        let upload =
          start + (0..<length).map { _ in bytes[Int.random(in: 0..<kinds, using: &random)] }
        let whole = Readings.of(upload, form)
        #expect(Readings.of(upload, form, parts: [7]) == whole)
        for size in [1, 2, 7] {
          #expect(Readings.goingOn(upload, form, parts: [size]) == whole)
        }
        #expect(whole.ends == whole.ends.sorted())
      }
    }
  }

  @Test("an upload that was cut goes on as if it had not been", arguments: 0..<6)
  func cuts(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let text = Self.table(&random, rows: 5_000)
    let upload = Encoded.allCases[seed % 6].bytes(text)
    let whole = Readings.of(upload, parts: [5_000])
    let cuts = (0..<12).map { _ in Int.random(in: 0..<upload.count, using: &random) }
    let pieced = try Readings.of(upload, cutAt: cuts)
    #expect(whole.lines.count > 3_000)
    #expect(pieced.lines == whole.lines)
    #expect(pieced.ends == whole.ends)
  }

  @Test("objects that were cut go on as if they had not been")
  func cutObjects() throws {
    var random = SeededGenerator(seed: 7)
    let long = String(repeating: "x", count: 400)
    let rows = (0..<4_000).map { "{\"to\":\"\($0)\",\"name\":\"Zoë \(long)\"}\n" }.joined()
    let upload = Array((rows + "{\n").utf8)
    let whole = Readings.of(upload, .objects)
    #expect(whole.lines.count == 4_001)
    let cuts = (0..<9).map { _ in Int.random(in: 0..<upload.count, using: &random) }
    #expect(try Readings.of(upload, .objects, cutAt: cuts) == whole)
  }

  @Test("a position is read as it was written, and nothing else is")
  func position() throws {
    var reader = UploadReader(.table)
    reader.feed(Array("sep=;\nto;\"Città\n1\"\n1;2\n".utf8))
    reader.finish()
    while try reader.next() != nil {}
    let json = String(decoding: reader.position.json, as: UTF8.self)
    #expect(
      json
        == #"{"offset":24,"line":5,"encoding":"utf-8","separator":";","columns":["to","Città\n1"]}"#
    )
    #expect(UploadPosition(try JSONDocument(json.utf8).root) == reader.position)
    for broken in [
      "[]", "{}", #"{"offset":-1,"line":1}"#, #"{"offset":9,"line":1}"#,
      #"{"offset":9,"line":2,"encoding":"ebcdic","columns":["to"]}"#,
      #"{"offset":9,"line":2,"encoding":"utf-8","separator":"!","columns":["to"]}"#,
    ] {
      #expect(UploadPosition(try JSONDocument(broken.utf8).root) == nil)
    }
    #expect(UploadReader(.table).position == .beginning)
  }
}
