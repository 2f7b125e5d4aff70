package import Domain
internal import Events
internal import JSON
internal import Time

/// What an action is told, in the form in which Meta's webhooks tell it. Sends of ours have the ids that were answered
/// to whoever made them.
package enum MetaWebhookForm {
  /// nil where Meta's webhooks tell of no such thing, or it is about another provider's number.
  /// - `event`: a delivery's body, as `ActionEvent` wrote it
  /// - `numbers`: by which number Meta shows each sender to people
  package static func body(of event: [UInt8], shown numbers: [SenderID: String]) -> [UInt8]? {
    guard let event = JSONValue(whole: event) else { return nil }
    switch event["event"]?.string {
    case "status": return MetaStatusForm(event, shown: numbers)?.json
    case "inbound": return MetaInboundForm(event)?.json
    default: return nil
    }
  }

  /// The envelope around one piece of news of one number.
  static func envelope(
    _ account: String, number: String, shownAs display: String?,
    _ value: (inout JSONWriter) -> Void
  ) -> [UInt8] {
    JSONWriter.object(capacity: 1024) { writer in
      writer.field("object", "whatsapp_business_account")
      writer.name("entry")
      writer.array { writer in
        writer.object { writer in
          writer.field("id", account)
          writer.name("changes")
          writer.array { writer in
            writer.object { writer in
              writer.name("value")
              writer.object { writer in
                writer.field("messaging_product", "whatsapp")
                writer.name("metadata")
                writer.object { writer in
                  writer.field("display_phone_number", display ?? number)
                  writer.field("phone_number_id", number)
                }
                value(&writer)
              }
              writer.field("field", "messages")
            }
          }
        }
      }
    }
  }

  /// As Meta writes a time.
  static func seconds(_ time: CalendarTime) -> String { "\(time.microseconds / 1_000_000)" }
}

/// A status of a message that went out.
private struct MetaStatusForm {
  let json: [UInt8]

  init?(_ event: JSONValue, shown numbers: [SenderID: String]) {
    guard event["provider"]?.string == Provider.meta.rawValue,
      let status = Self.word(event["state"]?.string, event["MessageStatus"]?.string),
      let account = event["AccountSid"]?.string,
      let number = event["ChannelInstallSid"]?.string,
      let id = event["id"]?.string.flatMap({ SendID($0) })?.wamid.text
        ?? event["providerId"]?.string,
      let time = [event["providerAt"], event["at"]].compactMap({ $0?.string })
        .compactMap({ CalendarTime(rfc3339: $0) }).first
    else { return nil }
    let from = event["From"]?.string.map { ChannelAddress($0).bare.filter(\.isNumber) }
    let shown =
      event["sender"]?.string.flatMap { numbers[SenderID($0)] } ?? (from == number ? nil : from)
    json = MetaWebhookForm.envelope(account, number: number, shownAs: shown) { writer in
      writer.name("statuses")
      writer.array { writer in
        writer.object { writer in
          writer.field("id", id)
          writer.field("status", status)
          writer.field("timestamp", MetaWebhookForm.seconds(time))
          Self.write(to: event["To"]?.string, &writer)
          let own = event["metadata"]?["meta"]
          writer.field("biz_opaque_callback_data", own?["biz_opaque_callback_data"]?.string)
          writer.field("pricing", json: event["pricing"]?.text)
          if status == "failed" { Self.write(errorOf: event, to: &writer) }
        }
      }
    }
  }

  /// nil for what Meta has no word for. That a voice message was heard is read, where it has no word of its own.
  private static func word(_ state: String?, _ said: String?) -> String? {
    if said == "played" { return said }
    return switch state {
    case "sent", "delivered", "read", "failed": state
    case "undelivered", "expired", "canceled": "failed"
    default: nil
    }
  }

  private static func write(to address: String?, _ writer: inout JSONWriter) {
    guard let person = address.map({ ChannelAddress($0).bare }) else { return }
    if Recipient.isBusinessScoped(person) {
      writer.field("recipient_user_id", person)
    } else {
      writer.field("recipient_id", person.filter(\.isNumber))
    }
  }

  private static func write(errorOf event: JSONValue, to writer: inout JSONWriter) {
    let detail = event["detail"]
    let code = MetaFailureCode.of(event["code"]?.string, state: event["state"]?.string)
    let title = MetaFailureCode.title(code)
    let text =
      event["providerText"]?.string ?? detail?["providerText"]?.string
      ?? detail?["reason"]?.string ?? title
    writer.name("errors")
    writer.array { writer in
      writer.object { writer in
        writer.field("code", code)
        writer.field("title", title)
        writer.field("message", title)
        writer.name("error_data")
        writer.object { $0.field("details", text) }
        writer.field(
          "href", "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/")
      }
    }
  }
}

/// Why a message did not arrive, in Meta's numbers.
package enum MetaFailureCode {
  /// Meta's own, or the one that says what ours does.
  static func of(_ code: String?, state: String?) -> Int {
    if let number = code.flatMap({ Int($0) }) { return number }
    switch code ?? state {
    case "opted-out": return 131050
    case "window-closed": return 131047
    case "expired": return 131026
    default: return 131000
    }
  }

  static func title(_ code: Int) -> String {
    titles[code] ?? ErrorTable.shared.row(.meta, code)?.sentence ?? "Message failed"
  }

  /// In Meta's words, which software may look for.
  private static let titles = [
    131000: "Something went wrong", 131026: "Message undeliverable",
    131047: "Re-engagement message", 131050: "User has stopped marketing messages",
  ]
}

/// A message from a person: as it came, but that it names sends of ours by our ids.
private struct MetaInboundForm {
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
      Self.write(contactOf: message, to: &writer)
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

  /// Meta tells of nobody beside what it says itself, such as that a number has changed.
  private static func write(contactOf message: InboundMessage, to writer: inout JSONWriter) {
    guard message.waID != nil || message.userID != nil || message.profileName != nil else {
      return
    }
    writer.name("contacts")
    writer.array { writer in
      writer.object { writer in
        writer.name("profile")
        writer.object { $0.field("name", message.profileName ?? "") }
        writer.field("wa_id", message.waID)
        writer.field("user_id", message.userID)
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
