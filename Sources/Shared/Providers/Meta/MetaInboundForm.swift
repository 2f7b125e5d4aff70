internal import Domain
internal import Events
internal import JSON

/// A message from a person: as it came, but that it names sends of ours by our ids.
struct MetaInboundForm {
  let json: [UInt8]

  init?(_ event: JSONValue) {
    guard let value = event["message"], value["provider"]?.string == Provider.meta.rawValue,
      let raw = value["raw"], raw.kind == .object
    else { return nil }
    let message: InboundMessage
    do throws(EventUnreadable) { message = try InboundMessage(value) } catch { return nil }
    let send = event["inReplyTo"]?.string.flatMap { SendID($0) }?.wamid.text
    json = MetaWebhookForm.envelope(
      message.account.text, number: message.address, shownAs: message.displayNumber
    ) { writer in
      // What Meta says itself, such as that a number has changed, is nobody's.
      if message.kind != "system" {
        let digits = message.contact.text.hasPrefix("+") ? message.contact.text.dropFirst() : nil
        MetaWebhookForm.write(
          contact: message.waID ?? digits.map(String.init), user: message.userID,
          named: message.profileName ?? "", to: &writer)
      }
      writer.name("messages")
      writer.array { writer in
        guard let send else { return writer.raw(raw.text) }
        writer.object { writer in
          for (name, field) in raw.fields ?? [] {
            writer.name(name)
            switch name {
            case "context": Self.write(field, with: send, for: "id", to: &writer)
            case "reaction": Self.write(field, with: send, for: "message_id", to: &writer)
            default: writer.raw(field.text)
            }
          }
        }
      }
    }
  }

  private static func write(
    _ object: JSONValue, with id: String, for place: String, to writer: inout JSONWriter
  ) {
    guard let fields = object.fields else { return writer.raw(object.text) }
    writer.object { writer in
      for (name, field) in fields {
        writer.name(name)
        if name == place { writer.value(id) } else { writer.raw(field.text) }
      }
    }
  }
}
