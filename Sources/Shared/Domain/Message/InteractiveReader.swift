internal import JSON

extension Message.Content {
  private static let types = [
    "button", "list", "cta_url", "flow", "location_request_message", "request_contact_info",
    "product", "product_list", "catalog_message", "carousel",
  ]

  /// Meta's `interactive` object.
  init?(interactive reader: FieldReader, _ faults: inout FieldFaults) {
    reader.refuseFields(except: ["type", "header", "body", "footer", "action"], &faults)
    // A product shows itself.
    let type = reader.neededText("type", &faults)
    let body = reader.object("body", isNeeded: type != "product", &faults)?
      .neededText("text", &faults)
    let footer = reader.object("footer", &faults)?.neededText("text", &faults)
    let header = reader.object("header", &faults).flatMap { MessageHeader($0, &faults) }
    let action = reader.object("action", isNeeded: true, &faults)
    guard let type, let action else { return nil }
    Self.refuseParts(of: type, reader, &faults)
    let text = body ?? ""
    let content: Self?
    switch type {
    case "button":
      content = ReplyButtons.Button.list(action, &faults).map {
        .buttons(ReplyButtons(body: text, header: header, footer: footer, buttons: $0))
      }
    case "list":
      content = ListMessage(action, text, header, footer, reader, &faults).map(Self.list)
    case "cta_url":
      content = CallToAction(action, text, header, footer, &faults).map(Self.callToAction)
    case "flow": content = FlowMessage(action, text, header, footer, &faults).map(Self.flow)
    case "location_request_message": content = .locationRequest(body: text)
    case "request_contact_info":
      action.check("name", is: "request_contact_info", &faults)
      content = .contactRequest(body: text)
    case "product":
      content = Product(action, &faults).map {
        .product(ProductMessage($0, body: body, footer: footer))
      }
    case "product_list":
      content = ProductList(action, text, header, footer, reader, &faults).map(Self.products)
    case "catalog_message": content = .catalog(CatalogMessage(action, text, footer, &faults))
    case "carousel": content = Carousel(action, text, &faults).map(Self.carousel)
    default:
      faults.add(
        reader.pointer("type"), "must be one of \(Self.types.joined(separator: ", "))")
      content = nil
    }
    guard let content, body != nil || type == "product" else { return nil }
    self = content
  }

  private static func refuseParts(
    of type: String, _ reader: FieldReader, _ faults: inout FieldFaults
  ) {
    let others: [String] =
      switch type {
      case "location_request_message", "request_contact_info", "carousel": ["header", "footer"]
      case "product", "catalog_message": ["header"]
      default: []
      }
    for name in others where reader.has(name) {
      faults.add(reader.pointer(name), "cannot be given with \(type)")
    }
  }
}

extension ReplyButtons.Button {
  fileprivate static func list(_ action: FieldReader, _ faults: inout FieldFaults) -> [Self]? {
    action.refuseFields(except: ["buttons"], &faults)
    var isWhole = true
    let buttons = action.list("buttons", &faults).compactMap { item -> Self? in
      if let type = item.text("type", &faults), type != "reply" {
        faults.add(item.pointer("type"), "must be reply")
      }
      let reply = item.object("reply", isNeeded: true, &faults)
      guard let id = reply?.neededText("id", &faults),
        let title = reply?.neededText("title", &faults)
      else {
        isWhole = false
        return nil
      }
      return Self(id: id, title: title)
    }
    return isWhole ? buttons : nil
  }
}

extension ListMessage {
  fileprivate init?(
    _ action: FieldReader, _ body: String, _ header: MessageHeader?, _ footer: String?,
    _ whole: FieldReader, _ faults: inout FieldFaults
  ) {
    action.refuseFields(except: ["button", "sections"], &faults)
    var title: String?
    if case .text(let text)? = header {
      title = text
    } else if header != nil {
      faults.add(whole.pointer("header") + "/type", "must be text above a list")
    }
    let sections = action.list("sections", &faults).map { Section($0, &faults) }
    guard let button = action.neededText("button", &faults) else { return nil }
    self.init(body: body, header: title, footer: footer, button: button, sections: sections)
  }
}

extension ListMessage.Section {
  fileprivate init(_ reader: FieldReader, _ faults: inout FieldFaults) {
    reader.refuseFields(except: ["title", "rows"], &faults)
    title = reader.text("title", &faults)
    rows = reader.list("rows", &faults).compactMap { row in
      row.refuseFields(except: ["id", "title", "description"], &faults)
      let description = row.text("description", &faults)
      guard let id = row.neededText("id", &faults), let title = row.neededText("title", &faults)
      else { return nil }
      return ListMessage.Row(id: id, title: title, description: description)
    }
  }
}

extension CallToAction {
  fileprivate init?(
    _ action: FieldReader, _ body: String, _ header: MessageHeader?, _ footer: String?,
    _ faults: inout FieldFaults
  ) {
    if let name = action.text("name", &faults), name != "cta_url" {
      faults.add(action.pointer("name"), "must be cta_url")
    }
    let parameters = action.object("parameters", isNeeded: true, &faults)
    guard let label = parameters?.neededText("display_text", &faults),
      let url = parameters?.neededText("url", &faults)
    else { return nil }
    self.init(body: body, header: header, footer: footer, label: label, url: url)
  }
}
