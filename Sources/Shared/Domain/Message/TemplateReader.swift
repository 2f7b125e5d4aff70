internal import JSON

/// A template with the places from which its parts were read.
struct PlacedTemplate {
  var template: Template
  /// From the places that `Template.check` names to those of the request.
  var places: [String: String] = [:]

  /// Meta's own `template` object.
  init?(object reader: FieldReader, _ faults: inout FieldFaults) {
    reader.refuseFields(except: ["name", "language", "components"], &faults)
    let language = reader.object("language", isNeeded: true, &faults)
    language?.refuseFields(except: ["code", "policy"], &faults)
    let code = language?.neededText("code", &faults)
    guard let name = reader.neededText("name", &faults), let code else { return nil }
    template = Template(name: name, language: code)
    places["/template/name"] = reader.pointer("name")
    places["/template/language"] = reader.pointer("language") + "/code"
    for component in reader.list("components", &faults) { read(component, &faults) }
  }

  /// `template_name`, `language_code` and `parameters` beside each other; one file is its header.
  init?(flat reader: FieldReader, defaultLanguage: String, _ faults: inout FieldFaults) {
    let language = reader.text("language_code", &faults)
    let parameters = Self.flatParameters(reader, &faults)
    guard let name = reader.neededText("template_name", &faults) else { return nil }
    template = Template(
      name: name, language: language ?? defaultLanguage, parameters: parameters)
    places = [
      "/template/name": reader.pointer("template_name"),
      "/template/language": reader.pointer("language_code"),
      "/template/parameters": reader.pointer("parameters"),
    ]
  }

  private mutating func read(_ component: FieldReader, _ faults: inout FieldFaults) {
    component.refuseFields(except: ["type", "sub_type", "index", "parameters"], &faults)
    let parameters = component.list("parameters", &faults)
    switch component.neededText("type", &faults)?.lowercased() {
    case "header":
      guard let only = parameters.first, parameters.count == 1 else {
        faults.add(component.pointer("parameters"), "must be one parameter for a header")
        return
      }
      template.headerName = only.text("parameter_name", &faults)
      template.header = MessageHeader(only, mayHaveName: true, &faults)
      places["/template/header"] = only.pointer
    case "body":
      places["/template/parameters"] = component.pointer("parameters")
      for parameter in parameters { readValue(parameter, &faults) }
    case "button": readButton(component, parameters, &faults)
    case .some: faults.add(component.pointer("type"), "must be header, body or button")
    case nil: break
    }
  }

  private mutating func readValue(_ parameter: FieldReader, _ faults: inout FieldFaults) {
    parameter.refuseFields(except: ["type", "text", "parameter_name"], &faults)
    if let type = parameter.neededText("type", &faults), type != "text" {
      faults.add(parameter.pointer("type"), "must be text")
    }
    let name = parameter.text("parameter_name", &faults)
    guard let value = parameter.neededText("text", &faults) else { return }
    let place = name ?? String(template.parameters.count + 1)
    template.parameters.append(Template.Parameter(place, value))
    places["/template/parameters/\(place)"] = parameter.pointer("text")
  }

  private mutating func readButton(
    _ component: FieldReader, _ parameters: [FieldReader], _ faults: inout FieldFaults
  ) {
    // The index is seen as text and as number.
    let text = component.value["index"]?.string.flatMap(Int.init)
    let index = text ?? component.whole("index", in: 0...9, &faults)
    guard let index, let only = parameters.first, parameters.count == 1 else {
      faults.add(component.pointer, "must have an index and one parameter")
      return
    }
    let action: Template.Button.Action?
    switch component.neededText("sub_type", &faults)?.lowercased() {
    case "url": action = only.neededText("text", &faults).map { .url(suffix: $0) }
    case "quick_reply":
      action = only.neededText("payload", &faults).map { .quickReply(payload: $0) }
    case "copy_code": action = only.neededText("coupon_code", &faults).map { .copyCode($0) }
    case "flow":
      action = only.object("action", isNeeded: true, &faults).map { Self.flow($0, &faults) }
    case .some:
      faults.add(component.pointer("sub_type"), "must be url, quick_reply, copy_code or flow")
      return
    case nil: return
    }
    guard let action else { return }
    places["/template/buttons/\(template.buttons.count)"] = only.pointer
    template.buttons.append(Template.Button(index: index, action))
  }

  private static func flow(
    _ reader: FieldReader, _ faults: inout FieldFaults
  ) -> Template.Button.Action {
    reader.refuseFields(except: ["flow_token", "flow_action_data"], &faults)
    let data = reader.object("flow_action_data", &faults)?.value.text
    return .flow(token: reader.text("flow_token", &faults), data: data)
  }

  /// An object of names and values, or a list of values; numbers count as their text.
  private static func flatParameters(
    _ reader: FieldReader, _ faults: inout FieldFaults
  ) -> [Template.Parameter] {
    guard let field = reader.value["parameters"], !field.isNull else { return [] }
    let place = FieldReader(field, at: reader.pointer("parameters"))
    let pairs: [(name: String, pointer: String, value: JSONValue)]
    if let items = field.items {
      pairs = items.enumerated().map { (String($0 + 1), place.pointer(String($0)), $1) }
    } else if let fields = field.fields {
      pairs = fields.map { ($0.name, place.pointer($0.name), $0.value) }
    } else {
      faults.add(place.pointer, "must be an object of names and values, or a list of values")
      return []
    }
    let values = pairs.compactMap { name, pointer, value -> Template.Parameter? in
      switch value.kind {
      case .string, .integer, .double:
        let text = value.string ?? String(decoding: value.text, as: UTF8.self)
        return Template.Parameter(name, text)
      case .null, .bool, .array, .object:
        faults.add(pointer, "must be a string, in quotes")
        return nil
      }
    }
    return values.sorted { ($0.position ?? .max) < ($1.position ?? .max) }
  }
}
