/// What an address answers to a message from a person, as far as it is acted on: texts to be sent back.
package struct TwiMLAnswer: Hashable, Sendable {
  package let messages: [String]

  package struct Fault: Error, Hashable, CustomStringConvertible {
    package let description: String
  }

  /// Nobody answers with more.
  package static let (longest, most) = (64 << 10, 10)

  /// Nothing, or a `<Response>` with a `<Message>` or several, each with its text alone or in a `<Body>`. Anything else
  /// would have somebody miss what they wrote, so it is a fault that names it.
  package init(_ bytes: [UInt8]) throws(Fault) {
    guard bytes.count <= Self.longest else {
      throw Fault(description: "it has more than \(Self.longest) bytes")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Fault(description: "it is not UTF-8")
    }
    var reader = TwiMLReader(text)
    messages = try reader.response()
  }
}

/// Reads the little of XML that an answer has: elements, text and the five entities. No document types, so nothing grows.
private struct TwiMLReader {
  typealias Fault = TwiMLAnswer.Fault

  private var rest: Substring

  init(_ text: String) { rest = text[...] }

  mutating func response() throws(Fault) -> [String] {
    try skipAround()
    guard !rest.isEmpty else { return [] }
    let root = try opening()
    guard root.name == "Response" else {
      throw Fault(description: "<\(root.name)> stands where <Response> should")
    }
    var messages: [String] = []
    while !root.isEmpty, try !isClosed(root.name) {
      let element = try opening()
      guard element.name == "Message" else {
        throw Fault(description: "<\(element.name)> is not served, only <Message> is")
      }
      messages.append(try message(element))
      guard messages.count <= TwiMLAnswer.most else {
        throw Fault(description: "it has more than \(TwiMLAnswer.most) messages")
      }
    }
    try skipAround()
    guard rest.isEmpty else { throw Fault(description: "something stands behind </Response>") }
    return messages
  }

  private mutating func message(_ element: Element) throws(Fault) -> String {
    var text = ""
    guard !element.isEmpty else { throw Fault(description: "a <Message> says nothing") }
    while true {
      text += try characters()
      if try isClosed(element.name) { break }
      let inner = try opening()
      guard inner.name == "Body" else {
        throw Fault(description: "<\(inner.name)> is not served within <Message>, only <Body> is")
      }
      guard !inner.isEmpty else { continue }
      text += try characters()
      guard try isClosed(inner.name) else {
        throw Fault(description: "a <Body> has more than text in it")
      }
    }
    let said = Self.trimmed(text)
    guard !said.isEmpty else { throw Fault(description: "a <Message> says nothing") }
    return said
  }

  private struct Element {
    let name: String
    let isEmpty: Bool
  }

  /// An attribute would say to whom else, or where to tell of it: it is refused rather than passed over.
  private mutating func opening() throws(Fault) -> Element {
    try skipAround()
    guard rest.hasPrefix("<"), let end = rest.firstIndex(of: ">") else {
      throw Fault(description: "text stands where an element should, or an element does not end")
    }
    var inside = rest[rest.index(after: rest.startIndex)..<end]
    rest = rest[rest.index(after: end)...]
    let isEmpty = inside.hasSuffix("/")
    if isEmpty { inside = inside.dropLast() }
    let name = inside.prefix { $0.isASCII && $0.isLetter }
    let attributes = inside.dropFirst(name.count).drop(while: \.isWhitespace)
    guard !name.isEmpty, attributes.isEmpty else {
      throw Fault(
        description: "\(String(inside.prefix(40))) is not served: elements may have no attributes")
    }
    return Element(name: String(name), isEmpty: isEmpty)
  }

  private mutating func isClosed(_ name: String) throws(Fault) -> Bool {
    try skipAround()
    guard rest.hasPrefix("</") else { return false }
    guard rest.hasPrefix("</\(name)"), let end = rest.firstIndex(of: ">"),
      rest[..<end].dropFirst(name.count + 2).allSatisfy(\.isWhitespace)
    else { throw Fault(description: "</\(name)> is missing") }
    rest = rest[rest.index(after: end)...]
    return true
  }

  /// Space, declarations and comments between elements.
  private mutating func skipAround() throws(Fault) {
    while true {
      rest = rest.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
      if rest.hasPrefix("<?") {
        try skip(behind: "?>")
      } else if rest.hasPrefix("<!--") {
        try skip(behind: "-->")
      } else {
        return
      }
    }
  }

  private mutating func skip(behind mark: String) throws(Fault) {
    guard let end = rest.firstRange(of: mark) else {
      throw Fault(description: "\(mark) is missing")
    }
    rest = rest[end.upperBound...]
  }

  private mutating func characters() throws(Fault) -> String {
    var text = ""
    while let next = rest.first {
      if rest.hasPrefix("<![CDATA[") {
        let start = rest.dropFirst(9)
        guard let end = start.firstRange(of: "]]>") else {
          throw Fault(description: "]]> is missing")
        }
        text += start[..<end.lowerBound]
        rest = start[end.upperBound...]
      } else if rest.hasPrefix("<!--") {
        try skip(behind: "-->")
      } else if next == "<" {
        break
      } else if next == "&" {
        text += try entity()
      } else {
        let plain = rest.prefix { $0 != "<" && $0 != "&" }
        text += plain
        rest = rest[plain.endIndex...]
      }
    }
    return text
  }

  private mutating func entity() throws(Fault) -> String {
    let inside = rest.dropFirst().prefix(12).prefix { $0 != ";" }
    let after = rest[inside.endIndex...]
    guard after.first == ";", let text = Self.meaning(of: inside) else {
      throw Fault(description: "&\(inside) is no character")
    }
    rest = after.dropFirst()
    return text
  }

  private static func meaning(of name: Substring) -> String? {
    switch name {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default:
      let code =
        name.hasPrefix("#x")
        ? UInt32(name.dropFirst(2), radix: 16)
        : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
      return code.flatMap { Unicode.Scalar($0) }.map { String(Character($0)) }
    }
  }

  private static func trimmed(_ text: String) -> String {
    var rest = text[...]
    while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
    while rest.last?.isWhitespace == true { rest = rest.dropLast() }
    return String(rest)
  }
}
