import JSON
import Testing

@Suite struct StorableTextTests {
  @Test(
    "what no database keeps as text becomes U+FFFD, and nothing else changes",
    arguments: [
      (#"{"a":"b\u0000c"}"#, #"{"a":"b\ufffdc"}"#), (#""\u0000\u0000""#, #""\ufffd\ufffd""#),
      (#""\ud83d\ude00""#, nil), (#""\uD83D\uDE00\uD83D""#, #""\uD83D\uDE00\ufffd""#),
      (#""\ud83d""#, #""\ufffd""#), (#""\ude00\ud83d""#, #""\ufffd\ufffd""#),
      (#""\ud83d\n""#, #""\ufffd\n""#), (#""\ud83d\ud83d\ude00""#, #""\ufffd\ud83d\ude00""#),
      (#""\\u0000""#, nil), (#""\\\u0000""#, #""\\\ufffd""#), (#""\u0001\u00e8\/""#, nil),
      ("{}", nil), ("", nil), (#"\"#, nil), (#"\u00"#, nil), (#"\ud83d"#, #"\ufffd"#),
    ] as [(String, String?)])
  func replaced(text: String, expected: String?) {
    let repaired = replacingUnstorable(in: Array(text.utf8))
    #expect(repaired.map { String(decoding: $0, as: UTF8.self) } == expected)
  }
}
