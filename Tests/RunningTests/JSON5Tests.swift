@testable import Settings
import Testing

@Suite struct JSON5Tests {
  @Test(
    "reads what JSON5 allows",
    arguments: [
      ("{}", .object([:])), ("[1, 2,]", .array([.number(1), .number(2)])),
      ("{a: 'x', \"b\": \"y\",}", .object(["a": .text("x"), "b": .text("y")])),
      ("// first\n{ /* in */ $a_1: true } // last", .object(["$a_1": .truth(true)])),
      ("[+1, -2.5, .5, 5., 0x1F, 1e3]", .array([1, -2.5, 0.5, 5, 31, 1000].map { .number($0) })),
      (#"'it\'s \u00e8 \x41 \ud83c\udf35 \n"# + " \\\n on'", .text("it's è A 🌵 \n  on")),
      ("null", .null), ("\u{FEFF} 'x'", .text("x")),
      ("{città: 'Forlì'}", .object(["città": .text("Forlì")])),
    ] as [(String, SettingsNode)])
  func reads(text: String, node: SettingsNode) throws {
    #expect(try JSON5Reader.read(Array(text.utf8)) == node)
  }

  @Test(
    "says where a text is wrong, and never what stands there",
    arguments: [
      ("", "line 1, column 1: ends where a value is expected"),
      ("{ a: \n  'secret", "line 2, column 3: has a text without its closing quote"),
      ("{a: 1,, b: 2}", "line 1, column 7: needs a name here"),
      ("{a 1}", "line 1, column 4: lacks a : after a"),
      ("{a: secret}", "line 1, column 5: has a text without quotes"),
      ("{a: 1 b: 2}", "line 1, column 7: lacks a , or }"),
      ("[1", "line 1, column 3: lacks a , or ]"),
      ("{", "line 1, column 2: ends before its }"),
      ("{a: 1, a: 2}", "line 1, column 9: has a twice in one object"),
      ("{} {}", "line 1, column 4: has something after its end"),
      ("/* x", "line 1, column 1: has a comment without its end"),
      ("/x", "line 1, column 2: has a / that starts no comment"),
      ("1..2", "line 1, column 1: has a number that cannot be read"),
      ("1e999", "line 1, column 1: has a number that cannot be read"),
      (#"'\u12'"#, "line 1, column 4: has an escape that lacks digits"),
      (#"'\ud83c'"#, "line 1, column 8: has half a character"),
    ])
  func refuses(text: String, fault: String) {
    let thrown = #expect(throws: SettingsFault.self) { try JSON5Reader.read(Array(text.utf8)) }
    #expect(thrown?.description == fault)
  }

  @Test("refuses bytes that are no text and nesting without end")
  func hostile() {
    #expect(throws: SettingsFault.self) { try JSON5Reader.read([0x22, 0xFF, 0x22]) }
    #expect(throws: SettingsFault.self) {
      try JSON5Reader.read(Array(repeating: UInt8(ascii: "["), count: 100_000))
    }
  }
}
