internal import HTTP

/// What a person writes, as Twilio passes it on.
extension World {
  /// nil where Twilio does not tell of such a thing.
  mutating func writeToTwilio(
    _ account: Int, _ sender: Int, _ person: Int32, _ saying: Saying, _ keyword: String?,
    at now: Int64
  ) -> String? {
    guard !saying.isOfMetaOnly else { return nil }
    let name = senders[sender].name
    let sid = (saying.hasFile ? "MM" : "SM") + mint.hex(Int.max / 4 + inboundSerial)
    let channel = channelPrefix(name)
    let address = people.address(person)
    var fields: [PersonWebhook.Field] = [
      .init("MessageSid", sid), .init("SmsSid", sid), .init("SmsMessageSid", sid),
      .init("SmsStatus", "received"), .init("AccountSid", settings.twilio[account].sid),
      .init("From", channel + address), .init("To", name), .init("NumSegments", "1"),
      .init("ApiVersion", "2010-04-01"),
    ]
    if channel == "whatsapp:" {
      fields.append(.init("ProfileName", people[person].name))
      if address.hasPrefix("+") { fields.append(.init("WaId", digits(of: person))) }
    }
    if let keyword { fields.append(.init("OptOutType", keyword)) }
    if let replyTo = saying.replyTo {
      fields.append(.init("OriginalRepliedMessageSid", replyTo))
      fields.append(.init("OriginalRepliedMessageSender", name))
    }
    fields += content(of: saying, sid, account)
    totals.twilio.inbound += 1
    passOn(.twilio(fields, account: account), from: person, to: sender, at: now)
    return sid
  }

  private mutating func content(
    of saying: Saying, _ sid: String, _ account: Int
  ) -> [PersonWebhook.Field] {
    switch saying.kind {
    case .text(let text): Self.words(text, "text")
    case .button(let text, let payload), .reply(let payload, let text):
      Self.words(text, "button") + [
        .init("ButtonText", text), .init("ButtonPayload", payload), .init("ButtonType", "REPLY"),
      ]
    case .listRow(let id, let title, _):
      Self.words(title, "interactive") + [.init("ListId", id), .init("ListTitle", title)]
    case .location(let latitude, let longitude, let label):
      Self.words("", "location") + [
        .init("Latitude", latitude), .init("Longitude", longitude), .init("Label", label),
      ]
    case .media(let url, let type, let caption): Self.file(url, type, caption)
    case .file(let file):
      Self.file(keep(file, sid, account), file.type, file.kind.hasCaption ? file.caption : "")
    case .contacts(let contacts):
      Self.file(keep(contacts, sid, account), "text/vcard", "")
    case .ownContact, .form, .reaction, .edit, .revoke: []
    }
  }

  private static func words(_ body: String, _ type: String) -> [PersonWebhook.Field] {
    [.init("Body", body), .init("NumMedia", "0"), .init("MessageType", type)]
  }

  private static func file(
    _ url: String, _ type: String, _ caption: String
  ) -> [PersonWebhook.Field] {
    [
      .init("Body", caption), .init("NumMedia", "1"), .init("MediaUrl0", url),
      .init("MediaContentType0", type),
    ]
  }

  private mutating func keep(_ file: SentFile, _ sid: String, _ account: Int) -> String {
    let id = "ME" + sid.dropFirst(2)
    _ = files.add(id, file, app: nil)
    return fileURL(id, sid, account)
  }

  /// As a card, which is what Twilio makes of it.
  private mutating func keep(
    _ contacts: [SharedContact], _ sid: String, _ account: Int
  ) -> String {
    let id = "ME" + sid.dropFirst(2)
    let cards = contacts.map { contact in
      "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:\(contact.name)\r\nTEL;TYPE=CELL:\(contact.phone)\r\n"
        + "END:VCARD\r\n"
    }
    files.add(id, type: "text/vcard", Array(cards.joined().utf8))
    return fileURL(id, sid, account)
  }

  private func fileURL(_ id: String, _ sid: String, _ account: Int) -> String {
    "http://127.0.0.1:\(port)/2010-04-01/Accounts/\(settings.twilio[account].sid)/Messages/\(sid)"
      + "/Media/\(id)"
  }

  /// Where the file itself lies, which is another place that takes no credentials.
  func redirectToFile(_ id: String, _ request: HTTPRequest) throws(TwilioRefusal) -> HTTPAnswer {
    guard files[id] != nil, request.method == "GET" else { throw .notFound(request.path) }
    let host = request.headers.first("host") ?? "127.0.0.1:\(port)"
    return HTTPAnswer(
      status: 307, headers: [HTTPHeader("Location", "http://\(host)/_file/\(id)")], body: [])
  }

  func downloadFile(_ id: String, _ request: HTTPRequest) -> HTTPAnswer {
    guard request.headers.first("authorization") == nil else {
      return HTTPAnswer(status: 400, text: "Only one auth mechanism allowed\n")
    }
    guard let item = files[id], item.app == nil else {
      return HTTPAnswer(status: 404, text: "There is no such file\n")
    }
    return HTTPAnswer(
      status: 200, headers: [HTTPHeader("Content-Type", item.type)], body: item.bytes)
  }
}

extension Saying {
  fileprivate var hasFile: Bool {
    switch kind {
    case .file, .media, .contacts: true
    default: false
    }
  }
}

extension PersonWebhook.Field {
  init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
}
