import Forms
import Testing

@Suite struct FormPairTests {
  @Test(
    "reads pairs, escapes and what looks like an escape",
    arguments: [
      ("", []), ("&&", []), ("a", [["a", ""]]), ("a=", [["a", ""]]), ("=a", [["", "a"]]),
      ("a&b&c&d", [["a", ""], ["b", ""], ["c", ""], ["d", ""]]), ("=&=&", [["", ""], ["", ""]]),
      ("a=b=c&a=d", [["a", "b=c"], ["a", "d"]]), ("a+b=c%20d", [["a b", "c d"]]),
      ("a=%", [["a", "%"]]), ("a=%4", [["a", "%4"]]), ("a=%zz%41", [["a", "%zzA"]]),
      ("%3D=%26&", [["=", "&"]]), ("a=%c3%AB", [["a", "ë"]]),
    ] as [(String, [[String]])])
  func reads(text: String, expected: [[String]]) {
    let pairs = FormPair.all(in: Array(text.utf8)[...]).map {
      [String(decoding: $0.name, as: UTF8.self), String(decoding: $0.value, as: UTF8.self)]
    }
    #expect(pairs == expected)
  }

  @Test("an escape that ends with its pair is one, and none reaches over the pair's end")
  func ends() {
    let body = Array("x=1&a=%41&b=%4&c=2".utf8)
    let values = FormPair.all(in: body[4...]).map { String(decoding: $0.value, as: UTF8.self) }
    #expect(values == ["A", "%4", "2"])
  }

  @Test("reads every short text as if it were first split and then decoded")
  func everyShortText() {
    let letters = Array("a&=%4+".utf8)
    for length in 0...6 {
      var count = 1
      for _ in 0..<length { count *= letters.count }
      for number in 0..<count {
        var (rest, text) = (number, [UInt8]())
        for _ in 0..<length {
          text.append(letters[rest % letters.count])
          rest /= letters.count
        }
        let pairs = FormPair.all(in: text[...])
        if pairs != splitFirst(text) { Issue.record("\(String(decoding: text, as: UTF8.self))") }
      }
    }
  }

  private func splitFirst(_ text: [UInt8]) -> [FormPair] {
    text.split(separator: UInt8(ascii: "&")).map { pair in
      let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
      return FormPair(
        name: percentDecoded(pair[..<equals], plusIsSpace: true),
        value: percentDecoded(pair[equals...].dropFirst(), plusIsSpace: true))
    }
  }

  @Test("reads no more than it is asked to")
  func limit() {
    #expect(DecodedForm(Array("a&b&c".utf8)[...], atMost: 2).pairs.count == 2)
  }

  @Test("what was written is read again, whatever it is", arguments: ["a b", "+%&=", "è😀\n", ""])
  func roundTrip(text: String) {
    let body = FormPair.encoded([(name: text, value: text), (name: "n", value: "")])
    let found = FormPair.all(in: body[...])
    #expect(found.first == FormPair(name: Array(text.utf8), value: Array(text.utf8)))
  }

  @Test("a plus sign in a path is one, and a slash stays where it is kept")
  func percent() {
    #expect(percentDecoded(Array("a+b%2F".utf8)[...], plusIsSpace: false) == Array("a+b/".utf8))
    #expect(percentEncoded("a/b c", keeping: "/") == Array("a/b%20c".utf8))
  }
}
