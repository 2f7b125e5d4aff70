import Domain
import Testing

@Suite struct TemplateStringTests {
  private static func document(_ url: String) -> MessageHeader {
    .media(Media(.document, .link(url)))
  }

  static let templates: [(String, Template)] = [
    ("template-hello_world+en_US", Template(name: "hello_world", language: "en_US")),
    ("template-hello_world", Template(name: "hello_world", language: "de")),
    (" template-hello_world+en_US\n", Template(name: "hello_world", language: "en_US")),
    (
      "template-t+it+Mario|3 PM",
      Template(name: "t", language: "it", parameters: Template.positional(["Mario", "3 PM"]))
    ),
    (
      "template-t+it+1 + 1|a+b",
      Template(name: "t", language: "it", parameters: Template.positional(["1 + 1", "a+b"]))
    ),
    (
      "template-t+it+v1||",
      Template(name: "t", language: "it", parameters: Template.positional(["v1", "", ""]))
    ),
    (
      "template-t+file_link:https://h/a.JPG?x=1",
      Template(
        name: "t", language: "de", header: .media(Media(.image, .link("https://h/a.JPG?x=1"))))
    ),
    (
      "template-t+en_US+file_link:https://h/a+b.mp4|v1|v2",
      Template(
        name: "t", language: "en_US", header: .media(Media(.video, .link("https://h/a+b.mp4"))),
        parameters: Template.positional(["v1", "v2"]))
    ),
    (
      "template-t+file_link:https://h/a.pdf|v1",
      Template(
        name: "t", language: "de", header: document("https://h/a.pdf"),
        parameters: Template.positional(["v1"]))
    ),
    (
      "template-t+file_link:https://h/get",
      Template(name: "t", language: "de", header: document("https://h/get"))
    ),
    (
      "template-t+file_link:https://h/a.mp3",
      Template(name: "t", language: "de", header: document("https://h/a.mp3"))
    ),
    (
      "template-t+en+file_link:https://h/a.PNG",
      Template(name: "t", language: "en", header: .media(Media(.image, .link("https://h/a.PNG"))))
    ),
  ]

  @Test("reads a template in one line", arguments: templates)
  func reads(text: String, template: Template) throws {
    #expect(try TemplateString.read(text, defaultLanguage: "de") == template)
  }

  @Test(
    "leaves alone what a person would write",
    arguments: [
      "", "template", "template-", "template- hello", "template-Hello there", "Template-hello+en",
      "a template-hello+en", "template-based design", "template-è+en", "template+en",
    ])
  func texts(text: String) throws {
    #expect(try TemplateString.read(text, defaultLanguage: "en") == nil)
  }

  @Test(
    "refuses a line that was meant as a template and is none",
    arguments: [
      ("template-t+", TemplateString.Fault.language("")),
      ("template-t+Mario|3 PM", .language("Mario|3 PM")),
      ("template-t+english", .language("english")), ("template-t++v1", .language("")),
      ("template-t+it+", .noValues), ("template-t+file_link:", .noLink),
      ("template-t+it+file_link:|v1", .noLink), ("template-t+it+file_link:ftp://h/a.pdf", .noLink),
      ("template-t+file_link:https://h/a b.pdf", .noLink),
    ])
  func refusals(text: String, fault: TemplateString.Fault) {
    #expect(throws: fault) { try TemplateString.read(text, defaultLanguage: "en") }
  }

  @Test("takes the header's kind from the template where that is known")
  func knownHeader() throws {
    let template = try TemplateString.read(
      "template-t+file_link:https://h/get", defaultLanguage: "en", headerKinds: ["t": .video])
    #expect(template?.header == .media(Media(.video, .link("https://h/get"))))
  }
}
