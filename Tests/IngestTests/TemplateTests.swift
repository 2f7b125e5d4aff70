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
      // The list was just read.
      (#""template_name":"unknown","parameters":["a"]"#, ["/template_name"]),
      (#""template_name":"gone","parameters":["a"]"#, ["/template_name"]),
      (
        #""body":"x","fallbackTemplate":{"template_name":"gone","language_code":"it"}"#,
        ["/fallbackTemplate/template_name"]
      ),
      (#""template":{"name":"gone","language":{"code":"it"}}"#, ["/template/name"]),
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

  private static func send(
    _ stand: IngestStand, _ template: String
  ) async throws -> IngestStand.Answer {
    try await SendTests.send(
      stand,
      "{\"to\":\"+393331234567\",\"sender\":\"meta\",\"template_name\":\"\(template)\",\"language_code\":\"it\"}"
    )
  }

  @Test(
    "a template that the list lacks is taken with a warning while the list is in doubt, and refused once it was read again"
  )
  func unknown() async throws {
    let (stand, stock) = try Self.stand()
    let account = AccountID("102290129340398")
    try stock.store.templatesFailed(of: account, because: "190: ended")
    try stand.templates.look(at: stock.store)
    let doubtful = try await Self.send(stand, "unknown")
    #expect(doubtful.status == 202, "\(doubtful.text)")
    #expect(try doubtful.json["warnings"]?.items?.count == 1)
    #expect(try doubtful.json["id"]?.string != nil && doubtful.json["state"]?.string == "queued")
    try stock.store.save(try stock.store.templates(), of: account)
    try stand.templates.look(at: stock.store)
    let sure = try await Self.send(stand, "unknown")
    #expect(sure.status == 422 && sure.text.contains("just read"), "\(sure.text)")
    try stock.store.wantTemplates(of: account)
    try stand.templates.look(at: stock.store)
    #expect(try await Self.send(stand, "unknown").status == 202, "somebody knows of a change")
  }

  @Test(
    "what may keep a template from going out is a warning beside the send's id, also in a batch")
  func warnings() async throws {
    let (stand, stock) = try Self.stand()
    var paused = try #require(try stock.store.templates().first { $0.name == "gone" })
    paused.status = "PENDING"
    try stock.store.put(paused)
    try stand.templates.look(at: stock.store)
    let one = try await Self.send(stand, "gone")
    #expect(one.status == 202, "\(one.text)")
    #expect(try one.json["warnings"]?.items?.first?.string?.contains("pending") == true)
    let batch = try await SendTests.send(
      stand,
      #"[{"to":"+393331234567","sender":"meta","template_name":"gone","language_code":"it"},{"to":"+393331234567","sender":"meta","body":"x"}]"#,
      to: "/in/api/sends")
    let items = try #require(try batch.json.items)
    #expect(items[0]["warnings"] != nil && items[1]["warnings"] == nil, "\(batch.text)")
  }
}
