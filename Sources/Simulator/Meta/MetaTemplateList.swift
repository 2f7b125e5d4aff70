internal import Forms
internal import Crypto
internal import HTTP
internal import JSON

/// `GET /{waba}/message_templates`
extension World {
  func templateID(_ template: MetaApp.Template) -> String {
    let hash = sha256(Array("\(template.name) \(template.language)".utf8)).prefix(7)
    return String(hash.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 900_000_000_000_000 + 1)
  }

  func templates(
    _ account: MetaApp.Account, _ id: String, _ request: HTTPRequest
  ) throws(MetaRefusal) -> HTTPAnswer {
    func matches(_ name: String, _ value: String) -> Bool {
      request.queryValue(name).map { $0 == value } ?? true
    }
    let all = account.templates.filter {
      matches("name", $0.name) && matches("status", $0.status) && matches("language", $0.language)
        && matches("category", $0.category)
    }
    let limit = request.queryValue("limit").flatMap { Int($0) } ?? 25
    let start = try request.queryValue("after").map(cursorPlace) ?? 0
    guard limit > 0, start <= all.count else { throw .parameter("(#100) Invalid cursor") }
    let page = all[start..<min(all.count, start + limit)]
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.list("data", Array(page)) { write($1, to: &$0) }
        guard !page.isEmpty else { return }
        writer.name("paging")
        writer.object { writer in
          let after = base64(Array("\(page.endIndex)".utf8))
          writer.name("cursors")
          writer.object { writer in
            writer.field("before", base64(Array("\(start)".utf8)))
            writer.field("after", after)
          }
          guard page.endIndex < all.count else { return }
          let base = "http://\(request.headers.first("host") ?? "localhost")\(request.path)"
          let others = request.queryItems.filter { $0.name != "after" && $0.name != "limit" }
          let query =
            others.map { (name: $0.name, value: $0.value) } + [
              ("limit", "\(limit)"), ("after", after),
            ]
          writer.field(
            "next", base + "?" + String(decoding: FormPair.encoded(query), as: UTF8.self))
        }
      })
  }

  private func cursorPlace(_ cursor: String) throws(MetaRefusal) -> Int {
    let text = bytes(fromBase64: cursor[...]).map { String(decoding: $0, as: UTF8.self) }
    guard let place = text.flatMap({ Int($0) }), place >= 0 else {
      throw .parameter("(#100) Invalid cursor")
    }
    return place
  }

  private func write(_ template: MetaApp.Template, to writer: inout JSONWriter) {
    writer.field("name", template.name)
    writer.field("parameter_format", template.isNamed ? "NAMED" : "POSITIONAL")
    writer.field("status", template.status)
    writer.field("language", template.language)
    writer.field("category", template.category)
    writer.field("id", templateID(template))
    let placeholders = template.parameters.map { "{{\($0)}}" }.joined(separator: " ")
    writer.name("components")
    writer.array { writer in
      if let header = template.header {
        writer.object { writer in
          writer.field("type", "HEADER")
          writer.field("format", header.uppercased())
          if header.uppercased() == "TEXT" { writer.field("text", "{{1}}") }
        }
      }
      writer.object { writer in
        writer.field("type", "BODY")
        writer.field(
          "text", placeholders.isEmpty ? template.body : template.body + " " + placeholders)
      }
      guard !template.buttons.isEmpty else { return }
      writer.object { writer in
        writer.field("type", "BUTTONS")
        writer.list("buttons", template.buttons.keys.sorted()) { writer, index in
          writer.field("type", (template.buttons[index] ?? "").uppercased())
          writer.field("text", "Button \(index)")
        }
      }
    }
  }
}
