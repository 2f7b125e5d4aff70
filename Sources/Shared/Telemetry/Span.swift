internal import JSON

/// One step of a trace, after it has ended.
package struct Span: Hashable, Sendable {
  /// 32 and 16 hexadecimal digits, as in a traceparent.
  package let trace: String
  package let id: String
  package let parent: String?
  package let name: String
  package let kind: Kind
  /// On the calendar, in microseconds since 1970.
  package let start: Int64
  package let end: Int64
  /// Nothing of a person's: no number, no words of a message.
  package let attributes: [Attribute]
  /// Why it did not succeed; nil where it did.
  package let failure: String?

  package init(
    trace: String, id: String, parent: String?, name: String, kind: Kind, start: Int64, end: Int64,
    attributes: [Attribute] = [], failure: String? = nil
  ) {
    self.trace = trace
    self.id = id
    self.parent = parent
    self.name = name
    self.kind = kind
    self.start = start
    self.end = end
    self.attributes = attributes
    self.failure = failure
  }

  /// The numbers are OpenTelemetry's.
  package enum Kind: Int, Hashable, Sendable {
    case inside = 1
    case server = 2
    case client = 3
    case consumer = 5
  }

  package struct Attribute: Hashable, Sendable {
    let name: String
    let value: Value

    package enum Value: Hashable, Sendable {
      case text(String)
      case integer(Int)
    }

    package init(_ name: String, _ text: String) { (self.name, value) = (name, .text(text)) }
    package init(_ name: String, _ integer: Int) { (self.name, value) = (name, .integer(integer)) }
  }
}

extension Span {
  /// The body of a request of OTLP/HTTP: `ExportTraceServiceRequest` as JSON. There ids are hexadecimal, enumerations
  /// numbers and 64-bit integers texts.
  package static func request(_ spans: [Span], resource: [Attribute]) -> [UInt8] {
    JSONWriter.object(capacity: 512 * (spans.count + 1)) { body in
      body.name("resourceSpans")
      body.array { list in
        list.object { group in
          group.name("resource")
          group.object { write(resource, to: &$0) }
          group.name("scopeSpans")
          group.array { scopes in
            scopes.object { scope in
              scope.name("scope")
              scope.object { $0.field("name", "postrider") }
              scope.name("spans")
              scope.array { all in for span in spans { all.object { span.write(to: &$0) } } }
            }
          }
        }
      }
    }
  }

  private func write(to writer: inout JSONWriter) {
    writer.field("traceId", trace)
    writer.field("spanId", id)
    writer.field("parentSpanId", parent)
    writer.field("name", name)
    writer.field("kind", kind.rawValue)
    writer.field("startTimeUnixNano", "\(start)000")
    writer.field("endTimeUnixNano", "\(end)000")
    Self.write(attributes, to: &writer)
    guard let failure else { return }
    writer.name("status")
    writer.object { status in
      status.field("code", 2)
      status.field("message", failure)
    }
  }

  private static func write(_ attributes: [Attribute], to writer: inout JSONWriter) {
    guard !attributes.isEmpty else { return }
    writer.name("attributes")
    writer.array { list in
      for attribute in attributes {
        list.object { item in
          item.field("key", attribute.name)
          item.name("value")
          item.object { value in
            switch attribute.value {
            case .text(let text): value.field("stringValue", text)
            case .integer(let number): value.field("intValue", "\(number)")
            }
          }
        }
      }
    }
  }
}
