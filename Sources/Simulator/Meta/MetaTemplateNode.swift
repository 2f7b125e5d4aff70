internal import Crypto
internal import JSON

struct TemplatePlace {
  let account: Int
  let index: Int
}

/// A template as the graph knows it.
extension World {
  func templateID(_ template: MetaApp.Template) -> String {
    let hash = sha256(Array("\(template.name) \(template.language)".utf8)).prefix(7)
    return String(hash.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 900_000_000_000_000 + 1)
  }

  func template(_ id: String, _ app: Int) -> TemplatePlace? {
    for (account, waba) in settings.meta[app].accounts.enumerated() {
      if let index = waba.templates.firstIndex(where: { templateID($0) == id }) {
        return TemplatePlace(account: account, index: index)
      }
    }
    return nil
  }

  func templateFields(_ place: TemplatePlace, _ app: Int, at now: Int64) -> [NodeField] {
    let template = settings.meta[app].accounts[place.account].templates[place.index]
    let id = templateID(template)
    return [
      NodeField("name", template.name, isUsual: true),
      NodeField("parameter_format", template.isNamed ? "NAMED" : "POSITIONAL", isUsual: true),
      NodeField("components", template.components ?? template.writtenComponents, isUsual: true),
      NodeField("language", template.language, isUsual: true),
      NodeField("status", template.status, isUsual: true),
      NodeField("category", template.category, isUsual: true),
      NodeField("id", id, isUsual: true),
      NodeField("quality_score") { writer in
        writer.field("score", "GREEN")
        writer.field("date", start / 1_000_000)
      },
      NodeField("rejected_reason", template.rejectedReason),
      NodeField("correct_category", template.correctCategory),
      NodeField("previous_category", template.previousCategory),
      NodeField("cta_url_link_tracking_opted_out", false),
      NodeField("message_send_ttl_seconds", nil as String?),
      NodeField("sub_category", nil as String?),
      NodeField("library_template_name", nil as String?),
      NodeField("degrees_of_freedom_spec", nil as String?),
      NodeField(
        "health_status", health(of: .template(id: id, app: app, account: place.account), at: now)),
    ]
  }
}

extension MetaApp.Template {
  /// What Meta would show of a template that the settings describe: every variable has its example.
  fileprivate var writtenComponents: [UInt8] {
    var writer = JSONWriter(capacity: 512)
    writer.array { writer in
      if let header { writer.object { writeHeader(header.uppercased(), to: &$0) } }
      writer.object { writer in
        writer.field("type", "BODY")
        let placeholders = parameters.map { "{{\($0)}}" }.joined(separator: " ")
        writer.field("text", placeholders.isEmpty ? body : "\(body) \(placeholders).")
        writeExamples("body_text", parameters, to: &writer)
      }
      guard !buttons.isEmpty else { return }
      writer.object { writer in
        writer.field("type", "BUTTONS")
        writer.list("buttons", buttons.keys.sorted()) { writer, index in
          writeButton((buttons[index] ?? "").uppercased(), index, to: &writer)
        }
      }
    }
    return writer.bytes
  }

  private func writeHeader(_ format: String, to writer: inout JSONWriter) {
    writer.field("type", "HEADER")
    writer.field("format", format)
    switch format {
    case "TEXT":
      let name = isNamed ? "title" : "1"
      writer.field("text", "{{\(name)}}")
      writeExamples("header_text", [name], to: &writer)
    case "LOCATION": break
    default:
      writer.name("example")
      writer.object { writer in
        writer.name("header_handle")
        writer.array { $0.value("https://scontent.example/\(name)") }
      }
    }
  }

  /// A body's positional examples stand in a list of lists, a header's in a list.
  private func writeExamples(
    _ name: String, _ parameters: [String], to writer: inout JSONWriter
  ) {
    guard !parameters.isEmpty else { return }
    writer.name("example")
    writer.object { writer in
      guard !isNamed else {
        writer.name("\(name)_named_params")
        return writer.array { writer in
          for parameter in parameters {
            writer.object { writer in
              writer.field("param_name", parameter)
              writer.field("example", "example \(parameter)")
            }
          }
        }
      }
      writer.name(name)
      writer.array { writer in
        let write: (inout JSONWriter) -> Void = { writer in
          for parameter in parameters { writer.value("example \(parameter)") }
        }
        if name == "body_text" { writer.array(write) } else { write(&writer) }
      }
    }
  }

  private func writeButton(_ type: String, _ index: Int, to writer: inout JSONWriter) {
    writer.field("type", type)
    writer.field("text", "Button \(index)")
    switch type {
    case "URL":
      writer.field("url", "https://example.com/{{1}}")
      writer.name("example")
      writer.array { $0.value("https://example.com/example") }
    case "COPY_CODE":
      writer.name("example")
      writer.array { $0.value("CODE") }
    case "FLOW":
      writer.field("flow_id", "700000000000001")
      writer.field("flow_action", "navigate")
      writer.field("navigate_screen", "FIRST")
    default: break
    }
  }
}
