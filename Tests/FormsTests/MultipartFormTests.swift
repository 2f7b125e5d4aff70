import Forms
import Testing

@Suite struct MultipartFormTests {
  private static func form(_ text: String, boundary: String = "xx") -> MultipartForm? {
    MultipartForm(
      Array(text.replacing("\n", with: "\r\n").utf8),
      type: "multipart/form-data; boundary=\(boundary)")
  }

  @Test("fields and files are read as they stand, whatever is in them")
  func read() throws {
    let text = """
      --xx
      Content-Disposition: form-data; name="app"

      crm
      --xx
      content-disposition: form-data; name="file"; filename="a \\"b\\".pdf"
      Content-Type: application/pdf

      --x
      --y

      --xx--

      """
    for boundary in ["xx", "\"xx\""] {
      let parts = try #require(Self.form(text, boundary: boundary)).parts
      #expect(parts.map(\.name) == ["app", "file"])
      #expect(parts.map(\.filename) == [nil, #"a "b".pdf"#])
      #expect(parts.map(\.contentType) == [nil, "application/pdf"])
      #expect(
        parts.map { String(decoding: $0.body, as: UTF8.self) } == ["crm", "--x\r\n--y\r\n"])
    }
  }

  @Test(
    "what is no whole form is none",
    arguments: [
      "", "--xx", "--xx\nContent-Disposition: form-data; name=\"a\"\n\nx", "--yy\n\nx\n--yy--",
      "junk--xx--", "--xx\nfoo\n--xx", "--xxy\n\n\n--xx--",
    ])
  func broken(text: String) { #expect(Self.form(text) == nil) }

  @Test("a type without a boundary has no form")
  func noBoundary() {
    for type in [
      "multipart/form-data", "multipart/form-data; boundary=",
      "multipart/form-data; boundary=\"\"", "multipart/form-data; boundary",
      "multipart/form-data; boundary=\(String(repeating: "x", count: 71))",
    ] {
      #expect(MultipartForm(Array("----".utf8), type: type) == nil)
    }
  }

  @Test("an unfinished quote, and many semicolons, end")
  func odd() {
    for type in [";;;;", "; boundary=\"xx", "; =; boundary", "; boundary=\"x\\"] {
      _ = MultipartForm(Array("--xx--".utf8), type: type)
    }
  }

  @Test("there are so many parts and no more")
  func bound() {
    let part = "--xx\nContent-Disposition: form-data; name=\"a\"\n\nx\n"
    #expect(Self.form(String(repeating: part, count: 64) + "--xx--")?.parts.count == 64)
    #expect(Self.form(String(repeating: part, count: 65) + "--xx--") == nil)
  }
}
