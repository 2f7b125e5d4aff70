internal import JSON

extension Template {
  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("name", name)
      writer.name("language")
      writer.object { $0.field("code", language) }
      guard header != nil || !parameters.isEmpty || !buttons.isEmpty else { return }
      writer.name("components")
      writer.array { writer in
        if let header {
          writer.component("header") { header.write(named: headerName, to: &$0) }
        }
        writeParameters(to: &writer)
        for button in buttons { button.write(to: &writer) }
      }
    }
  }

  private func writeParameters(to writer: inout JSONWriter) {
    guard !parameters.isEmpty else { return }
    // Twilio takes some numbers and not others; only then a number has to be written.
    let isInOrder = parameters.map(\.position) == Array(1...parameters.count)
    writer.component("body") { writer in
      for parameter in parameters {
        writer.object { writer in
          writer.field("type", "text")
          if !isInOrder { writer.field("parameter_name", parameter.name) }
          writer.field("text", parameter.value)
        }
      }
    }
  }
}

extension Template.Button {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("type", "button")
      writer.field("sub_type", action.subtype)
      writer.field("index", String(index))
      writer.name("parameters")
      writer.array { writer in writer.object { action.write(to: &$0) } }
    }
  }
}

extension Template.Button.Action {
  fileprivate var subtype: String {
    switch self {
    case .url: "url"
    case .quickReply: "quick_reply"
    case .copyCode: "copy_code"
    case .flow: "flow"
    }
  }

  fileprivate func write(to writer: inout JSONWriter) {
    switch self {
    case .url(let suffix):
      writer.field("type", "text")
      writer.field("text", suffix)
    case .quickReply(let payload):
      writer.field("type", "payload")
      writer.field("payload", payload)
    case .copyCode(let code):
      writer.field("type", "coupon_code")
      writer.field("coupon_code", code)
    case .flow(let token, let data):
      writer.field("type", "action")
      writer.name("action")
      writer.object { writer in
        writer.field("flow_token", token)
        writer.field("flow_action_data", json: data)
      }
    }
  }
}

extension JSONWriter {
  fileprivate mutating func component(
    _ type: String, _ parameters: (inout JSONWriter) -> Void
  ) {
    object { writer in
      writer.field("type", type)
      writer.name("parameters")
      writer.array(parameters)
    }
  }
}
