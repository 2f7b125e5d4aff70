import Domain
import Testing

@Suite struct SendContentTests {
  @Test(
    "what is redacted has no word of what was said, and is a request as before",
    arguments: [
      (#"{"to":"+39","type":"text","body":"ciao"}"#, #"{"to":"+39","type":"text","body":""}"#),
      (
        #"{"type":"image","image":{"link":"https://h/a","caption":"ciao"}}"#,
        #"{"type":"image","image":{"link":"https://h/a"}}"#
      ),
      (
        #"{"template":{"name":"n","language":{"code":"it"},"components":[{"type":"body"}]}}"#,
        #"{"template":{"name":"n","language":{"code":"it"}}}"#
      ),
      (#"{"type":"text","text":{"body":"ciao"}}"#, #"{"type":"text","text":{}}"#),
      (#"{"metadata":{"a":1},"sendAt":"x"}"#, #"{"metadata":{"a":1},"sendAt":"x"}"#),
      ("no request", "no request"),
    ])
  func redacted(content: String, expected: String) {
    let redacted = SendContent(json: Array(content.utf8)).redacted
    #expect(String(decoding: redacted.json, as: UTF8.self) == expected)
  }
}
