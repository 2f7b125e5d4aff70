internal import JSON

/// A request as the log and the store keep it: JSON that was read when it came in, and is handed on as it is.
package struct SendContent: Hashable, Sendable {
  package let json: [UInt8]

  package init(json: [UInt8]) { self.json = json }

  /// JSON, as it came with the request; nil where this is no request, or one without.
  package var metadata: [UInt8]? {
    JSONValue(whole: json)?["metadata"].flatMap { $0.isNull ? nil : $0.text }
  }

  /// The same without its words: a text, a caption, and what a template was filled in with.
  package var redacted: SendContent {
    guard let fields = JSONValue(whole: json)?.fields else { return self }
    return SendContent(
      json: JSONWriter.object { writer in
        for (name, value) in fields {
          writer.name(name)
          switch name {
          case "body": writer.value("")
          case "template", "text": writer.raw(Self.without(["components", "body"], value))
          case _ where Media.Kind(rawValue: name) != nil:
            writer.raw(Self.without(["caption"], value))
          default: writer.raw(value.text)
          }
        }
      })
  }

  private static func without(_ names: Set<String>, _ value: JSONValue) -> [UInt8] {
    guard let fields = value.fields else { return value.text }
    return JSONWriter.object { writer in
      for (name, value) in fields where !names.contains(name) {
        writer.name(name)
        writer.raw(value.text)
      }
    }
  }
}
