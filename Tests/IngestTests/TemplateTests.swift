import Domain
import Events
import HTTP
import JSON
import Running
import SendStore
import Testing

@testable import Ingest

@Suite struct TemplateTests {
  /// One whose templates are known.
  private static func stand() throws -> (IngestStand, StockedStore) {
    let stand = try IngestStand()
    let stock = try StockedStore(stand)
    let account = AccountID("102290129340398")
    let components = """
      [{"type":"HEADER","format":"IMAGE"},{"type":"BODY","text":"Hi {{1}}, {{2}}"},
       {"type":"BUTTONS","buttons":[{"type":"URL","text":"see","url":"https://x/{{1}}"}]}]
      """
    func template(_ name: String, _ status: String, _ components: String) -> MirroredTemplate {
      MirroredTemplate(
        account: account, name: name, language: "it", status: status, category: "UTILITY",
        quality: "", components: Array(components.utf8))
    }
    let named = "[{\"type\":\"BODY\",\"text\":\"{{name}}, {{order}}\"}]"
    try stock.store.save(
      [
        template("plain", "APPROVED", named), template("rich", "APPROVED", components),
        template("gone", "REJECTED", components),
      ], of: account)
    try stand.templates.look(at: stock.store)
    return (stand, stock)
  }

  @Test(
    "a value that a template wants and that is not there is told by its name before anything is queued",
    arguments: [
      (#""template_name":"plain","parameters":{"name":"a"}"#, ["/parameters/order"]),
      (#""template_name":"plain","parameters":{"name":"a","order":"b"}"#, []),
      (
        #""template_name":"plain","parameters":{"name":"a","order":"b","more":"c"}"#,
        ["/parameters/more"]
      ),
      (#""template_name":"rich","parameters":["a","b"]"#, ["/buttons", "/header"]),
      (
        #""template":{"name":"rich","language":{"code":"it"},"components":[{"type":"body","parameters":[{"type":"text","text":"a"}]}]}"#,
        ["/template/components", "/template/components", "/template/components"]
      ),
      (
        #""body":"x","fallbackTemplate":{"template_name":"plain","language_code":"it"}"#,
        ["/fallbackTemplate/parameters/name", "/fallbackTemplate/parameters/order"]
      ),
      // What is not known, or cannot be sent, is its provider's to judge.
      (#""template_name":"unknown","parameters":["a"]"#, []),
      (#""template_name":"gone","parameters":["a"]"#, []),
    ] as [(String, [String])])
  func missing(fields: String, pointers: [String]) async throws {
    let (stand, stock) = try Self.stand()
    defer { withExtendedLifetime(stock) {} }
    let type = fields.contains("\"template\":") ? #","type":"template""# : ""
    let language =
      fields.contains("template_name\":\"") && !fields.contains("fallback")
      ? #","language_code":"it""# : ""
    let body = "{\"to\":\"+393331234567\",\"sender\":\"meta\",\(fields)\(type)\(language)}"
    let answer = try await SendTests.send(stand, body)
    #expect(answer.status == (pointers.isEmpty ? 202 : 422), "\(answer.text)")
    guard !pointers.isEmpty else { return }
    let found = try answer.json["errors"]?.items?.compactMap { $0["pointer"]?.string } ?? []
    #expect(found.sorted() == pointers.sorted(), "\(answer.text)")
    #expect(try stand.records(.sends).isEmpty)
  }
}
