package import Events
internal import Crypto
package import Domain
internal import JSON
package import Time

/// What a tenant's action URL is told: the provider's names at top level, whatever the provider, ours beside
/// them.
package struct ActionEvent: Hashable, Sendable {
  /// The same for every repetition of the same news, in whatever way we hear of it.
  package let id: String
  /// What goes out one after the other.
  package let line: String
  /// JSON.
  package let body: [UInt8]

  /// A send of the tenant's own.
  package struct About: Hashable, Sendable {
    package var send: SendID
    package var sender: SenderID
    package var attempt: Int
    package var campaign: String
    package var template: String
    /// JSON.
    package var metadata: [UInt8]?

    package init(
      send: SendID, sender: SenderID, attempt: Int, campaign: String = "", template: String = "",
      metadata: [UInt8]? = nil
    ) {
      self.send = send
      self.sender = sender
      self.attempt = attempt
      self.campaign = campaign
      self.template = template
      self.metadata = metadata
    }
  }

  /// A verified callback; `send` is nil for a message that we do not know.
  package init(_ callback: ProviderCallback, to tenant: Tenant, about send: About?) {
    id = Self.id(of: callback.account, callback.providerID, callback.status)
    line = Self.line(of: send?.send, callback.account, callback.providerID)
    let names = ChannelNames(
      providerID: callback.providerID, status: callback.status, account: callback.account,
      to: callback.to, from: callback.from ?? callback.phoneNumberID,
      installation: callback.phoneNumberID, isWhatsApp: callback.provider == .meta,
      raw: callback.provider == .twilio ? callback.raw : nil)
    body = JSONWriter.object(capacity: 1024) { writer in
      names.write(to: &writer, tenant)
      writer.field("event", "status")
      writer.field("state", callback.meaning == .nothing ? nil : callback.meaning.word)
      send?.write(to: &writer)
      writer.field("providerId", callback.providerID.text)
      writer.field("provider", callback.provider.rawValue)
      writer.field("code", callback.code.map { String($0) })
      writer.field("providerText", callback.text)
      writer.field("at", callback.receivedAt.description)
      writer.field("providerAt", callback.providerAt?.description)
      writer.field("pricing", json: callback.pricing)
    }
  }

  /// A change that we made ourselves. One that a callback tells of as well is the same event.
  package init(
    _ state: SendState, version: Int, of send: About, to recipient: PersonAddress,
    from sender: Sender,
    providerID: ProviderID?, at time: Timestamp, code: String? = nil, detail: [UInt8]? = nil
  ) {
    id =
      providerID.map { Self.id(of: sender.account, $0, state.name) }
      ?? Self.id("\(send.send)", "\(version)")
    line = send.send.description
    let names = ChannelNames(
      providerID: providerID, status: state.name, account: sender.account, to: recipient.text,
      from: sender.address,
      installation: sender.channel.provider == .meta ? sender.address : nil,
      isWhatsApp: sender.channel.isWhatsApp, raw: nil)
    body = JSONWriter.object(capacity: 1024) { writer in
      names.write(to: &writer, sender.tenant)
      writer.field("event", "status")
      writer.field("state", state.name)
      send.write(to: &writer)
      writer.field("providerId", providerID?.text)
      writer.field("provider", sender.channel.provider.rawValue)
      writer.field("code", code)
      writer.field("at", time.description)
      writer.field("detail", json: detail)
    }
  }

  /// A message from a person, with all that is known of it, and the send that it answers.
  package init(
    _ message: InboundMessage, to tenant: Tenant, isWhatsApp: Bool, answering send: SendID? = nil
  ) {
    id = Self.id("inbound", message.account.text, message.address, message.providerID.text)
    line = "contact:\(message.address):\(message.contact)"
    let names = ChannelNames(
      providerID: message.providerID, status: "received", account: message.account,
      to: message.displayNumber ?? message.address, from: message.contact.text,
      installation: message.provider == .meta ? message.address : nil, isWhatsApp: isWhatsApp,
      raw: message.provider == .twilio ? message.raw : nil)
    body = JSONWriter.object(capacity: 2048) { writer in
      names.write(to: &writer, tenant)
      writer.field("Body", message.text)
      writer.field("event", "inbound")
      writer.field("inReplyTo", send?.description)
      writer.field("at", message.receivedAt.description)
      writer.name("message")
      writer.object { message.write(to: &$0) }
    }
  }

  /// A conversation that an assistant has handed over to people. `address`: the sender's own.
  package init(_ event: ConversationEvent, at address: String) {
    id = Self.id("conversation", event.id.description, "\(event.happening.version)")
    // After the message that led to it.
    line = "contact:\(address):\(event.contact)"
    body = JSONWriter.object(capacity: 1024) { writer in
      writer.field("appId", event.tenant.app)
      writer.field("companyId", event.tenant.company)
      writer.field("event", event.happening.act)
      writer.field("sender", event.sender.text)
      writer.field("contact", event.contact.text)
      writer.field("reason", event.happening.detail)
      writer.field("at", event.happening.at.description)
      writer.field("conversation", json: event.data)
    }
  }

  private static func id(
    of account: AccountID, _ providerID: ProviderID, _ status: String
  ) -> String {
    id("status", account.text, providerID.text, status)
  }

  /// Free of full stops, which part what is signed.
  private static func id(_ parts: String...) -> String {
    "msg_" + lowerHex(sha256(Array(parts.joined(separator: "\n").utf8)).prefix(16))
  }

  private static func line(
    of send: SendID?, _ account: AccountID, _ providerID: ProviderID
  ) -> String {
    send?.description ?? "\(account):\(providerID)"
  }
}

extension ActionEvent.About {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.field("id", send.description)
    writer.field("sender", sender.text)
    writer.field("attempt", attempt)
    if !campaign.isEmpty { writer.field("campaign", campaign) }
    if !template.isEmpty { writer.field("template", template) }
    writer.field("metadata", json: metadata)
  }
}

/// The names that Twilio gives the fields of a callback. What it said itself comes first; for Meta they are
/// filled with what means the same.
private struct ChannelNames {
  let providerID: ProviderID?
  let status: String
  let account: AccountID
  let to: String?
  let from: String?
  let installation: String?
  let isWhatsApp: Bool
  /// JSON: the fields as they came.
  let raw: [UInt8]?

  func write(to writer: inout JSONWriter, _ tenant: Tenant) {
    let own = said
    func field(_ name: StaticString, _ ours: String?) {
      writer.field(name, own?["\(name)"]?.string ?? ours)
    }
    field("SmsSid", providerID?.text)
    field("SmsStatus", status)
    field("MessageStatus", status)
    field("ChannelToAddress", to.map(bare))
    field("To", to.map(spelled))
    field("ChannelPrefix", isWhatsApp ? "whatsapp" : "sms")
    field("MessageSid", providerID?.text)
    field("AccountSid", account.text)
    field("From", from.map(spelled))
    field("ApiVersion", "2010-04-01")
    field("ChannelInstallSid", installation)
    writer.field("appId", tenant.app)
    writer.field("companyId", tenant.company)
  }

  private var said: JSONValue? {
    raw.flatMap { JSONValue(whole: $0) }
  }

  private func bare(_ address: String) -> String {
    let bare = ChannelAddress(address).bare
    // Meta leaves the plus away.
    return bare.first?.isNumber == true && installation != bare ? "+" + bare : bare
  }

  private func spelled(_ address: String) -> String {
    let bare = bare(address)
    return isWhatsApp ? ChannelAddress(bare).byWhatsApp.text : bare
  }
}
