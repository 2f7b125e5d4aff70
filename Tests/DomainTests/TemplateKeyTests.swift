import Domain
import Testing

@Suite struct TemplateKeyTests {
  @Test(
    "a template is known by its name and language; an older key by its name alone",
    arguments: [
      (TemplateKey(name: "offer", language: "it"), "offer", "it", "offer (it)"),
      (TemplateKey(name: "offer", language: ""), "offer", nil, "offer"),
      (TemplateKey(text: "offer"), "offer", nil, "offer"),
      (TemplateKey(text: ""), "", nil, ""),
    ] as [(TemplateKey, String, String?, String)])
  func keys(key: TemplateKey, name: String, language: String?, description: String) {
    #expect(key.name == name)
    #expect(key.language == language)
    #expect(key.description == description)
    #expect(TemplateKey(text: key.text) == key)
  }

  @Test("a message's template is held by name and language")
  func ofMessage() {
    let message = Message(.template(Template(name: "offer", language: "en_US")))
    #expect(message.templateName == TemplateKey(name: "offer", language: "en_US").text)
  }
}
