internal import HTTP
internal import JSON

/// One field of an object of the graph.
struct NodeField {
  let name: String
  /// Whether it is told to who names no fields.
  let isUsual: Bool
  /// nil where the object has no value for it.
  let json: [UInt8]?

  init(_ name: String, _ json: [UInt8]?, isUsual: Bool = false) {
    (self.name, self.json, self.isUsual) = (name, json, isUsual)
  }

  init(_ name: String, _ text: String?, isUsual: Bool = false) {
    self.init(
      name,
      text.map { text in
        var writer = JSONWriter()
        writer.value(text)
        return writer.bytes
      }, isUsual: isUsual)
  }

  init(_ name: String, _ truth: Bool) { self.init(name, Array((truth ? "true" : "false").utf8)) }

  init(
    _ name: String, isUsual: Bool = false, _ write: (inout JSONWriter) -> Void
  ) {
    self.init(name, JSONWriter.object(write), isUsual: isUsual)
  }
}

/// `?fields=id,name,health_status`; without it the usual ones.
struct AskedFields {
  private let names: Set<String>?

  init(_ request: HTTPRequest, _ parameter: String = "fields") {
    names = request.queryValue(parameter).map { text in
      Set(Self.parts(text).map { String($0.prefix { $0 != "." && $0 != "{" && $0 != "(" }) })
    }
  }

  var isEmpty: Bool { names?.isEmpty ?? true }

  func contains(_ name: String) -> Bool { names?.contains(name) ?? false }

  /// A comma inside brackets divides what is asked of one field.
  private static func parts(_ text: String) -> [Substring] {
    var depth = 0
    return text.split { character in
      if "{([".contains(character) { depth += 1 }
      if "})]".contains(character) { depth -= 1 }
      return character == "," && depth == 0
    }
  }

  /// A name that no field has is refused, as the graph does.
  func object(_ type: String, _ fields: [NodeField]) throws(MetaRefusal) -> [UInt8] {
    let known = Set(fields.map(\.name) + ["id"])
    if let stranger = names?.subtracting(known).sorted().first {
      throw MetaRefusal(
        100, "Tried accessing nonexisting field (\(stranger)) on node type (\(type))")
    }
    return JSONWriter.object(capacity: 1024) { writer in
      for field in fields {
        guard let json = field.json, field.name == "id" || isWanted(field) else { continue }
        writer.name(field.name)
        writer.raw(json)
      }
    }
  }

  private func isWanted(_ field: NodeField) -> Bool {
    names?.contains(field.name) ?? field.isUsual
  }
}

/// What a request to the graph brings along: as JSON, in its query, or as a form.
struct GraphParameters {
  let root: JSONValue?
  private let items: [QueryItem]

  init(_ request: HTTPRequest) throws(MetaRefusal) {
    let isJSON = request.headers.first("content-type")?.hasPrefix("application/json") ?? false
    if isJSON, !request.body.isEmpty {
      do { root = try JSONDocument(request.body).root } catch {
        throw .parameter("The body is not JSON: \(error.description)")
      }
      items = request.queryItems
    } else {
      root = nil
      items = request.queryItems + QueryItem.all(in: request.body)
    }
  }

  func text(_ name: String) -> String? {
    root?[name]?.string ?? items.first { $0.name == name }?.value
  }
}

extension HTTPAnswer {
  static let success = HTTPAnswer(json: JSONWriter.object { $0.field("success", true) })
}
