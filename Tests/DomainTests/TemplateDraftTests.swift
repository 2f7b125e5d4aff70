import Domain
import JSON
import Testing

@Suite struct TemplateDraftTests {
  private static func draft(_ components: String, _ more: String = "") throws -> TemplateDraft {
    let text =
      "{\"name\":\"order\",\"language\":\"it\",\"category\":\"utility\",\"components\":[\(components)]\(more)}"
    return try TemplateDraft(try JSONDocument(Array(text.utf8)).root)
  }

  private static func pointers(_ body: () throws -> Void) throws -> [String] {
    do {
      try body()
      return []
    } catch let faults as FieldFaults {
      return faults.all.map(\.pointer)
    }
  }

  private static let body = #"{"type":"BODY","text":"Hello there."}"#
  private static let one =
    #"{"type":"BODY","text":"Hi {{1}}, bye.","example":{"body_text":[["Ann"]]}}"#

  @Test(
    "components are held to Meta's rules before Meta is asked",
    arguments: [
      // Bodies
      (body, []), (one, []), ("", ["/components"]),
      (#"{"type":"BODY"}"#, ["/components/0/text"]),
      (#"{"type":"BODY","text":" "}"#, ["/components/0/text"]),
      ("\(body),\(body)", ["/components/1/type"]),
      (
        "{\"type\":\"BODY\",\"text\":\"\(String(repeating: "x", count: 1025))\"}",
        ["/components/0/text"]
      ),
      (
        #"{"type":"BODY","text":"{{1}} is here.","example":{"body_text":[["a"]]}}"#,
        ["/components/0/text"]
      ),
      (
        #"{"type":"BODY","text":"Here is {{1}} ","example":{"body_text":[["a"]]}}"#,
        ["/components/0/text"]
      ),
      (
        #"{"type":"BODY","text":"A {{1}}{{2}} b","example":{"body_text":[["a","b"]]}}"#,
        ["/components/0/text"]
      ),
      (#"{"type":"BODY","text":"Hi {{1}}, bye."}"#, ["/components/0/example/body_text"]),
      (
        #"{"type":"BODY","text":"Hi {{1}}, {{2}}, bye.","example":{"body_text":[["a"]]}}"#,
        ["/components/0/example/body_text"]
      ),
      (
        #"{"type":"BODY","text":"Hi {{2}}, bye.","example":{"body_text":[["a"]]}}"#,
        ["/components/0/text"]
      ),
      // The names tell that they are names.
      (
        #"{"type":"BODY","text":"Hi {{name}}, bye.","example":{"body_text_named_params":[{"param_name":"name","example":"a"}]}}"#,
        []
      ),
      (
        #"{"type":"BODY","text":"Hi {{name}}, {{order}}, bye.","example":{"body_text_named_params":[{"param_name":"name","example":"a"}]}}"#,
        ["/components/0/example/body_text_named_params"]
      ),
      (#"{"type":"BODY","text":"Hi {{Name}}, bye."}"#, ["/components/0/text"]),
      // Headers and footers
      (#"{"type":"HEADER","format":"TEXT","text":"Hello"},\#(body)"#, []),
      (#"{"type":"HEADER","format":"IMAGE"},\#(body)"#, ["/components/0/example/header_handle"]),
      (
        #"{"type":"HEADER","format":"IMAGE","example":{"header_handle":["4::x"]}},\#(body)"#, []
      ),
      (#"{"type":"HEADER","format":"LOCATION"},\#(body)"#, []),
      (#"{"type":"HEADER","format":"SONG"},\#(body)"#, ["/components/0/format"]),
      (
        #"{"type":"HEADER","format":"TEXT","text":"{{1}} and {{2}}","example":{"header_text":["a","b"]}},\#(body)"#,
        ["/components/0/text"]
      ),
      (
        #"{"type":"HEADER","format":"TEXT","text":"For {{1}}"},\#(body)"#,
        ["/components/0/example/header_text"]
      ),
      (
        "{\"type\":\"HEADER\",\"text\":\"\(String(repeating: "x", count: 61))\"},\(body)",
        ["/components/0/text"]
      ),
      (#"\#(body),{"type":"FOOTER","text":"Bye"}"#, []),
      (#"\#(body),{"type":"FOOTER","text":"Bye {{1}}"}"#, ["/components/1/text"]),
      // Buttons
      (#"\#(body),{"type":"BUTTONS","buttons":[]}"#, ["/components/1/buttons"]),
      (
        #"\#(body),{"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"Yes"},{"type":"URL","text":"See","url":"https://x.example/a"}]}"#,
        []
      ),
      (
        #"\#(body),{"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"Yes"},{"type":"PHONE_NUMBER","text":"Call","phone_number":"+391234"},{"type":"QUICK_REPLY","text":"No"}]}"#,
        ["/components/1/buttons"]
      ),
      (
        #"\#(body),{"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"abcdefghijklmnopqrstuvwxyz"}]}"#,
        ["/components/1/buttons/0/text"]
      ),
      (
        #"\#(body),{"type":"BUTTONS","buttons":[{"type":"URL","text":"See","url":"https://x.example/{{1}}"}]}"#,
        ["/components/1/buttons/0/example"]
      ),
      (
        #"\#(body),{"type":"BUTTONS","buttons":[{"type":"URL","text":"See","url":"https://x.example/{{1}}/b","example":["https://x.example/a/b"]}]}"#,
        ["/components/1/buttons/0/url"]
      ),
      (
        #"\#(body),{"type":"BUTTONS","buttons":[{"type":"URL","text":"See","url":"x.example"}]}"#,
        ["/components/1/buttons/0/url"]
      ),
      (
        #"\#(body),{"type":"BUTTONS","buttons":[{"type":"PHONE_NUMBER","text":"a","phone_number":"+1"},{"type":"PHONE_NUMBER","text":"b","phone_number":"+2"}]}"#,
        ["/components/1/buttons/1"]
      ),
      (
        #"\#(body),{"type":"BUTTONS","buttons":[{"type":"COPY_CODE"},{"type":"DANCE"}]}"#,
        ["/components/1/buttons/0/example", "/components/1/buttons/1/type"]
      ),
      // A kind that is newer than this is Meta's to judge.
      (#"\#(body),{"type":"CAROUSEL","cards":[]}"#, []),
    ] as [(String, [String])])
  func components(components: String, pointers: [String]) throws {
    #expect(try Self.pointers { _ = try Self.draft(components) } == pointers)
  }

  @Test(
    "name, language and category are held to what Meta takes",
    arguments: [
      (#"{"name":"Order","language":"it","category":"UTILITY","components":[B]}"#, ["/name"]),
      (#"{"name":"a","language":"Italian","category":"UTILITY","components":[B]}"#, ["/language"]),
      (#"{"name":"a","language":"it","category":"ADVERT","components":[B]}"#, ["/category"]),
      (#"{"name":"a","language":"it","category":"UTILITY"}"#, ["/components"]),
      (
        #"{"name":"a","language":"it","category":"UTILITY","components":[B],"body":"x"}"#, ["/body"]
      ),
      (#"{}"#, ["/name", "/language", "/category", "/components"]),
      (
        #"{"name":"a","language":"it","category":"UTILITY","library_template_name":"x","account":"1"}"#,
        []
      ),
      (
        #"{"name":"a","language":"it","category":"AUTHENTICATION","components":[{"type":"BODY"},{"type":"BUTTONS","buttons":[{"type":"OTP","otp_type":"COPY_CODE"}]}]}"#,
        []
      ),
    ] as [(String, [String])])
  func heads(text: String, pointers: [String]) throws {
    let whole = text.split(separator: "B]").joined(separator: Self.body + "]")
    let root = try JSONDocument(Array((text.contains("[B]") ? whole : text).utf8)).root
    #expect(try Self.pointers { _ = try TemplateDraft(root) } == pointers)
  }

  @Test("what goes to Meta has its spelling and nothing of ours")
  func written() throws {
    let draft = try Self.draft(Self.one, #","account":"W1","allow_category_change":true"#)
    let json = try JSONDocument(draft.json).root
    #expect(json["category"]?.string == "UTILITY" && json["account"] == nil)
    #expect(json["parameter_format"]?.string == "POSITIONAL")
    #expect(json["allow_category_change"]?.bool == true)
    #expect(json["components"]?.items?.count == 1 && draft.format == "POSITIONAL")
  }

  @Test(
    "an edit changes something, and is held to the same rules",
    arguments: [
      ("{\"components\":[\(body)]}", []), (#"{"force":true}"#, [""]),
      (#"{"category":"MARKETING"}"#, []), (#"{"category":"X"}"#, ["/category"]),
      (#"{"name":"b","category":"UTILITY"}"#, ["/name"]),
      (#"{"components":[{"type":"BODY","text":"Hi {{1}}, bye."}]}"#, ["/components/0/text"]),
    ] as [(String, [String])])
  func edit(text: String, pointers: [String]) throws {
    let root = try JSONDocument(Array(text.utf8)).root
    let found = try Self.pointers {
      _ = try TemplateEdit(root, of: "UTILITY", format: "NAMED")
    }
    // A number is a name like any other where variables are named; its example is missing then.
    let named = pointers.map {
      $0 == "/components/0/text" ? "/components/0/example/body_text_named_params" : $0
    }
    #expect(found == named)
  }
}
