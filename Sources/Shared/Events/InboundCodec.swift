internal import Domain
package import JSON
internal import Time

extension InboundMessage {
  package func write(to writer: inout JSONWriter) {
    writer.field("provider", provider.rawValue)
    writer.field("account", account.text)
    writer.field("address", address)
    writer.field("service", service)
    writer.field("displayNumber", displayNumber)
    writer.field("tenant", tenant: tenant)
    writer.field("contact", contact.text)
    writer.field("waId", waID)
    writer.field("userId", userID)
    writer.field("profileName", profileName)
    writer.field("providerId", providerID.text)
    writer.field("kind", kind)
    writer.field("text", text)
    writeParts(to: &writer)
    writer.field("referral", json: referral)
    writer.field("flowResponse", flowResponse)
    writer.field("original", original?.text)
    writer.field("changedTo", changedTo)
    writer.field("optOut", optOutWord?.rawValue)
    writer.field("code", code: code)
    writer.field("providerAt", providerAt?.description)
    writer.field("receivedAt", receivedAt.description)
    writer.field("token", token)
    writer.field("raw", json: raw)
  }

  private func writeParts(to writer: inout JSONWriter) {
    if !media.isEmpty {
      writer.name("media")
      writer.array { writer in
        for file in media { writer.object { file.write(to: &$0) } }
      }
    }
    if !cards.isEmpty {
      writer.name("cards")
      writer.array { writer in
        for card in cards { writer.object { card.write(to: &$0) } }
      }
    }
    if let location {
      writer.name("location")
      writer.object { location.write(to: &$0) }
    }
    if let reply {
      writer.name("reply")
      writer.object { reply.write(to: &$0) }
    }
    if let reaction {
      writer.name("reaction")
      writer.object { writer in
        writer.field("to", reaction.to.text)
        writer.field("emoji", reaction.emoji)
      }
    }
    if let context {
      writer.name("context")
      writer.object { context.write(to: &$0) }
    }
  }

  package init(_ value: JSONValue) throws(EventUnreadable) {
    let reader = EventReader(value: value)
    self.init(
      provider: try reader.provider(), account: AccountID(try reader.needed("account")),
      address: try reader.needed("address"), contact: PersonAddress(try reader.needed("contact")),
      providerID: ProviderID(try reader.needed("providerId")), kind: try reader.needed("kind"),
      receivedAt: try reader.receivedAt())
    service = reader.text("service")
    displayNumber = reader.text("displayNumber")
    tenant = reader.tenant
    waID = reader.text("waId")
    userID = reader.text("userId")
    profileName = reader.text("profileName")
    text = reader.text("text")
    media = (value["media"]?.items ?? []).map(InboundMedia.init)
    cards = (value["cards"]?.items ?? []).map(InboundCard.init)
    location = value["location"].flatMap(InboundPlace.init)
    reply = value["reply"].flatMap(InboundReply.init)
    if let to = value["reaction"]?["to"]?.string {
      reaction = Reaction(to: ProviderID(to), emoji: value["reaction"]?["emoji"]?.string ?? "")
    }
    context = value["context"].map(InboundContext.init)
    referral = reader.raw("referral")
    flowResponse = reader.text("flowResponse")
    original = reader.text("original").map { ProviderID($0) }
    changedTo = reader.text("changedTo")
    optOutWord = reader.text("optOut").flatMap(OptOutWord.init(rawValue:))
    code = reader.code("code")
    providerAt = reader.calendar("providerAt")
    token = reader.text("token")
    raw = reader.raw("raw") ?? raw
  }
}
