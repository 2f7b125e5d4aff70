import Domain
import JSON
import Testing

@Suite struct HandOverNoticeTests {
  private static let words = HandOverNotice.Words(
    name: "Anna {text}", number: "+39333", reason: "asked for a person", text: "I  want\na {name}")

  @Test(
    "a parameter says who it is and why, on one line, and takes no placeholder from a contact",
    arguments: [
      ("{name}: {text}", "Anna {text}: I want a {name}"), ("{number}", "+39333"),
      ("because: {reason}", "because: asked for a person"), ("{other} {", "{other} {"), ("", ""),
    ])
  func filled(parameter: String, expected: String) throws {
    let notice = HandOverNotice("handed_over", in: "it", parameters: [parameter])
    let phone = try PhoneNumber("+393331234567")
    let request = try JSONDocument(notice.request(to: phone, Self.words)).root
    #expect(request["parameters"]?.items?.compactMap(\.string) == [expected])
    #expect(request["to"]?.string == "+393331234567")
    #expect(request["template_name"]?.string == "handed_over")
    #expect(request["language_code"]?.string == "it")
  }

  @Test("what nobody said is never an empty parameter, and what is long is cut")
  func bounds() throws {
    var words = Self.words
    (words.name, words.text) = (nil, " \n ")
    let notice = HandOverNotice("n", parameters: ["{name}", "{text}", "{reason}"])
    words.reason = String(repeating: "x", count: 5000)
    let request = try JSONDocument(notice.request(to: PhoneNumber("+393331234567"), words)).root
    let filled = request["parameters"]?.items?.compactMap(\.string)
    #expect(filled == ["+39333", "-", String(repeating: "x", count: 300)])
    #expect(request["language_code"]?.isNull ?? true)
  }
}
