internal import Domain
internal import JSON
internal import Time

/// A status of a message that went out.
struct MetaStatusForm {
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
    let person = event["To"]?.string.map { ChannelAddress($0).bare } ?? ""
    let isHidden = Recipient.isBusinessScoped(person)
    let (digits, user) = isHidden ? (nil, person) : (person.filter(\.isNumber), nil)
    json = MetaWebhookForm.envelope(account, number: number, shownAs: shown) { writer in
      // Software looks there for whom it is about.
      MetaWebhookForm.write(contact: digits, user: user, named: "", to: &writer)
      writer.name("statuses")
      writer.array { writer in
        writer.object { writer in
          writer.field("id", id)
          writer.field("status", status)
          writer.field("timestamp", MetaWebhookForm.seconds(time))
          writer.field("recipient_id", digits)
          writer.field("recipient_user_id", user)
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
