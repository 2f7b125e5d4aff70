internal import Domain
package import JSON
internal import Time

extension ProviderCallback {
  package func write(to writer: inout JSONWriter) {
    writer.field("provider", provider.rawValue)
    writer.field("account", account.text)
    writer.field("phoneNumberId", phoneNumberID)
    writer.field("tenant", tenant: tenant)
    writer.field("send", attempt?.send.description)
    writer.field("attempt", code: attempt?.number)
    writer.field("providerId", providerID.text)
    writer.field("status", status)
    writer.field("meaning", meaning.word)
    writer.field("code", code: code)
    writer.field("text", text)
    writer.field("to", to)
    writer.field("from", from)
    writer.field("providerAt", utf8: providerAt?.utf8)
    writer.field("receivedAt", utf8: receivedAt.utf8)
    writer.field("pricing", json: pricing)
    writer.field("conversation", json: conversation)
    writer.field("token", token)
    writer.field("raw", json: raw)
  }

  package init(_ value: JSONValue) throws(EventUnreadable) {
    try self.init(withoutRaw: value)
    raw = value["raw"]?.text ?? raw
  }

  /// All but the fields as they came: copying those is a good part of reading it.
  package init(withoutRaw data: [UInt8]) throws(EventUnreadable) {
    let root: JSONValue
    do { root = try JSONDocument(data).root } catch {
      throw EventUnreadable(description: error.description)
    }
    try self.init(withoutRaw: root)
  }

  private init(withoutRaw value: JSONValue) throws(EventUnreadable) {
    let reader = EventReader(value: value)
    guard let meaning = Meaning(word: try reader.needed("meaning")) else {
      throw EventUnreadable(description: "the record has a meaning that we do not know")
    }
    self.init(
      provider: try reader.provider(), account: AccountID(try reader.needed("account")),
      providerID: ProviderID(try reader.needed("providerId")),
      status: try reader.needed("status"), meaning: meaning, receivedAt: try reader.receivedAt())
    phoneNumberID = reader.text("phoneNumberId")
    tenant = reader.tenant
    attempt = reader.attempt
    code = reader.code("code")
    text = reader.text("text")
    to = reader.text("to")
    from = reader.text("from")
    providerAt = reader.calendar("providerAt")
    pricing = reader.raw("pricing")
    conversation = reader.raw("conversation")
    token = reader.text("token")
  }
}

extension AccountEvent {
  package func write(to writer: inout JSONWriter) {
    writer.field("provider", provider.rawValue)
    writer.field("account", account.text)
    writer.field("phoneNumberId", phoneNumberID)
    writer.field("kind", kind)
    writer.field("providerAt", providerAt?.description)
    writer.field("receivedAt", receivedAt.description)
    writer.field("raw", json: raw)
  }

  package init(_ value: JSONValue) throws(EventUnreadable) {
    let reader = EventReader(value: value)
    guard let raw = reader.raw("raw") else {
      throw EventUnreadable(description: "the record has no raw")
    }
    self.init(
      provider: try reader.provider(), account: AccountID(try reader.needed("account")),
      phoneNumberID: reader.text("phoneNumberId"), kind: try reader.needed("kind"),
      providerAt: reader.calendar("providerAt"), receivedAt: try reader.receivedAt(), raw: raw)
  }
}
