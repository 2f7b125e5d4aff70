internal import JSON

/// Somebody of ours writes on the business app: Meta tells of it as `smb_message_echoes`.
extension World {
  /// Returns the id of what was written; nil where the sender has no such app.
  mutating func agentWrites(
    _ text: String, to person: Int32, from sender: Int, at now: Int64
  ) -> String? {
    guard case .meta(_, _, let phone) = senders[sender].owner, let place = phones[phone.id] else {
      return nil
    }
    inboundSerial += 1
    let id = mint.wamid(Int.max / 4 + inboundSerial, to: digits(of: person))
    passOn(
      .news(
        field: "smb_message_echoes", value: echo(text, id, to: person, from: phone, at: now), place),
      from: person, to: sender, at: now)
    return id
  }

  private func echo(
    _ text: String, _ id: String, to person: Int32, from phone: MetaApp.Phone, at now: Int64
  ) -> [UInt8] {
    let number = String(phone.number.dropFirst())
    return JSONWriter.object { writer in
      writer.field("messaging_product", "whatsapp")
      writer.name("metadata")
      writer.object { writer in
        writer.field("display_phone_number", number)
        writer.field("phone_number_id", phone.id)
      }
      writer.list("message_echoes", [text]) { writer, text in
        writer.field("from", number)
        if hasNumber(person) { writer.field("to", digits(of: person)) }
        writer.field("to_user_id", userID(of: person))
        writer.field("id", id)
        writer.field("timestamp", "\(now / 1_000_000)")
        writer.field("type", "text")
        writer.name("text")
        writer.object { $0.field("body", text) }
      }
    }
  }
}
