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

  static func write(
    contact digits: String?, user: String?, named name: String, to writer: inout JSONWriter
  ) {
    writer.name("contacts")
    writer.array { writer in
      writer.object { writer in
        writer.name("profile")
        writer.object { $0.field("name", name) }
        writer.field("wa_id", digits)
        writer.field("user_id", user)
      }
    }
  }

  /// As Meta writes a time.
  static func seconds(_ time: CalendarTime) -> String { "\(time.microseconds / 1_000_000)" }
}
