internal import Crypto
internal import JSON

/// A message as it stands in a request, judged by itself.
struct MetaMessage {
  let to: String
  /// As it was written.
  let input: String
  let type: String
  let object: JSONValue
  let opaque: String?

  init(_ root: JSONValue) throws(MetaRefusal) {
    guard root.kind == .object else { throw .parameter("The body must be an object") }
    guard let product = root["messaging_product"]?.string else {
      throw .parameter("The parameter messaging_product is required.")
    }
    guard product == "whatsapp" else { throw .parameter("messaging_product must be whatsapp") }
    if let kind = root["recipient_type"], kind.string != "individual" {
      throw .parameter("recipient_type must be individual")
    }
    to = try Self.recipient(root)
    input = root["to"]?.string ?? to
    type = root["type"]?.string ?? "text"
    opaque = root["biz_opaque_callback_data"]?.string
    if let given = root["biz_opaque_callback_data"] {
      guard let opaque, opaque.unicodeScalars.count <= 512 else {
        throw .invalid("biz_opaque_callback_data must be a string of up to 512 characters")
      }
      _ = given
    }
    if let context = root["context"] {
      guard isMessage(context["message_id"]?.string) else {
        throw .invalid("context.message_id is no message")
      }
    }
    guard let object = root[type] else { throw .missing(type) }
    self.object = object
    try check()
  }

  /// `+` and digits, or a business-scoped user id.
  private static func recipient(_ root: JSONValue) throws(MetaRefusal) -> String {
    if let to = root["to"] {
      guard let text = to.string else { throw .invalid("to must be a string") }
      let digits = text.filter { !" -()+".contains($0) }
      guard isE164("+\(digits)") else { throw .invalid("'\(text)' is no phone number") }
      return "+\(digits)"
    }
    guard let recipient = root["recipient"]?.string else { throw .missing("to") }
    guard isUserID(recipient) else { throw .invalid("'\(recipient)' is no user id") }
    return recipient
  }

  private func check() throws(MetaRefusal) {
    switch type {
    case "text":
      try text(object, "body", in: "text", upTo: 4096)
    case "image", "video", "document": try checkMedia(caption: true)
    case "audio", "sticker": try checkMedia(caption: false)
    case "location":
      for name in ["latitude", "longitude"] {
        guard let value = object[name] else { throw .missing("location.\(name)") }
        guard value.double ?? value.string.flatMap({ Double($0) }) != nil else {
          throw .invalid("location.\(name) is no number")
        }
      }
    case "contacts": try checkContacts()
    case "reaction":
      guard isMessage(object["message_id"]?.string) else {
        throw .invalid("reaction.message_id is no message")
      }
      guard object["emoji"]?.string != nil else { throw .missing("reaction.emoji") }
    case "interactive": try MetaInteractive(object).check()
    case "template": break
    default: throw MetaRefusal(131051, "Unsupported message type", "type '\(type)'")
    }
  }

  private func checkMedia(caption: Bool) throws(MetaRefusal) {
    let (id, link) = (object["id"]?.string, object["link"]?.string)
    guard (id == nil) != (link == nil) else {
      throw .parameter("\(type) needs exactly one of id and link")
    }
    if let link, !isWebURL(link) { throw .invalid("\(type).link is no URL") }
    guard let text = object["caption"] else { return }
    guard caption else { throw .parameter("\(type) takes no caption") }
    guard let text = text.string, text.unicodeScalars.count <= 1024 else {
      throw .invalid("\(type).caption is longer than 1024 characters")
    }
  }

  private func checkContacts() throws(MetaRefusal) {
    guard let contacts = object.items, (1...257).contains(contacts.count) else {
      throw .invalid("contacts must be an array of 1 to 257")
    }
    for contact in contacts where contact["name"]?["formatted_name"]?.string?.isEmpty != false {
      throw .missing("contacts.name.formatted_name")
    }
  }
}

/// Whether Meta could have given this id to a message: none of its ids is as short as 16 bytes.
func isMessage(_ id: String?) -> Bool {
  guard let id, id.hasPrefix("wamid.") else { return false }
  return bytes(fromBase64: id.dropFirst(6))?.count != 16
}

/// A text that must be there, with no more than so many characters.
func text(
  _ object: JSONValue?, _ name: String, in place: String, upTo limit: Int
) throws(MetaRefusal) {
  guard let value = object?[name] else { throw .missing("\(place).\(name)") }
  guard let text = value.string, !text.isEmpty else {
    throw .invalid("\(place).\(name) must be a text")
  }
  guard text.unicodeScalars.count <= limit else {
    throw .invalid("\(place).\(name) is longer than \(limit) characters")
  }
}
