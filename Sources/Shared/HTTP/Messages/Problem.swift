internal import JSON

/// An error as a caller sees it: RFC 9457, `application/problem+json`.
package struct Problem: Error, Sendable {
  /// One fault of a document: where, as a JSON pointer, and what.
  package struct Fault: Sendable, Equatable {
    package let pointer: String
    package let detail: String

    package init(pointer: String, detail: String) {
      self.pointer = pointer
      self.detail = detail
    }
  }

  package let status: Int
  package let title: String
  package let detail: String?
  package let type: String
  package let instance: String?
  package let errors: [Fault]
  /// What more it says: a name, and its value as JSON.
  package var members: [(name: StaticString, json: [UInt8])] = []

  package init(
    status: Int, title: String, detail: String? = nil, type: String = "about:blank",
    instance: String? = nil, errors: [Fault] = []
  ) {
    self.status = status
    self.title = title
    self.detail = detail
    self.type = type
    self.instance = instance
    self.errors = errors
  }

  package var json: [UInt8] {
    JSONWriter.object { writer in
      writer.field("type", type)
      writer.field("title", title)
      writer.field("status", status)
      writer.field("detail", detail)
      writer.field("instance", instance)
      for member in members { writer.field(member.name, json: member.json) }
      guard !errors.isEmpty else { return }
      writer.name("errors")
      writer.array { writer in
        for fault in errors { write(fault, to: &writer) }
      }
    }
  }

  package var answer: HTTPAnswer { answer(headers: []) }

  package func answer(headers: [HTTPHeader]) -> HTTPAnswer {
    let type = HTTPHeader("Content-Type", "application/problem+json")
    return HTTPAnswer(status: status, headers: [type] + headers, body: json)
  }

  private func write(_ fault: Fault, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("pointer", fault.pointer)
      writer.field("detail", fault.detail)
    }
  }
}
