import JSON
import Testing

@Suite struct JSONFaultTests {
  @Test(
    "what is not JSON is told with the byte where it stops being so",
    arguments: [
      ("", "not valid JSON: it is empty"), ("{", "not valid JSON, near byte 1"),
      (#"{"a":1,}"#, "not valid JSON, near byte 7"), (#"{"a" 1}"#, "not valid JSON, near byte 5"),
      (#"{"a":"b"#, "not valid JSON, near byte 7"), ("[1 2]", "not valid JSON, near byte 3"),
      ("[1,2] x", "not valid JSON, near byte 6"), ("nul", "not valid JSON, near byte 3"),
      (#""\q""#, "not valid JSON, near byte 2"), (#""\u12g4""#, "not valid JSON, near byte 5"),
      ("[01]", "not valid JSON, near byte 2"), ("[1.]", "not valid JSON, near byte 3"),
      ("[-]", "not valid JSON, near byte 2"), ("\"a\nb\"", "not valid JSON, near byte 2"),
      ("[[]", "not valid JSON, near byte 3"), ("{}}", "not valid JSON, near byte 2"),
      ("[tru]", "not valid JSON, near byte 4"), ("'a'", "not valid JSON, near byte 0"),
      ("[1e]", "not valid JSON, near byte 3"),
    ])
  func faults(text: String, sentence: String) {
    let error = #expect(throws: NotJSON.self) { try JSONDocument(text.utf8) }
    #expect(error?.description == sentence)
  }

  @Test("a byte that is no UTF-8 is told by its place")
  func notUTF8() {
    let error = #expect(throws: NotJSON.self) {
      try JSONDocument(Array(#"["ab"#.utf8) + [0xFF] + Array(#""]"#.utf8))
    }
    #expect(error?.description == "not valid JSON, near byte 4")
  }

  @Test("what is too deep is told so")
  func deep() {
    let text = String(repeating: "[", count: 2000) + String(repeating: "]", count: 2000)
    let error = #expect(throws: NotJSON.self) { try JSONDocument(text.utf8) }
    #expect(error?.description.contains("too deep") == true)
  }
}
