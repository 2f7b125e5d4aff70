package import JSON

/// What a template of Meta's wants to be filled in, as its components tell.
package struct TemplateNeeds: Hashable, Sendable {
  package enum Header: Hashable, Sendable {
    case nothing
    /// With as many values.
    case text(Int)
    /// image, video, document or location.
    case file(String)
  }

  /// Names of the body's values: numbers from 1, or words.
  package var body: [String] = []
  package var header = Header.nothing
  /// Places of the buttons whose address wants an end.
  package var addresses: [Int] = []

  package init() {}

  /// Components that nobody knows want nothing: the provider has the last word.
  package init(components: JSONValue?) {
    for component in components?.items ?? [] {
      let text = component["text"]?.string ?? ""
      switch component["type"]?.string?.uppercased() {
      case "BODY": body = Self.names(in: text)
      case "HEADER":
        let format = component["format"]?.string?.lowercased() ?? "text"
        if format == "text" {
          let count = Self.names(in: text).count
          header = count == 0 ? .nothing : .text(count)
        } else {
          header = .file(format)
        }
      case "BUTTONS":
        for (place, button) in (component["buttons"]?.items ?? []).enumerated()
        where button["type"]?.string?.uppercased() == "URL" {
          if !Self.names(in: button["url"]?.string ?? "").isEmpty { addresses.append(place) }
        }
      default: break
      }
    }
  }

  /// What stands in `{{…}}`, each once, in the order in which it comes.
  static func names(in text: String) -> [String] {
    var names: [String] = []
    var rest = text[...]
    while let start = rest.firstRange(of: "{{") {
      rest = rest[start.upperBound...]
      guard let end = rest.firstRange(of: "}}") else { break }
      let name = rest[..<end.lowerBound].filter { !$0.isWhitespace }
      let isName = !name.isEmpty && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
      if isName, !names.contains(name) { names.append(name) }
      rest = rest[end.upperBound...]
    }
    return names
  }

  /// What a request lacks, or has too much of. Places are those that a template's limits name.
  package func faults(of template: Template) -> [(place: String, detail: String)] {
    var faults: [(place: String, detail: String)] = []
    let given = template.parameters.map(\.name)
    for name in body where !given.contains(name) {
      faults.append(
        ("parameters/\(name)", "is needed: the body of \(template.name) has {{\(name)}}"))
    }
    for name in given where !body.contains(name) {
      let has = body.isEmpty ? "no values" : body.map { "{{\($0)}}" }.joined(separator: ", ")
      faults.append(("parameters/\(name)", "is too much: the body of \(template.name) has \(has)"))
    }
    if let fault = headerFault(template) { faults.append(("header", fault)) }
    for place in addresses where !template.buttons.contains(where: { $0.index == place }) {
      faults.append(
        ("buttons", "lack the end of the address of button \(place) of \(template.name)"))
    }
    return faults
  }

  private func headerFault(_ template: Template) -> String? {
    switch (header, template.header) {
    case (.nothing, nil), (.text, .text?), (.file("location"), .location?): nil
    case (.file(let kind), .media?) where kind != "location": nil
    case (.nothing, _?): "is too much: the header of \(template.name) wants nothing"
    case (.text, _): "is needed: the header of \(template.name) has a value"
    case (.file(let kind), _): "is needed: the header of \(template.name) is of the kind \(kind)"
    }
  }
}
