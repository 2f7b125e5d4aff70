internal import JSON

/// The part of JSON Schema that endpoints hold a model to: each field is there, and no other.
indirect enum JSONSchema: Sendable {
  typealias Field = (name: String, schema: JSONSchema)

  case text
  case number
  case words([String])
  case orNull(JSONSchema)
  case list(JSONSchema)
  case object([Field])
  case anyOf([JSONSchema])

  func write(to writer: inout JSONWriter) {
    writer.object { writeFields(to: &$0) }
  }

  private func writeFields(to writer: inout JSONWriter) {
    switch self {
    case .text: writer.field("type", "string")
    case .number: writer.field("type", "number")
    case .words(let words):
      writer.field("type", "string")
      writer.name("enum")
      writer.array { writer in for word in words { writer.value(word) } }
    case .orNull(let schema):
      writer.name("anyOf")
      writer.array { writer in
        schema.write(to: &writer)
        writer.object { $0.field("type", "null") }
      }
    case .list(let item):
      writer.field("type", "array")
      writer.name("items")
      item.write(to: &writer)
    case .anyOf(let schemas):
      writer.name("anyOf")
      writer.array { writer in for schema in schemas { schema.write(to: &writer) } }
    case .object(let fields): Self.write(fields, to: &writer)
    }
  }

  private static func write(_ fields: [Field], to writer: inout JSONWriter) {
    writer.field("type", "object")
    writer.name("properties")
    writer.object { writer in
      for field in fields {
        writer.name(field.name)
        field.schema.write(to: &writer)
      }
    }
    writer.name("required")
    writer.array { writer in for field in fields { writer.value(field.name) } }
    writer.field("additionalProperties", false)
  }
}
