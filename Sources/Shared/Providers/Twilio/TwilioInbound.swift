internal import Events
internal import Domain
internal import Forms

extension TwilioWebhook {
  func inbound(
    _ token: String?, _ tenant: Tenant?
  ) throws(WebhookUnreadable) -> InboundMessage {
    guard let from = fields.address("From"), from.isPlainID else {
      throw WebhookUnreadable(description: "no From")
    }
    guard let to = fields.address("To"), to.isPlainID else {
      throw WebhookUnreadable(description: "no To")
    }
    var message = InboundMessage(
      provider: .twilio, account: try account(), address: to, contact: PersonAddress(from),
      providerID: try message(), kind: kind, receivedAt: receivedAt)
    message.tenant = tenant
    message.service = self["MessagingServiceSid"]
    message.waID = self["WaId"]
    message.userID = fields.address("ExternalUserId")
    message.profileName = self["ProfileName"]
    message.text = self["Body"] ?? (fields.has("Body") ? "" : nil)
    message.media = media
    message.location = location
    message.reply = reply
    message.context = context
    message.referral = referral
    message.flowResponse = self["InteractiveData"] ?? self["FlowData"]
    message.optOutWord = self["OptOutType"].flatMap { OptOutWord(rawValue: $0.uppercased()) }
    message.token = token.flatMap { $0.isPlainID ? $0 : nil }
    message.raw = raw
    return message
  }

  private var kind: String {
    if let type = self["MessageType"], type.isPlainID { return type }
    if self["Latitude"] != nil { return "location" }
    if self["ButtonPayload"] != nil || self["ButtonText"] != nil { return "button" }
    if self["ListId"] != nil || self["FlowData"] != nil { return "interactive" }
    let type = self["MediaContentType0"]?.prefix { $0 != "/" }
    switch type {
    case "image", "audio", "video": return String(type ?? "document")
    case .some: return "document"
    case nil: return "text"
    }
  }

  private var media: [InboundMedia] {
    // NumMedia is somebody's word; what is there counts.
    let count = self["NumMedia"].flatMap { Int($0) } ?? 0
    return (0..<min(max(count, 0), 100)).compactMap { index in
      self["MediaUrl\(index)"].map { url in
        InboundMedia(url: url, contentType: self["MediaContentType\(index)"])
      }
    }
  }

  private var location: InboundPlace? {
    guard let latitude = self["Latitude"].flatMap(InboundPlace.degrees),
      let longitude = self["Longitude"].flatMap(InboundPlace.degrees)
    else { return nil }
    return InboundPlace(
      latitude: latitude, longitude: longitude, name: self["Label"], address: self["Address"])
  }

  private var reply: InboundReply? {
    if let id = self["ListId"] {
      return InboundReply(kind: .list, id: id, title: self["ListTitle"])
    }
    guard let id = self["ButtonPayload"] ?? self["ButtonText"] else { return nil }
    return InboundReply(kind: .button, id: id, title: self["ButtonText"])
  }

  private var context: InboundContext? {
    let isForwarded = self["Forwarded"] == "true" || self["FrequentlyForwarded"] == "true"
    let id = self["OriginalRepliedMessageSid"].map { ProviderID($0) }
    guard isForwarded || id != nil else { return nil }
    return InboundContext(
      id: id, from: fields.address("OriginalRepliedMessageSender"),
      isForwarded: isForwarded)
  }

  private var referral: [UInt8]? {
    let parts = fields.sorted.filter { pair in
      fields.bytes[pair.name].starts(with: "Referral".utf8) && !pair.value.isEmpty
    }
    let count = "ReferralNumMedia".utf8
    guard parts.contains(where: { !fields.bytes[$0.name].elementsEqual(count) }) else { return nil }
    return fields.json(parts)
  }
}
