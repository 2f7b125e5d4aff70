internal import Crypto
internal import HTTP
internal import JSON

/// What a person writes, as Meta passes it on.
extension World {
  mutating func writeToMeta(
    _ app: Int, _ phone: MetaApp.Phone, _ sender: Int, _ person: Int32, _ saying: Saying,
    at now: Int64
  ) -> String? {
    guard let place = phones[phone.id] else { return nil }
    let digits = digits(of: person)
    let id = mint.wamid(Int.max / 4 + inboundSerial, to: digits)
    let file = keptFile(of: saying, app)
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
      writeContent(saying, file, person, to: &writer)
    }
    totals.meta.inbound += 1
    let update = MetaUpdate(place: place, isStatus: false, json: json, contact: contact(person))
    passOn(.meta(update, app: app), from: person, to: sender, at: now)
    return id
  }

  private struct KeptFile {
    let id: String
    let hash: String
  }

  private mutating func keptFile(of saying: Saying, _ app: Int) -> KeptFile? {
    guard case .file(let file) = saying.kind else { return nil }
    let id = "\(700_000_000_000_000 + inboundSerial)"
    return KeptFile(id: id, hash: files.add(id, file, app: app))
  }

  private func writeContent(
    _ saying: Saying, _ file: KeptFile?, _ person: Int32, to writer: inout JSONWriter
  ) {
    switch saying.kind {
    case .text(let text):
      writer.part("text") { $0.field("body", text) }
    case .button(let text, let payload):
      writer.part("button") { writer in
        writer.field("payload", payload)
        writer.field("text", text)
      }
    case .reply(let id, let title):
      writer.reply("button_reply") { writer in
        writer.field("id", id)
        writer.field("title", title)
      }
    case .listRow(let id, let title, let description):
      writer.reply("list_reply") { writer in
        writer.field("id", id)
        writer.field("title", title)
        if !description.isEmpty { writer.field("description", description) }
      }
    case .form(let answers):
      writer.reply("nfm_reply") { writer in
        writer.field("name", "flow")
        writer.field("body", "Sent")
        writer.field("response_json", answers)
      }
    case .location(let latitude, let longitude, let label):
      writer.part("location") { writer in
        writer.field("latitude", Double(latitude) ?? 0)
        writer.field("longitude", Double(longitude) ?? 0)
        writer.field("name", label)
      }
    case .media(let url, let type, let caption): writeLinked(url, type, caption, to: &writer)
    case .file(let sent):
      if let file { write(sent, file, to: &writer) }
    case .contacts(let contacts): writer.contacts(contacts, origin: "other")
    case .ownContact:
      let number = hasNumber(person) ? people.address(person) : "+15550000000"
      let own = SharedContact(name: people[person].name, phone: number)
      writer.contacts([own], origin: "contact_request")
    case .reaction(let emoji, let id):
      writer.part("reaction") { writer in
        writer.field("message_id", id)
        writer.field("emoji", emoji)
      }
    case .edit(let text, let id):
      writer.part("edit") { writer in
        writer.field("original_message_id", id)
        writer.name("message")
        writer.object { $0.part("text") { $0.field("body", text) } }
      }
    case .revoke(let id):
      writer.part("revoke") { $0.field("original_message_id", id) }
    }
  }

  private func writeLinked(
    _ url: String, _ type: String, _ caption: String, to writer: inout JSONWriter
  ) {
    let kind = type.split(separator: "/").first.map(String.init) ?? ""
    let name = ["image", "video", "audio"].contains(kind) ? kind : "document"
    writer.part(name) { writer in
      writer.field("id", "\(700_000_000_000_000 + inboundSerial)")
      writer.field("mime_type", type)
      writer.field("sha256", base64(sha256(Array(url.utf8))))
      writer.field("url", url)
      if name != "audio", !caption.isEmpty { writer.field("caption", caption) }
    }
  }

  private func write(_ sent: SentFile, _ file: KeptFile, to writer: inout JSONWriter) {
    writer.part(sent.kind.rawValue) { writer in
      writer.field("id", file.id)
      writer.field("mime_type", sent.type)
      writer.field("sha256", file.hash)
      writer.field("url", mediaURL(file.id))
      if sent.kind.hasCaption, !sent.caption.isEmpty { writer.field("caption", sent.caption) }
      if sent.kind == .document { writer.field("filename", sent.filename ?? "file") }
      if sent.kind == .audio { writer.field("voice", sent.isVoice) }
      if sent.kind == .sticker { writer.field("animated", sent.isAnimated) }
    }
  }
}

extension JSONWriter {
  /// `"type": "text", "text": {…}`
  fileprivate mutating func part(_ type: String, _ write: (inout JSONWriter) -> Void) {
    field("type", type)
    name(type)
    object(write)
  }

  fileprivate mutating func reply(_ type: String, _ write: (inout JSONWriter) -> Void) {
    part("interactive") { $0.part(type, write) }
  }

  fileprivate mutating func contacts(_ contacts: [SharedContact], origin: String) {
    field("type", "contacts")
    list("contacts", contacts) { writer, contact in
      writer.name("name")
      writer.object { writer in
        writer.field("formatted_name", contact.name)
        writer.field("first_name", String(contact.name.prefix { $0 != " " }))
      }
      writer.list("phones", [contact.phone]) { writer, phone in
        writer.field("phone", phone)
        writer.field("type", "MOBILE")
        writer.field("wa_id", phone.filter(\.isNumber))
      }
      writer.field("origin", origin)
    }
  }
}
