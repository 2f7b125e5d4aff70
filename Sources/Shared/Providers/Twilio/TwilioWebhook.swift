internal import Events
package import Domain
internal import Forms
private import JSON
package import Time

/// What Twilio posts to us, as one event each.
package struct TwilioWebhook: Sendable {
  let fields: FormFields
  let receivedAt: Timestamp

  /// - `query`: that of the address it was posted to, which names the attempt.
  /// - `token`: `I-Twilio-Idempotency-Token`, the same for every retry of one webhook.
  package static func read(
    _ fields: FormFields, query: FormFields? = nil, token: String? = nil, tenant: Tenant? = nil,
    receivedAt: Timestamp
  ) throws(WebhookUnreadable) -> WebhookItem {
    guard fields.isUTF8, query?.isUTF8 ?? true else {
      throw WebhookUnreadable(description: "a form field is not UTF-8")
    }
    let webhook = TwilioWebhook(fields: fields, receivedAt: receivedAt)
    let status = webhook["MessageStatus"] ?? webhook["SmsStatus"]
    let isInbound = status == nil || status == "received" || status == "receiving"
    if !isInbound, let status {
      return .callback(try webhook.callback(status, query, token, tenant))
    }
    return .inbound(try webhook.inbound(token, tenant))
  }

  subscript(name: String) -> String? { fields.text(name) }

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

  var raw: [UInt8] { fields.json(fields.sorted) }

  private func callback(
    _ status: String, _ query: FormFields?, _ token: String?, _ tenant: Tenant?
  ) throws(WebhookUnreadable) -> ProviderCallback {
    guard status.isPlainID else { throw WebhookUnreadable(description: "no MessageStatus") }
    var callback = ProviderCallback(
      provider: .twilio, account: try account(), providerID: try message(), status: status,
      meaning: .ofTwilio(status), receivedAt: receivedAt)
    callback.tenant = tenant
    if let send = query?.text("send"), let number = query?.text("attempt") {
      callback.attempt = AttemptID(send: send, attempt: number)
    }
    callback.code = self["ErrorCode"].flatMap { Int($0) }
    callback.text = self["ChannelStatusMessage"] ?? self["ErrorMessage"]
    callback.to = fields.address("To")
    callback.from = self["MessagingServiceSid"] ?? fields.address("From")
    callback.token = token.flatMap { $0.isPlainID ? $0 : nil }
    callback.raw = raw
    return callback
  }
}

extension FormFields {
  /// Of a name that comes twice, the first.
  func json(_ pairs: [DecodedForm.Pair]) -> [UInt8] {
    let marks = 6
    return JSONWriter.object(capacity: bytes.count + marks * pairs.count) { writer in
      var last: ArraySlice<UInt8>?
      for pair in pairs where bytes[pair.name] != last {
        writer.name(utf8: bytes[pair.name])
        writer.value(utf8: bytes[pair.value])
        last = bytes[pair.name]
      }
    }
  }
}

extension String {
  /// What we look things up by: something, without control characters, and no longer than any id is.
  var isPlainID: Bool {
    (1...512).contains(utf8.count) && utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
  }
}
