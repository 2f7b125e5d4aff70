import Campaigns
import Testing

@Suite struct CSVReaderTests {
  struct Table: CustomTestStringConvertible, Sendable {
    let name: String
    let text: String
    let lines: [String]
    var testDescription: String { name }

    init(_ name: String, _ text: String, _ lines: [String]) {
      (self.name, self.text, self.lines) = (name, text, lines)
    }
  }

  static let tables: [Table] = [
    .init("commas", "to,name\n+39,Anna\n", ["2: +39|Anna"]),
    .init("semicolons", "to;name\n+39;Rossi, Anna\n", ["2: +39|Rossi, Anna"]),
    .init("tabs", "to\tname\n+39\tAnna, she; he\n", ["2: +39|Anna, she; he"]),
    .init("one column", "to\n+39\nRossi, Anna\n", ["2: +39", "3: Rossi, Anna"]),
    .init(
      "a comma in every row of semicolons", "to;name\n1;a,b\n2;c,d\n3;e,f\n",
      ["2: 1|a,b", "3: 2|c,d", "4: 3|e,f"]),
    .init(
      "a header with commas in a name", "to;name, or alias;zone\n1;a;b\n2;c;d\n",
      ["2: 1|a|b", "3: 2|c|d"]),
    .init("a separator inside quotes only", "to,\"a;b;c;d\"\n1,2\n", ["2: 1|2"]),
    .init("the separator that Excel says", "sep=;\r\nto;a,b,c,d\r\n1;2\r\n", ["3: 1|2"]),
    .init("the last line without a break", "to,name\n1,2", ["2: 1|2"]),
    .init("CRLF", "to,name\r\n1,2\r\n3,4\r\n", ["2: 1|2", "3: 3|4"]),
    .init("CR alone", "to,name\r1,2\r3,4\r", ["2: 1|2", "3: 3|4"]),
    .init("quotes", "to,name\n\"1\",\"say \"\"hi\"\", she\"\n", ["2: 1|say \"hi\", she"]),
    .init(
      "line breaks in quotes", "to,name\n0,x\n1,\"a\nb\r\nc\rd\"\n2,x\n",
      ["2: 0|x", "3: 1|a\nb\r\nc\rd", "7: 2|x"]),
    .init("an empty field in quotes", "to,name\n1,\"\"\n", ["2: 1|"]),
    .init("a quote inside a field", "to,size\n1,5\" screen\n", ["2: 1|5\" screen"]),
    .init("space behind a closing quote", "to,name\n\"1\" ,\"b\"\t\n", ["2: 1|b"]),
    .init("empty lines", "\n\nto,name\n\n1,2\n  \n,\n\n3,4\n\n", ["5: 1|2", "9: 3|4"]),
    .init("too few fields", "to,name,zone\n1\n2,b\n", ["2: 1", "3: 2|b"]),
    .init("too many fields", "to,name\n1,2,3\n4,5\n", ["2: !too-many-fields", "3: 4|5"]),
    .init("separators that a spreadsheet left", "to,name,,\n1,2,,\n", ["2: 1|2"]),
    .init(
      "a quote that never closes", "to,name\n0,x\n1,\"Anna\n2,b\n3,c\n",
      ["2: 0|x", "3: !open-quote", "4: 2|b", "5: 3|c"]),
    .init(
      "a quote that the next one closes", "to,name\n0,x\n1,\"Anna\n2,\"b\"\n3,c\n",
      ["2: 0|x", "3: !text-after-quote", "4: 2|b", "5: 3|c"]),
    .init(
      "text behind a closing quote", "to,name\n1,\"a\"b\n2,c\n", ["2: !text-after-quote", "3: 2|c"]),
    .init(
      "a quote that never closes in a row of several lines",
      "to,name,zone\n0,x\n1,\"a\nb\",\"c\n2,d\n3,e\n",
      ["2: 0|x", "4: !open-quote", "5: 2|d", "6: 3|e"]),
    .init("a field of NUL", "to\n\u{0}\n", ["2: \u{0}"]),
  ]

  @Test("reads tables as people and spreadsheets write them", arguments: tables)
  func reads(table: Table) {
    let whole = Readings.of(table.text)
    #expect(whole.refusal == nil)
    #expect(whole.lines == table.lines)
    let bytes = Array(table.text.utf8)
    for length in 1...4 {
      #expect(Readings.of(table.text, parts: [length]) == whole)
      #expect(Readings.goingOn(bytes, parts: [length]) == whole)
    }
  }

  @Test("names of columns are trimmed, and found whatever their case")
  func names() throws {
    var reader = UploadReader(.table)
    reader.feed(Array(" To ,\"First name\" , Città\n1,2,3\n".utf8))
    reader.finish()
    _ = try reader.next()
    let header = try #require(reader.header)
    #expect(header.names == ["To", "First name", "Città"])
    #expect(header.place(of: "FIRST NAME ") == 1)
    #expect(header.place(of: "CITTÀ") == 2)
    #expect(header.place(of: "") == nil)
  }

  @Test(
    "a header that cannot be used refuses the upload with its sentence",
    arguments: [
      ("", "line 1: the upload has no row; its first one must name the columns"),
      ("\n \n\n", "line 1: the upload has no row; its first one must name the columns"),
      (
        "to,Name,name \n1,2,3\n",
        "line 1: columns 2 and 3 are both named \"name\"; rename one of them"
      ),
      (
        "\nto,\"name\n1,2\n",
        "line 2: the header: the quote that opens here never closes; close it, or write two quotes for one that "
          + "is text"
      ),
      ("to,\u{FF}\n", "line 1: the header: has bytes that are no text"),
    ])
  func headers(text: String, sentence: String) {
    let bytes =
      text.unicodeScalars.contains("\u{FF}")
      ? Array(text.utf8.filter { $0 != 0xC3 }) : Array(text.utf8)
    // One byte beyond ASCII alone would tell of Windows-1252.
    let upload = bytes.contains(0xBF) ? [0xEF, 0xBB, 0xBF] + bytes : bytes
    let readings = Readings.of(upload)
    #expect(readings.refusal?.hasPrefix(sentence) == true, "\(readings)")
    #expect(readings.lines.isEmpty)
  }

  @Test("a thousand columns are read, and ten thousand refused with their number")
  func columns() {
    func table(_ count: Int) -> String {
      (1...count).map { "c\($0)" }.joined(separator: ",") + "\n"
        + (1...count).map(String.init).joined(separator: ",") + "\n"
    }
    #expect(Readings.of(table(1_000)).lines.count == 1)
    #expect(
      Readings.of(table(10_000)).refusal
        == "line 1: the upload has 10000 columns; at most 1000 can be read")
  }

  @Test("a field of 64 KB is read, and a longer one is a fault of its row", arguments: ["", "\""])
  func fieldLength(quote: String) {
    let limit = 64 * 1_024
    for (length, line) in [(limit, "2: "), (limit + 1, "2: name !field-too-long")] {
      let field = quote + String(repeating: "x", count: length) + quote
      let readings = Readings.of("to,name\n1,\(field)\n2,b\n", parts: [1_000])
      #expect(readings.lines.count == 2)
      #expect(readings.lines.first?.hasPrefix(line) == true)
      #expect(readings.lines.last == "3: 2|b")
    }
  }

  @Test(
    "a row of many megabytes is refused at its line and never held",
    arguments: ["", "\"", "\"x\" ,", "\"\n"])
  func rowLength(start: String) {
    let rows = "to,name\n1,a\n" + start
    let upload = Array(rows.utf8) + [UInt8](repeating: 0x78, count: 4 << 20) + Array("\n4,d\n".utf8)
    let readings = Readings.of(upload, parts: [50_000])
    #expect(readings.lines.first == "2: 1|a")
    #expect(readings.lines.dropFirst().first?.hasPrefix("3: !") == true)
    #expect(readings.lines.last?.hasSuffix(": 4|d") == true)
    #expect(readings.lines.count <= 4)
    #expect(readings.mostHeld <= 2 << 20)
    #expect(readings.ends.last == upload.count)
  }

  @Test("quotes that open and close on every line are read once or twice, not again for each line")
  func linear() {
    let lines = (0..<300_000).flatMap { _ in Array("a\",\"\n".utf8) }
    let readings = Readings.of(Array("to,name\n".utf8) + lines, parts: [60_000])
    #expect((1...4).contains(readings.lines.count))
    #expect(readings.lines.first == "2: !row-too-long")
    #expect(readings.ends.last == lines.count + 8)
  }

  @Test("the end of each row is where the next one begins, in every encoding")
  func ends() {
    let text = "to,name\r\n1,Città\r\n2,\"a\r\nb\"\r\n3,€ x\r\n"
    for encoding in Encoded.allCases where encoding.holds(text) {
      let upload = encoding.bytes(text)
      let ends = Readings.of(upload).ends
      #expect(ends.count == 3)
      #expect(ends.last == upload.count, "\(encoding)")
      let second = encoding.bytes("to,name\r\n1,Città\r\n").count
      #expect(ends.first == second, "\(encoding)")
    }
  }
}
