internal import JSON

/// Buttons, lists and the like.
struct MetaInteractive {
  private let object: JSONValue

  init(_ object: JSONValue) { self.object = object }

  func check() throws(MetaRefusal) {
    guard let type = object["type"]?.string else { throw .missing("interactive.type") }
    // A single product needs no words of ours.
    if type != "product" || object["body"] != nil {
      try text(object["body"], "text", in: "interactive.body", upTo: type == "list" ? 4096 : 1024)
    }
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
    case "request_contact_info":
      guard action["name"]?.string == "request_contact_info" else {
        throw .invalid("action.name must be request_contact_info")
      }
    case "flow": try checkFlow(action)
    case "product":
      try text(action, "catalog_id", in: "action", upTo: 100)
      try text(action, "product_retailer_id", in: "action", upTo: 100)
    case "product_list": try checkProducts(action)
    case "catalog_message":
      guard action["name"]?.string == "catalog_message" else {
        throw .invalid("action.name must be catalog_message")
      }
    case "carousel": try checkCards(action)
    default: throw .invalid("interactive.type '\(type)' is not supported")
    }
  }

  private func checkHeader(_ type: String) throws(MetaRefusal) {
    guard let header = object["header"] else {
      if type == "product_list" { throw .missing("interactive.header") }
      return
    }
    guard !["product", "catalog_message", "carousel", "request_contact_info"].contains(type) else {
      throw .invalid("interactive.header is not allowed here")
    }
    guard let kind = header["type"]?.string else { throw .missing("header.type") }
    if kind == "text" { return try text(header, "text", in: "header", upTo: 60) }
    let takesFiles = ["button", "cta_url", "flow"].contains(type)
    guard takesFiles, ["image", "video", "document"].contains(kind), header[kind] != nil
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

  private func checkFlow(_ action: JSONValue) throws(MetaRefusal) {
    guard action["name"]?.string == "flow" else { throw .invalid("action.name must be flow") }
    let parameters = action["parameters"]
    guard parameters?["flow_message_version"]?.string == "3" else {
      throw .invalid("flow_message_version must be 3")
    }
    guard (parameters?["flow_id"] == nil) != (parameters?["flow_name"] == nil) else {
      throw .invalid("There must be one of flow_id and flow_name")
    }
    try text(parameters, "flow_cta", in: "action.parameters", upTo: 20)
  }

  private func checkProducts(_ action: JSONValue) throws(MetaRefusal) {
    try text(action, "catalog_id", in: "action", upTo: 100)
    guard let sections = action["sections"]?.items, (1...10).contains(sections.count) else {
      throw .invalid("There must be 1 to 10 sections")
    }
    var count = 0
    for section in sections {
      if sections.count > 1 { try text(section, "title", in: "section", upTo: 24) }
      for item in section["product_items"]?.items ?? [] {
        count += 1
        try text(item, "product_retailer_id", in: "product_item", upTo: 100)
      }
    }
    guard (1...30).contains(count) else { throw .invalid("There must be 1 to 30 products in all") }
  }

  private func checkCards(_ action: JSONValue) throws(MetaRefusal) {
    guard let cards = action["cards"]?.items, (2...10).contains(cards.count) else {
      throw .invalid("There must be 2 to 10 cards")
    }
    var kinds: Set<String> = []
    for (place, card) in cards.enumerated() {
      guard card["card_index"]?.integer == Int64(place) else {
        throw .invalid("card_index must count from 0")
      }
      if card["type"]?.string == "product" {
        try text(card["action"], "catalog_id", in: "card.action", upTo: 100)
        try text(card["action"], "product_retailer_id", in: "card.action", upTo: 100)
        kinds.insert("product")
        continue
      }
      if card["body"] != nil { try text(card["body"], "text", in: "card.body", upTo: 160) }
      let header = card["header"]?["type"]?.string ?? ""
      guard ["image", "video"].contains(header), card["header"]?[header] != nil else {
        throw .invalid("A card's header must be an image or a video")
      }
      let buttons = card["action"]?["buttons"]?.items
      if buttons == nil { try checkLink(card["action"] ?? action) }
      for button in buttons ?? [] {
        try text(button["quick_reply"], "id", in: "quick_reply", upTo: 256)
        try text(button["quick_reply"], "title", in: "quick_reply", upTo: 20)
      }
      kinds.insert("\(header) \(buttons?.count ?? 0)")
    }
    guard kinds.count == 1 else { throw .invalid("All cards must be alike") }
  }
}
