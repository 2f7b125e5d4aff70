import JSON
import Testing

@Suite struct JSONDocumentTests {
  @Test("reads every kind of value")
  func kinds() throws {
    let root = try JSONDocument(
      Array(
        #"{"s":"Zoë 🌵\n","i":-5,"u":18446744073709551615,"d":1.5,"b":true,"n":null,"a":[1,"x"],"o":{"k":"v"}}"#
          .utf8)
    ).root
    #expect(root["s"]?.string == "Zoë 🌵\n")
    #expect(root["i"]?.integer == -5)
    #expect(root["u"]?.unsigned == UInt64.max)
    #expect(root["u"]?.integer == nil)
    #expect(root["d"]?.double == 1.5)
    #expect(root["b"]?.bool == true)
    #expect(root["n"]?.isNull == true)
    #expect(root["a"]?.items?.count == 2)
    #expect(root["o"]?["k"]?.string == "v")
    #expect(root["missing"] == nil)
    #expect(root["s"]?.integer == nil)
    #expect(root.fields?.map(\.name) == ["s", "i", "u", "d", "b", "n", "a", "o"])
    #expect(root["a"]?.text == Array(#"[1,"x"]"#.utf8))
  }

  @Test(
    "refuses what is not JSON",
    arguments: ["", " ", "{", "[1,]", "{'a':1}", "nul", "{} {}", "\"\\ud800\"", "[\"\u{1}\"]"])
  func refusals(text: String) {
    #expect(throws: NotJSON.self) { try JSONDocument(Array(text.utf8)) }
  }

  @Test("refuses bytes that are not UTF-8 and nesting without end")
  func hostile() {
    #expect(throws: NotJSON.self) { try JSONDocument([0x22, 0xFF, 0xFE, 0x22]) }
    #expect(throws: NotJSON.self) {
      try JSONDocument([UInt8](repeating: UInt8(ascii: "["), count: 100_000))
    }
  }

  @Test("a value outlives the last reference to its document")
  func lifetime() throws {
    func value() throws -> JSONValue? { try JSONDocument(Array(#"{"a":["kept"]}"#.utf8)).root["a"] }
    #expect(try value()?.items?.first?.string == "kept")
  }
}
