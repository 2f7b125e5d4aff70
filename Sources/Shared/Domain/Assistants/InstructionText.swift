/// What an assistant is told to do, with `{{variables}}` for what differs from conversation to conversation.
package struct InstructionText: Hashable, Sendable {
  package enum Variable: String, CaseIterable, Hashable, Sendable {
    case contactName = "contact.name"
    case contactLanguage = "contact.language"
    case company, sender, agent, now
  }

  enum Part: Hashable, Sendable {
    case words(String)
    case variable(Variable)
  }

  package struct Fault: Error, Hashable, CustomStringConvertible {
    package let description: String
  }

  let parts: [Part]

  package static let most = 20_000

  package init(_ text: String) throws(Fault) {
    guard text.contains(where: { !$0.isWhitespace }), text.unicodeScalars.count <= Self.most else {
      throw Fault(description: "must have 1 to \(Self.most) characters")
    }
    parts = try Self.parts(of: text)
  }

  package var variables: Set<Variable> {
    Set(
      parts.compactMap { part in if case .variable(let variable) = part { variable } else { nil } })
  }

  func filled(_ value: (Variable) -> String) -> String {
    parts.map { part in
      switch part {
      case .words(let words): words
      case .variable(let variable): value(variable)
      }
    }.joined()
  }

  private static func parts(of text: String) throws(Fault) -> [Part] {
    var parts: [Part] = []
    var rest = Substring(text)
    while let start = rest.firstRange(of: "{{") {
      if start.lowerBound > rest.startIndex {
        parts.append(.words(String(rest[..<start.lowerBound])))
      }
      let inside = rest[start.upperBound...]
      guard let end = inside.firstRange(of: "}}") else {
        throw Fault(description: "has a {{ without its }}")
      }
      let name = inside[..<end.lowerBound].split(separator: " ").joined(separator: " ")
      guard let variable = Variable(rawValue: name) else {
        let known = Variable.allCases.map(\.rawValue).joined(separator: ", ")
        throw Fault(description: "has {{\(name.prefix(40))}}; variables are \(known)")
      }
      parts.append(.variable(variable))
      rest = inside[end.upperBound...]
    }
    if !rest.isEmpty { parts.append(.words(String(rest))) }
    return parts
  }
}
