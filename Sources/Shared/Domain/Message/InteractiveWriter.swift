internal import JSON

extension ReplyButtons {
  func write(to writer: inout JSONWriter) {
    writer.interactive("button", header, body, footer) { writer in
      writer.name("buttons")
      writer.array { writer in
        for button in buttons {
          writer.object { writer in
            writer.field("type", "reply")
            writer.name("reply")
            writer.object { writer in
              writer.field("id", button.id)
              writer.field("title", button.title)
            }
          }
        }
      }
    }
  }
}

extension ListMessage {
  func write(to writer: inout JSONWriter) {
    writer.interactive("list", header.map(MessageHeader.text), body, footer) { writer in
      writer.field("button", button)
      writer.name("sections")
      writer.array { writer in
        for section in sections { section.write(to: &writer) }
      }
    }
  }
}

extension ListMessage.Section {
  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("title", title)
      writer.name("rows")
      writer.array { writer in
        for row in rows {
          writer.object { writer in
            writer.field("id", row.id)
            writer.field("title", row.title)
            writer.field("description", row.description)
          }
        }
      }
    }
  }
}

extension CallToAction {
  func write(to writer: inout JSONWriter) {
    writer.interactive("cta_url", header, body, footer) { writer in
      writer.field("name", "cta_url")
      writer.name("parameters")
      writer.object { writer in
        writer.field("display_text", label)
        writer.field("url", url)
      }
    }
  }
}

extension JSONWriter {
  /// `"body": {"text": …}` and the like.
  mutating func text(_ name: StaticString, _ text: String) {
    self.name(name)
    object { $0.field("text", text) }
  }

  mutating func interactive(
    _ type: String, _ header: MessageHeader?, _ body: String?, _ footer: String?,
    _ action: (inout JSONWriter) -> Void
  ) {
    object { writer in
      writer.field("type", type)
      if let header {
        writer.name("header")
        header.write(to: &writer)
      }
      if let body { writer.text("body", body) }
      if let footer { writer.text("footer", footer) }
      writer.name("action")
      writer.object(action)
    }
  }
}
