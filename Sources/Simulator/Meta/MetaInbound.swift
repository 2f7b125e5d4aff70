internal import Crypto
internal import HTTP
internal import JSON

/// What a person writes, as Meta passes it on.
extension World {
  mutating func writeToMeta(
    _ app: Int, _ phone: MetaApp.Phone, _ person: Int32, _ saying: Saying, at now: Int64
  ) -> String? {
    guard let place = phones[phone.id] else { return nil }
    let digits = digits(of: person)
    let id = mint.wamid(Int.max / 4 + inboundSerial, to: digits)
    let json = JSONWriter.object { writer in
      if let replyTo = saying.replyTo {
        writer.name("context")
        writer.object { writer in
          writer.field("from", String(phone.number.dropFirst()))
          writer.field("id", replyTo)
        }
      }
      if hasNumber(person) { writer.field("from", digits) }
      writer.field("from_user_id", userID(of: person))
      writer.field("id", id)
      writer.field("timestamp", "\(now / 1_000_000)")
      writeContent(saying, to: &writer)
    }
    totals.meta.inbound += 1
    if webhookURL(of: place) != nil {
      add(
        MetaUpdate(place: place, isStatus: false, json: json, contact: contact(person)), app,
        at: now)
    }
    return id
  }

  private func writeContent(_ saying: Saying, to writer: inout JSONWriter) {
    switch saying.kind {
    case .text(let text):
      writer.field("type", "text")
      writer.name("text")
      writer.object { $0.field("body", text) }
    case .button(let text, let payload):
      writer.field("type", "button")
      writer.name("button")
      writer.object { writer in
        writer.field("payload", payload)
        writer.field("text", text)
      }
    case .listRow(let id, let title):
      writer.field("type", "interactive")
      writer.name("interactive")
      writer.object { writer in
        writer.field("type", "list_reply")
        writer.name("list_reply")
        writer.object { writer in
          writer.field("id", id)
          writer.field("title", title)
        }
      }
    case .location(let latitude, let longitude, let label):
      writer.field("type", "location")
      writer.name("location")
      writer.object { writer in
        writer.field("latitude", Double(latitude) ?? 0)
        writer.field("longitude", Double(longitude) ?? 0)
        writer.field("name", label)
      }
    case .media(let url, let type, let caption):
      let kind = type.split(separator: "/").first.map(String.init) ?? ""
      let name = ["image", "video", "audio"].contains(kind) ? kind : "document"
      writer.field("type", name)
      writer.name(name)
      writer.object { writer in
        writer.field("id", "\(700_000_000_000_000 + inboundSerial)")
        writer.field("mime_type", type)
        writer.field("sha256", base64(sha256(Array(url.utf8))))
        writer.field("url", url)
        if name != "audio", !caption.isEmpty { writer.field("caption", caption) }
      }
    }
  }
}
