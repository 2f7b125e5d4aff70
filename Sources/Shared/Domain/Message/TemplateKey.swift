/// What flows and holds know a template by: its name and language, since one may be paused or missing while
/// the other is well. Those that older versions made, and news that names no language, have the name alone
/// and stand for every language.
package struct TemplateKey: Hashable, Sendable {
  /// As the store keeps it.
  package let text: String

  package init(text: String) { self.text = text }

  package init(name: String, language: String) {
    text = language.isEmpty ? name : "\(name)\(Self.separator)\(language)"
  }

  /// Of what is held: every template there is.
  package static let all = TemplateKey(name: "*", language: "*")
  /// And what is no template, which is what answers a person.
  package static let none = TemplateKey(text: "")

  package var name: String { String(text.prefix { $0 != Self.separator }) }

  package var language: String? {
    text.firstIndex(of: Self.separator).map { String(text[text.index(after: $0)...]) }
  }

  /// For people.
  package var description: String { language.map { "\(name) (\($0))" } ?? name }

  /// In no name and no language.
  private static let separator: Character = "\u{1F}"
}
