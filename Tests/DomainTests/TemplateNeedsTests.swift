import Domain
import JSON
import Testing

@Suite struct TemplateNeedsTests {
  private static func needs(_ components: String) throws -> TemplateNeeds {
    TemplateNeeds(components: try JSONDocument(Array(components.utf8)).root)
  }

  private static let whole = """
    [{"type":"HEADER","format":"TEXT","text":"For {{1}}"},
     {"type":"BODY","text":"Hi {{1}}, your {{2}} comes, {{1}}"}, {"type":"FOOTER","text":"x"},
     {"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"no"},
       {"type":"URL","text":"see","url":"https://x/{{1}}"},{"type":"URL","text":"y","url":"https://y"}]}]
    """

  @Test("components tell what is to be filled in")
  func read() throws {
    let needs = try Self.needs(Self.whole)
    #expect(needs.body == ["1", "2"] && needs.header == .text(1) && needs.addresses == [1])
    let named = try Self.needs(#"[{"type":"BODY","text":"{{ name }} and {{order_id}}"}]"#)
    #expect(named.body == ["name", "order_id"])
    #expect(try Self.needs(#"[{"type":"HEADER","format":"IMAGE"}]"#).header == .file("image"))
    #expect(try Self.needs(#"[{"type":"BODY","text":"{{ {{}} {{1"}]"#).body.isEmpty)
    #expect(TemplateNeeds(components: nil) == TemplateNeeds())
  }

  @Test(
    "what a request lacks or has too much of is told by its place",
    arguments: [
      (["a", "b"], true, true, []), (["a"], true, true, ["parameters/2"]),
      ([], true, true, ["parameters/1", "parameters/2"]),
      (["a", "b", "c"], true, true, ["parameters/3"]), (["a", "b"], false, true, ["header"]),
      (["a", "b"], true, false, ["buttons"]),
    ] as [([String], Bool, Bool, [String])])
  func faults(values: [String], header: Bool, button: Bool, places: [String]) throws {
    let template = Template(
      name: "t", language: "en", header: header ? .text("x") : nil,
      parameters: Template.positional(values),
      buttons: button ? [Template.Button(index: 1, .url(suffix: "z"))] : [])
    #expect(try Self.needs(Self.whole).faults(of: template).map(\.place) == places)
  }
}
