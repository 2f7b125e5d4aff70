import JSON
import Time

/// A JSON schema, of the words that docs/schemas are written in. Any other word is a fault, so that none is passed over.
struct Schema {
  private let root: JSONValue

  init(_ text: [UInt8]) throws { root = try JSONDocument(text).root }

  private static let words: Set = [
    "$schema", "title", "description", "$defs", "$ref", "type", "format", "enum", "required",
    "properties", "items",
  ]

  /// What of a value is not as the schema has it. `isWhole`: every field needs a place in it.
  func faults(in value: JSONValue, isWhole: Bool = true) -> [String] {
    faults(in: value, by: root, at: "", isWhole)
  }

  /// The names of all fields, each with where it stands.
  var fields: Set<String> { Set(Self.walk(root, at: "", in: self).map(\.path)) }

  // MARK: Judging

  private func faults(
    in value: JSONValue, by written: JSONValue, at place: String, _ isWhole: Bool
  ) -> [String] {
    let schema = followed(written)
    var faults = (schema.fields ?? []).map(\.name).filter { !Self.words.contains($0) }
      .map { "\(place): the schema says \($0)" }
    if let type = schema["type"]?.string, !Self.isOf(type, value) {
      return faults + ["\(place): is no \(type)"]
    }
    if let words = schema["enum"]?.items, !words.contains(where: { $0.text == value.text }) {
      faults.append("\(place): is none of the words")
    }
    if schema["format"]?.string == "date-time",
      value.string.flatMap({ Timestamp(rfc3339: $0) }) == nil
    {
      faults.append("\(place): is no time")
    }
    for name in schema["required"]?.items ?? [] where value[name.string ?? ""] == nil {
      faults.append("\(place): lacks \(name.string ?? "")")
    }
    if let known = schema["properties"] {
      for (name, field) in value.fields ?? [] {
        if let one = known[name] {
          faults += self.faults(in: field, by: one, at: "\(place)/\(name)", isWhole)
        } else if isWhole {
          faults.append("\(place): has no place for \(name)")
        }
      }
    }
    if let each = schema["items"] {
      for item in value.items ?? [] {
        faults += self.faults(in: item, by: each, at: "\(place)[]", isWhole)
      }
    }
    return faults
  }

  private static func isOf(_ type: String, _ value: JSONValue) -> Bool {
    switch (type, value.kind) {
    case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool),
      ("integer", .integer), ("number", .integer), ("number", .double), ("null", .null):
      true
    default: false
    }
  }

  private func followed(_ schema: JSONValue) -> JSONValue {
    guard let name = schema["$ref"]?.string?.split(separator: "/").last else { return schema }
    return root["$defs"]?[String(name)] ?? schema
  }

  // MARK: What consumers of another lose

  private struct Node {
    let path: String
    let schema: JSONValue
    let isRequired: Bool
  }

  private static func walk(_ written: JSONValue, at path: String, in whole: Schema) -> [Node] {
    let schema = whole.followed(written)
    let required = Set((schema["required"]?.items ?? []).compactMap(\.string))
    var nodes: [Node] = []
    for (name, one) in schema["properties"]?.fields ?? [] {
      let place = "\(path)/\(name)"
      nodes.append(
        Node(path: place, schema: whole.followed(one), isRequired: required.contains(name)))
      nodes += walk(one, at: place, in: whole)
    }
    if let each = schema["items"] {
      nodes.append(Node(path: "\(path)[]", schema: whole.followed(each), isRequired: true))
      nodes += walk(each, at: "\(path)[]", in: whole)
    }
    return nodes
  }

  /// What breaks who was written for this one and reads what another describes.
  func breaks(by newer: Schema) -> [String] {
    let old = Self.walk(root, at: "", in: self)
    let new = Dictionary(
      Self.walk(newer.root, at: "", in: newer).map { ($0.path, $0) }
    ) { first, _ in first }
    var breaks: [String] = []
    for node in old {
      guard let other = new[node.path] else {
        breaks.append("\(node.path) is lost")
        continue
      }
      for word in ["type", "format"] where node.schema[word]?.string != other.schema[word]?.string {
        breaks.append("\(node.path) changes its \(word)")
      }
      if node.isRequired, !other.isRequired { breaks.append("\(node.path) may be missing") }
      if let words = Self.words(of: other.schema) {
        let before = Self.words(of: node.schema)
        if !(before?.isSubset(of: words) ?? false) {
          breaks.append("\(node.path) has fewer words")
        }
      }
    }
    let known = Set(old.map(\.path))
    breaks += new.values.filter { $0.isRequired && !known.contains($0.path) }
      .filter { node in !node.path.hasSuffix("[]") && isParentKnown(node.path, known) }
      .map { "\($0.path) is missing in older records" }.sorted()
    return breaks
  }

  /// Within an object that is new itself, fields may be needed.
  private func isParentKnown(_ path: String, _ known: Set<String>) -> Bool {
    let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    return parent.isEmpty || known.contains(parent)
  }

  private static func words(of schema: JSONValue) -> Set<[UInt8]>? {
    schema["enum"]?.items.map { Set($0.map(\.text)) }
  }
}
