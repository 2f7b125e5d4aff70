/// The keys of a YAML document by their indentation. Of YAML it knows what docs/openapi.yaml is written in:
/// `key:` and `key: value` on lines of their own, two spaces a level, lists, comments; nothing that goes
/// over lines.
package struct Outline {
  package struct Unreadable: Error { let line: String }

  private var children: [[String]: [String]] = [:]

  package init(_ text: String) throws {
    var path: [String] = []
    for line in text.split(separator: "\n") {
      let content = line.drop { $0 == " " }
      let indent = line.count - content.count
      guard !content.hasPrefix("#"), !content.hasPrefix("- ") else { continue }
      guard let key = Self.key(content), indent.isMultiple(of: 2) else {
        throw Unreadable(line: String(line))
      }
      // A key inside of a list item stands deeper than its list, which is of no interest here.
      guard indent / 2 <= path.count else { continue }
      path = Array(path.prefix(indent / 2))
      children[path, default: []].append(key)
      path.append(key)
    }
  }

  package func keys(under path: String...) -> [String] { children[path] ?? [] }

  private static func key(_ content: Substring) -> String? {
    if content.hasPrefix("\"") {
      let key = content.dropFirst().prefix { $0 != "\"" }
      return content[key.endIndex...].hasPrefix("\":") ? String(key) : nil
    }
    guard let colon = content.firstIndex(of: ":") else { return nil }
    let rest = content[content.index(after: colon)...]
    return rest.isEmpty || rest.hasPrefix(" ") ? String(content[..<colon]) : nil
  }
}
