import Providers
import Testing

@Suite struct TwiMLReaderTests {
  @Test(
    "what is acted on are messages with their text",
    arguments: [
      ("", []), (" \n", []), ("<Response/>", []), ("<Response></Response>", []),
      (#"<?xml version="1.0" encoding="UTF-8"?><Response/>"#, []),
      ("<Response><Message>Hello</Message></Response>", ["Hello"]),
      ("\u{FEFF}<Response>\n <Message>\n a \n</Message>\n</Response>\n", ["a"]),
      ("<Response><Message><Body>Hello</Body></Message></Response>", ["Hello"]),
      ("<Response><Message>a</Message><Message>b</Message></Response>", ["a", "b"]),
      (
        "<Response><Message>a &lt;b&gt; &amp; &quot;c&apos; &#233;&#xE8;</Message></Response>",
        ["a <b> & \"c' éè"]
      ),
      ("<Response><!-- x --><Message>a<!-- y -->b</Message></Response>", ["ab"]),
      ("<Response><Message><![CDATA[<a> & b]]></Message></Response>", ["<a> & b"]),
      ("<Response ><Message >a</Message ></Response >", ["a"]),
    ] as [(String, [String])])
  func read(text: String, messages: [String]) throws {
    #expect(try TwiMLAnswer(Array(text.utf8)).messages == messages)
  }

  @Test(
    "what is not acted on is named",
    arguments: [
      ("ok", "text stands"), ("<html></html>", "<html>"),
      (
        "<Response><Redirect>x</Redirect></Response>",
        "<Redirect>"
      ),
      (#"<Response><Message to="+39">x</Message></Response>"#, "attributes"),
      ("<Response><Message><Media>https://h/a</Media></Message></Response>", "<Media>"),
      ("<Response><Message></Message></Response>", "says nothing"),
      ("<Response><Message/></Response>", "says nothing"),
      ("<Response><Message>a", "does not end"),
      ("<Response><Message>a</Body></Message></Response>", "missing"),
      ("<Response><Message>&nbsp;</Message></Response>", "&nbsp"),
      ("<Response><Message>&#xD800;</Message></Response>", "&#xD800"),
      ("<Response/><Response/>", "behind"), ("<Response>a</Response>", "text stands"),
      (#"<!DOCTYPE a [<!ENTITY b "c">]><Response/>"#, "not served"), ("<", "does not end"),
      ("<Response><Message><Body>a<b/></Body></Message></Response>", "more than text"),
      (
        "<Response>" + String(repeating: "<Message>a</Message>", count: 11) + "</Response>",
        "more than 10"
      ),
      (String(repeating: " ", count: 70_000), "bytes"),
    ])
  func refused(text: String, words: String) {
    let fault = #expect(throws: TwiMLAnswer.Fault.self) { try TwiMLAnswer(Array(text.utf8)) }
    #expect(fault?.description.contains(words) == true, "\(fault?.description ?? "")")
  }

  @Test("bytes that are no text are refused")
  func bytes() {
    #expect(throws: TwiMLAnswer.Fault.self) { try TwiMLAnswer([0xFF, 0xFE]) }
  }
}
