internal import HTTP
internal import Time

/// A person writes to one of our senders.
extension World {
  mutating func says(_ address: String, _ saying: Saying, at now: Int64) -> String? {
    let sender = senders.firstIndex { $0.name == saying.to }
    guard let sender else { return nil }
    let person = people.number(of: address)
    let key = Pair.key(sender, person)
    var pair = pairs[key] ?? Pair()
    pair.wroteAt = now
    let keyword = keyword(of: saying)
    let isTwilio = senders[sender].provider == "twilio"
    if isTwilio, let keyword { pair.hasOptedOut = keyword == "STOP" }
    if case .text(let text) = saying.kind, text.lowercased().hasPrefix("join ") {
      people[person].hasJoinedSandbox = true
    }
    pairs[key] = pair
    inboundSerial += 1
    switch senders[sender].owner {
    case .twilio(let account, _):
      return writeToTwilio(account, sender, person, saying, keyword, at: now)
    case .meta(let app, _, let phone):
      return writeToMeta(app, phone, person, saying, at: now)
    }
  }

  /// What Twilio's own handling of opt-outs looks for.
  private func keyword(of saying: Saying) -> String? {
    guard case .text(let text) = saying.kind else { return nil }
    switch text.uppercased() {
    case "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT": return "STOP"
    case "START", "UNSTOP": return "START"
    default: return nil
    }
  }

  private mutating func writeToTwilio(
    _ account: Int, _ sender: Int, _ person: Int32, _ saying: Saying, _ keyword: String?,
    at now: Int64
  ) -> String {
    let sid = "SM" + mint.hex(Int.max / 4 + inboundSerial)
    let isWhatsApp = saying.to.hasPrefix("whatsapp:")
    let address = people.address(person)
    var fields: [(name: String, value: String)] = [
      ("MessageSid", sid), ("SmsSid", sid), ("SmsMessageSid", sid), ("SmsStatus", "received"),
      ("AccountSid", settings.twilio[account].sid),
      ("From", isWhatsApp ? "whatsapp:\(address)" : address), ("To", saying.to),
      ("NumSegments", "1"), ("ApiVersion", "2010-04-01"),
    ]
    if isWhatsApp {
      fields += [("ProfileName", people[person].name)]
      if address.hasPrefix("+") { fields.append(("WaId", digits(of: person))) }
    }
    if let keyword { fields.append(("OptOutType", keyword)) }
    if let replyTo = saying.replyTo { fields.append(("OriginalRepliedMessageSid", replyTo)) }
    fields += twilioContent(saying)
    totals.twilio.inbound += 1
    if let url = settings.twilio[account].inboundURL {
      effects.append(.deliver(twilioDelivery(url, fields, account, at: now)))
    }
    return sid
  }

  private func twilioContent(_ saying: Saying) -> [(name: String, value: String)] {
    switch saying.kind {
    case .text(let text): [("Body", text), ("NumMedia", "0"), ("MessageType", "text")]
    case .button(let text, let payload):
      [
        ("Body", text), ("NumMedia", "0"), ("MessageType", "button"), ("ButtonText", text),
        ("ButtonPayload", payload), ("ButtonType", "REPLY"),
      ]
    case .listRow(let id, let title):
      [
        ("Body", title), ("NumMedia", "0"), ("MessageType", "interactive"), ("ListId", id),
        ("ListTitle", title),
      ]
    case .location(let latitude, let longitude, let label):
      [
        ("Body", ""), ("NumMedia", "0"), ("MessageType", "location"), ("Latitude", latitude),
        ("Longitude", longitude), ("Label", label),
      ]
    case .media(let url, let type, let caption):
      [("Body", caption), ("NumMedia", "1"), ("MediaUrl0", url), ("MediaContentType0", type)]
    }
  }
}
