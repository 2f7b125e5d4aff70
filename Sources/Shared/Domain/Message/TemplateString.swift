/// A template spelt as one line of text:
///
///     template-NAME[+LANG][+VALUE|VALUE…]
///     template-NAME[+LANG]+file_link:URL[|VALUE|VALUE…]
///
/// A text is taken for one only if it begins `template-` and a template's name, and then ends or goes on
/// with `+`. From there on whatever is wrong is an error: such a line was never meant for a person's eyes.
package enum TemplateString {
  package enum Fault: Error, Hashable, CustomStringConvertible {
    case language(String)
    case noLink
    case noValues

    package var description: String {
      switch self {
      case .language(let text):
        "must have a language such as en_US after the template's name, not \(text.prefix(20))"
      case .noLink: "must have an http or https URL after file_link:"
      case .noValues: "must have the template's values after the last +"
      }
    }
  }

  /// nil where the text is a text. A template whose header is known, by its name, need not have it guessed.
  package static func read(
    _ text: String, defaultLanguage: String, headerKinds: [String: Media.Kind] = [:]
  ) throws(Fault) -> Template? {
    let line = trimmed(text)
    guard line.hasPrefix("template-") else { return nil }
    let (name, rest) = cut(line.dropFirst("template-".count), at: "+")
    guard Template.isMetaName(name) else { return nil }
    var template = Template(name: String(name), language: defaultLanguage)
    guard var rest else { return template }
    if !rest.hasPrefix("file_link:") {
      let (language, values) = cut(rest, at: "+")
      guard Template.isLanguage(language) else { throw .language(String(language)) }
      template.language = String(language)
      guard let values else { return template }
      rest = values
    }
    try read(rest, into: &template, headerKinds[template.name])
    return template
  }

  private static func read(
    _ rest: Substring, into template: inout Template, _ headerKind: Media.Kind?
  ) throws(Fault) {
    var values: Substring? = rest
    if rest.hasPrefix("file_link:") {
      let (link, after) = cut(rest.dropFirst("file_link:".count), at: "|")
      template.header = .media(try header(String(link), headerKind))
      values = after
    } else if rest.isEmpty {
      throw .noValues
    }
    guard let values else { return }
    let parts = values.split(separator: "|", omittingEmptySubsequences: false)
    template.parameters = Template.positional(parts.map(String.init))
  }

  /// What no picture and no video is goes as a document.
  private static func header(
    _ link: String, _ known: Media.Kind?
  ) throws(Fault) -> Media {
    var faults = FieldFaults()
    faults.check(url: link, at: "")
    guard faults.isEmpty else { throw .noLink }
    let kind = known ?? FileKind.of(link)
    return Media(kind == .image || kind == .video ? kind ?? .document : .document, .link(link))
  }

  private static func cut(
    _ text: Substring, at mark: Character
  ) -> (before: Substring, after: Substring?) {
    guard let place = text.firstIndex(of: mark) else { return (text, nil) }
    return (text[..<place], text[text.index(after: place)...])
  }

  private static func trimmed(_ text: String) -> Substring {
    var line = text[...]
    while line.first?.isWhitespace ?? false { line.removeFirst() }
    while line.last?.isWhitespace ?? false { line.removeLast() }
    return line
  }
}
