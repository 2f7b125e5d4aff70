internal import JSON

/// A message of ours as it stands on a person's phone.
struct Seen: Sendable {
  struct Choice: Sendable {
    enum Kind: Sendable, Equatable {
      case reply, quickReply, form, ownContact, place
      case row(description: String)
      /// Opens a page, of which nobody is told.
      case link
    }

    let kind: Kind
    let id: String
    let title: String
  }

  var id: String
  let type: String
  let text: String
  let choices: [Choice]
  var at: Int64 = 0

  init(id: String, type: String, text: String, choices: [Choice] = []) {
    self.id = id
    self.type = type
    self.text = String(text.prefix(500))
    self.choices = choices
  }
}

extension Seen {
  init(_ message: MetaMessage, _ template: MetaApp.Template?, id: String) {
    let object = message.object
    switch message.type {
    case "text": self.init(id: id, type: "text", text: object["body"]?.string ?? "")
    case "interactive":
      self.init(
        id: id, type: object["type"]?.string ?? "interactive",
        text: object["body"]?["text"]?.string ?? "", choices: Self.choices(of: object))
    case "template":
      self.init(
        id: id, type: "template", text: template.map { Self.words(of: $0, object) } ?? "",
        choices: template.map { Self.choices(of: $0, object) } ?? [])
    case "reaction":
      self.init(id: id, type: "reaction", text: object["emoji"]?.string ?? "")
    default:
      self.init(id: id, type: message.type, text: object["caption"]?.string ?? "")
    }
  }

  private static func choices(of object: JSONValue) -> [Choice] {
    let action = object["action"]
    switch object["type"]?.string {
    case "button": return replies(in: action)
    case "list":
      return (action?["sections"]?.items ?? []).flatMap { $0["rows"]?.items ?? [] }.map { row in
        Choice(
          kind: .row(description: row["description"]?.string ?? ""), id: row["id"]?.string ?? "",
          title: row["title"]?.string ?? "")
      }
    case "flow":
      let parameters = action?["parameters"]
      return [
        Choice(
          kind: .form, id: parameters?["flow_token"]?.string ?? "unused",
          title: parameters?["flow_cta"]?.string ?? "")
      ]
    case "request_contact_info":
      return [Choice(kind: .ownContact, id: "", title: "Share contact info")]
    case "location_request_message":
      return [Choice(kind: .place, id: "", title: "Send location")]
    case "cta_url":
      return [
        Choice(kind: .link, id: "", title: action?["parameters"]?["display_text"]?.string ?? "")
      ]
    case "carousel":
      return (action?["cards"]?.items ?? []).flatMap { replies(in: $0["action"]) }
    default: return []
    }
  }

  private static func replies(in action: JSONValue?) -> [Choice] {
    (action?["buttons"]?.items ?? []).map { button in
      let reply = button["reply"] ?? button["quick_reply"]
      return Choice(
        kind: .reply, id: reply?["id"]?.string ?? "", title: reply?["title"]?.string ?? "")
    }
  }

  private static func parameters(_ object: JSONValue, _ type: String) -> [JSONValue] {
    (object["components"]?.items ?? []).filter { $0["type"]?.string?.lowercased() == type }
  }

  private static func words(of template: MetaApp.Template, _ object: JSONValue) -> String {
    var text = template.body
    for component in parameters(object, "body") {
      for (place, value) in (component["parameters"]?.items ?? []).enumerated() {
        let name = value["parameter_name"]?.string ?? "\(place + 1)"
        text = text.filled("{{\(name)}}", value["text"]?.string ?? "")
      }
    }
    return text
  }

  private static func choices(of template: MetaApp.Template, _ object: JSONValue) -> [Choice] {
    var payloads: [Int: String] = [:]
    for component in parameters(object, "button") {
      let index = component["index"]
      let place = index?.integer.map { Int($0) } ?? index?.string.flatMap { Int($0) }
      let value = component["parameters"]?.items?.first
      if let place {
        payloads[place] = value?["payload"]?.string ?? value?["action"]?["flow_token"]?.string
      }
    }
    return buttons(of: template).map { place, type, title in
      switch type.uppercased() {
      case "QUICK_REPLY": Choice(kind: .quickReply, id: payloads[place] ?? title, title: title)
      case "FLOW": Choice(kind: .form, id: payloads[place] ?? "unused", title: title)
      case "REQUEST_CONTACT_INFO": Choice(kind: .ownContact, id: "", title: title)
      default: Choice(kind: .link, id: "", title: title)
      }
    }
  }

  private static func buttons(
    of template: MetaApp.Template
  ) -> [(place: Int, type: String, title: String)] {
    let components = template.components.flatMap { JSONValue(whole: $0) }?.items ?? []
    let made = components.first { $0["type"]?.string?.uppercased() == "BUTTONS" }
    if let buttons = made?["buttons"]?.items {
      return buttons.enumerated().map { place, button in
        (place, button["type"]?.string ?? "", button["text"]?.string ?? "Button \(place + 1)")
      }
    }
    return template.buttons.sorted { $0.key < $1.key }.map {
      ($0.key, $0.value, "Button \($0.key + 1)")
    }
  }
}

extension Seen {
  init(_ form: TwilioForm, _ content: TwilioAccount.Content?, id: String) {
    let types = content?.made.flatMap { JSONValue(whole: $0.types) }
    let named = form.contentVariables.flatMap { JSONValue(whole: Array($0.utf8)) }?.fields ?? []
    func filled(_ text: String?) -> String {
      named.reduce(text ?? "") { $0.filled("{{\($1.name)}}", $1.value.string ?? "") }
    }
    guard
      let first = types?.fields?.first(where: { $0.name != "twilio/text" }) ?? types?.fields?.first
    else {
      let type = content != nil ? "content" : form.media.isEmpty ? "text" : "media"
      self.init(id: id, type: type, text: form.body)
      return
    }
    let isList = first.name == "twilio/list-picker"
    let items = first.value[isList ? "items" : "actions"]?.items ?? []
    let choices = items.map { item in
      let title = filled(item["title"]?.string ?? item["item"]?.string)
      let isLink = !isList && !["", "QUICK_REPLY"].contains(item["type"]?.string ?? "")
      let kind: Choice.Kind =
        isLink
        ? .link : isList ? .row(description: filled(item["description"]?.string)) : .quickReply
      return Choice(kind: kind, id: filled(item["id"]?.string ?? title), title: title)
    }
    self.init(id: id, type: first.name, text: filled(first.value["body"]?.string), choices: choices)
  }
}

extension String {
  /// Every occurrence replaced.
  func filled(_ mark: String, _ value: String) -> String {
    var (rest, result) = (Substring(self), "")
    while let start = rest.range(ofFirst: mark) {
      result += rest[..<start.lowerBound] + value
      rest = rest[start.upperBound...]
    }
    return result + rest
  }
}

extension Substring {
  fileprivate func range(ofFirst mark: String) -> Range<Index>? {
    var place = startIndex
    while place < endIndex {
      if self[place...].hasPrefix(mark) {
        return place..<index(place, offsetBy: mark.count)
      }
      formIndex(after: &place)
    }
    return nil
  }
}
