package import Domain
private import JSON
package import Time

/// What Twilio posts to us, as one event each.
package struct TwilioWebhook: Sendable {
  let texts: [String: String]
  let receivedAt: Timestamp

  private init(_ fields: FormFields, _ receivedAt: Timestamp) throws(WebhookUnreadable) {
    texts = try fields.texts()
    self.receivedAt = receivedAt
  }

  /// - `query`: that of the address it was posted to, which names the attempt.
  /// - `token`: `I-Twilio-Idempotency-Token`, the same for every retry of one webhook.
  package static func read(
    _ fields: FormFields, query: FormFields? = nil, token: String? = nil, tenant: Tenant? = nil,
    receivedAt: Timestamp
  ) throws(WebhookUnreadable) -> WebhookItem {
    let webhook = try TwilioWebhook(fields, receivedAt)
    let status = webhook["MessageStatus"] ?? webhook["SmsStatus"]
    let isInbound = status == nil || status == "received" || status == "receiving"
    if !isInbound, let status {
      let attempt = try query?.texts() ?? [:]
      return .callback(try webhook.callback(status, attempt, token, tenant))
    }
    return .inbound(try webhook.inbound(token, tenant))
  }

  /// Empty texts are normal and say nothing.
  subscript(name: String) -> String? {
    texts[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  func account() throws(WebhookUnreadable) -> AccountID {
    guard let account = self["AccountSid"], account.isPlainID else {
      throw WebhookUnreadable(description: "no AccountSid")
    }
    return AccountID(account)
  }

  func message() throws(WebhookUnreadable) -> ProviderID {
    guard let sid = self["MessageSid"] ?? self["SmsSid"] ?? self["SmsMessageSid"], sid.isPlainID
    else { throw WebhookUnreadable(description: "no MessageSid") }
    return ProviderID(sid)
  }

  var raw: [UInt8] {
    JSONWriter.object { writer in
      for (name, value) in texts.sorted(by: { $0.key < $1.key }) {
        writer.name(name)
        writer.value(value)
      }
    }
  }

  private func callback(
    _ status: String, _ query: [String: String], _ token: String?, _ tenant: Tenant?
  ) throws(WebhookUnreadable) -> ProviderCallback {
    guard status.isPlainID else { throw WebhookUnreadable(description: "no MessageStatus") }
    var callback = ProviderCallback(
      provider: .twilio, account: try account(), providerID: try message(), status: status,
      meaning: .ofTwilio(status), receivedAt: receivedAt)
    callback.tenant = tenant
    if let send = query["send"], let number = query["attempt"] {
      callback.attempt = AttemptID(send: send, attempt: number)
    }
    callback.code = self["ErrorCode"].flatMap { Int($0) }
    callback.text = self["ChannelStatusMessage"] ?? self["ErrorMessage"]
    callback.to = self["To"].map(\.withoutChannel)
    callback.from = self["MessagingServiceSid"] ?? self["From"].map(\.withoutChannel)
    callback.token = token.flatMap { $0.isPlainID ? $0 : nil }
    callback.raw = raw
    return callback
  }
}

extension String {
  /// What we look things up by: something, without control characters, and no longer than any id is.
  var isPlainID: Bool {
    (1...512).contains(utf8.count) && utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
  }

  var withoutChannel: String {
    guard let colon = firstIndex(of: ":"), self[..<colon] == "whatsapp" else { return self }
    return String(self[index(after: colon)...])
  }
}
