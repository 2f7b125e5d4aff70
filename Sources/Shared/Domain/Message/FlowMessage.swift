internal import JSON

/// One button that opens a form of Meta's.
package struct FlowMessage: Hashable, Sendable {
  package enum Flow: Hashable, Sendable {
    case id(String)
    case name(String)
  }

  package var body: String
  package var header: MessageHeader?
  package var footer: String?
  package var flow: Flow
  /// What opens it.
  package var label: String
  /// Comes back with the answer.
  package var token: String?
  /// `draft` shows a form that is not published yet.
  package var mode: String?
  /// `navigate`, or `data_exchange` where an endpoint gives the first screen.
  package var action: String?
  /// JSON: the first screen and its data.
  package var payload: [UInt8]?

  package init(
    body: String, header: MessageHeader? = nil, footer: String? = nil, flow: Flow, label: String,
    token: String? = nil, mode: String? = nil, action: String? = nil, payload: [UInt8]? = nil
  ) {
    (self.body, self.header, self.footer) = (body, header, footer)
    (self.flow, self.label, self.token) = (flow, label, token)
    (self.mode, self.action, self.payload) = (mode, action, payload)
  }
}

extension FlowMessage {
  private static let fields = [
    "flow_message_version", "flow_id", "flow_name", "flow_cta", "flow_token", "mode",
    "flow_action", "flow_action_payload",
  ]

  init?(
    _ action: FieldReader, _ body: String, _ header: MessageHeader?, _ footer: String?,
    _ faults: inout FieldFaults
  ) {
    action.refuseFields(except: ["name", "parameters"], &faults)
    action.check("name", is: "flow", &faults)
    guard let parameters = action.object("parameters", isNeeded: true, &faults) else {
      return nil
    }
    parameters.refuseFields(except: Self.fields, &faults)
    parameters.check("flow_message_version", is: "3", &faults)
    let id = parameters.text("flow_id", &faults)
    let name = parameters.text("flow_name", &faults)
    if parameters.has("flow_id") == parameters.has("flow_name") {
      faults.add(parameters.pointer, "must have exactly one of flow_id and flow_name")
    }
    let token = parameters.text("flow_token", &faults)
    let mode = parameters.text("mode", &faults)
    let start = parameters.text("flow_action", &faults)
    let payload = parameters.object("flow_action_payload", &faults)?.value.text
    guard let label = parameters.neededText("flow_cta", &faults),
      let flow = id.map(Flow.id) ?? name.map(Flow.name)
    else { return nil }
    self.init(
      body: body, header: header, footer: footer, flow: flow, label: label, token: token,
      mode: mode, action: start, payload: payload)
  }

  func write(to writer: inout JSONWriter) {
    writer.interactive("flow", header, body, footer) { writer in
      writer.field("name", "flow")
      writer.name("parameters")
      writer.object { writer in
        writer.field("flow_message_version", "3")
        switch flow {
        case .id(let id): writer.field("flow_id", id)
        case .name(let name): writer.field("flow_name", name)
        }
        writer.field("flow_cta", label)
        writer.field("flow_token", token)
        writer.field("mode", mode)
        writer.field("flow_action", action)
        writer.field("flow_action_payload", json: payload)
      }
    }
  }

  func check(_ faults: inout FieldFaults) {
    faults.check(body, at: "/interactive/body/text", length: 1...1024)
    faults.check(footer, at: "/interactive/footer/text", length: 1...60)
    header?.check(at: "/interactive/header", &faults)
    let place = "/interactive/action/parameters"
    switch flow {
    case .id(let id): faults.check(id, at: "\(place)/flow_id", length: 1...100)
    case .name(let name): faults.check(name, at: "\(place)/flow_name", length: 1...200)
    }
    faults.check(label, at: "\(place)/flow_cta", length: 1...20)
    faults.check(token, at: "\(place)/flow_token", length: 1...512)
    if let mode, mode != "draft", mode != "published" {
      faults.add(
        "\(place)/mode", "must be published, or draft for a form that is not published yet")
    }
    if let action, action != "navigate", action != "data_exchange" {
      faults.add("\(place)/flow_action", "must be navigate or data_exchange")
    }
    if payload != nil, action == "data_exchange" {
      faults.add(
        "\(place)/flow_action_payload", "cannot be given with data_exchange: the endpoint gives it")
    }
  }
}

extension FieldReader {
  /// A word that has only one value there, and may be left out.
  func check(_ name: String, is value: String, _ faults: inout FieldFaults) {
    if let text = text(name, &faults), text != value {
      faults.add(pointer(name), "must be \(value)")
    }
  }
}
