internal import JSON

/// Buttons, lists and the like.
struct MetaInteractive {
  private let object: JSONValue

  init(_ object: JSONValue) { self.object = object }

  func check() throws(MetaRefusal) {
    guard let type = object["type"]?.string else { throw .missing("interactive.type") }
    try text(object["body"], "text", in: "interactive.body", upTo: type == "list" ? 4096 : 1024)
    if object["footer"] != nil {
      try text(object["footer"], "text", in: "interactive.footer", upTo: 60)
    }
    guard let action = object["action"] else { throw .missing("interactive.action") }
    try checkHeader(type)
    switch type {
    case "button": try checkButtons(action)
    case "list": try checkList(action)
    case "cta_url": try checkLink(action)
    case "location_request_message":
      guard action["name"]?.string == "send_location" else {
        throw .invalid("action.name must be send_location")
      }
    default: throw .invalid("interactive.type '\(type)' is not supported")
    }
  }

  private func checkHeader(_ type: String) throws(MetaRefusal) {
    guard let header = object["header"] else { return }
    guard let kind = header["type"]?.string else { throw .missing("header.type") }
    if kind == "text" { return try text(header, "text", in: "header", upTo: 60) }
    guard type != "list", type != "location_request_message",
      ["image", "video", "document"].contains(kind), header[kind] != nil
    else { throw .invalid("header.type '\(kind)' is not allowed here") }
  }

  private func checkButtons(_ action: JSONValue) throws(MetaRefusal) {
    guard let buttons = action["buttons"]?.items, (1...3).contains(buttons.count) else {
      throw .invalid("There must be 1 to 3 buttons")
    }
    var titles: Set<String> = []
    for button in buttons {
      guard button["type"]?.string == "reply" else { throw .invalid("button.type must be reply") }
      try text(button["reply"], "id", in: "button.reply", upTo: 256)
      try text(button["reply"], "title", in: "button.reply", upTo: 20)
      let title = button["reply"]?["title"]?.string ?? ""
      guard titles.insert(title).inserted else { throw .invalid("Button titles must differ") }
    }
  }

  private func checkList(_ action: JSONValue) throws(MetaRefusal) {
    try text(action, "button", in: "action", upTo: 20)
    guard let sections = action["sections"]?.items, (1...10).contains(sections.count) else {
      throw .invalid("There must be 1 to 10 sections")
    }
    var count = 0
    for section in sections {
      if sections.count > 1 || section["title"] != nil {
        try text(section, "title", in: "section", upTo: 24)
      }
      for row in section["rows"]?.items ?? [] {
        count += 1
        try text(row, "id", in: "row", upTo: 200)
        try text(row, "title", in: "row", upTo: 24)
        if row["description"] != nil { try text(row, "description", in: "row", upTo: 72) }
      }
    }
    guard (1...10).contains(count) else { throw .invalid("There must be 1 to 10 rows in all") }
  }

  private func checkLink(_ action: JSONValue) throws(MetaRefusal) {
    guard action["name"]?.string == "cta_url" else { throw .invalid("action.name must be cta_url") }
    try text(action["parameters"], "display_text", in: "action.parameters", upTo: 20)
    guard action["parameters"]?["url"]?.string.map(isWebURL) == true else {
      throw .invalid("action.parameters.url is no URL")
    }
  }
}
