internal import Forms
internal import Crypto
internal import HTTP
internal import Time

/// What Twilio posts about a message, or about one that came in.
extension World {
  mutating func reportToTwilioCallback(
    _ emission: Emission, _ message: Message, at now: Int64
  ) {
    guard let url = message.callback, let account = account(of: message) else {
      return release(emission.serial, at: now)
    }
    totals.twilio.planned += 1
    let target = emission.isUnknown ? withoutQuery(url) : url
    var delivery = twilioDelivery(
      target, statusFields(emission, message), account, isForged: emission.isForged,
      isMalformed: emission.isMalformed, at: now)
    let isOdd = emission.isUnknown || emission.isMalformed || emission.isForged
    if held[emission.serial] != nil, !isOdd { delivery.releases = [emission.serial] }
    effects.append(.deliver(delivery))
  }

  private func statusFields(_ emission: Emission, _ message: Message) -> [(
    name: String, value: String
  )] {
    let status = emission.status.rawValue
    let sid =
      emission.isUnknown
      ? "SM" + mint.hex(Int.max / 2 - emission.serial) : twilioSid(emission.serial, message)
    let to = twilioAddress(message)
    let account = settings.twilio[account(of: message) ?? 0]
    var fields: [(name: String, value: String)] = [
      ("MessageSid", sid), ("SmsSid", sid), ("MessageStatus", status), ("SmsStatus", status),
      ("To", to), ("From", senders[message.sender].name), ("AccountSid", account.sid),
      ("ApiVersion", "2010-04-01"),
    ]
    if let service = message.service {
      fields.append(("MessagingServiceSid", account.services[service].sid))
    }
    let isFailure = emission.status == .failed || emission.status == .undelivered
    if isFailure, let code = message.code { fields.append(("ErrorCode", "\(code)")) }
    fields += to.hasPrefix("whatsapp:") ? channelFields(emission, to, isFailure) : []
    return fields
  }

  private func channelFields(
    _ emission: Emission, _ to: String, _ isFailure: Bool
  ) -> [(name: String, value: String)] {
    var fields: [(name: String, value: String)] = [
      ("ChannelPrefix", "whatsapp"), ("ChannelInstallSid", "XE00000000000000000000000000000de0"),
      ("ChannelToAddress", "\(to.dropFirst(9).dropLast(4))XXXX"), ("StructuredMessage", "false"),
    ]
    switch emission.status {
    case .read, .delivered, .undelivered:
      fields.append(("EventType", emission.status.rawValue.uppercased()))
    default: break
    }
    if isFailure { fields.append(("ChannelStatusMessage", "The channel refused the message")) }
    return fields
  }

  func twilioDelivery(
    _ url: String, _ fields: [(name: String, value: String)], _ account: Int,
    isForged: Bool = false,
    isMalformed: Bool = false, at now: Int64
  ) -> Delivery {
    let parts = url.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let target = String(parts[0])
    let overrides = parts.count == 2 ? CallOverrides(fragment: parts[1]) : CallOverrides()
    // A body cut in the middle of a pair, with an escape that is none: signed as a receiver will read it.
    let sent = isMalformed ? [(fields[0].0, "%"), ("\u{FFFD}", "")] : fields
    let body = isMalformed ? Array("\(fields[0].0)=%&%EF%BF%BD".utf8) : FormPair.encoded(fields)
    let key = isForged ? "not the token" : settings.twilio[account].authToken
    var call = HTTPCall(
      method: "POST", url: target,
      headers: [
        HTTPHeader("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"),
        HTTPHeader("X-Twilio-Signature", twilioSignature(key, target, sent)),
        HTTPHeader("I-Twilio-Idempotency-Token", idempotencyToken(fields)),
      ], body: body)
    call.connectTimeout = .milliseconds(overrides.connect)
    call.totalTimeout = .milliseconds(min(overrides.total, overrides.connect + overrides.read))
    return Delivery(call: call, kind: .twilio(overrides), began: now, updates: 1)
  }

  /// The same for every repetition of one callback, which is of one message and one status.
  private func idempotencyToken(_ fields: [(name: String, value: String)]) -> String {
    let text = fields.prefix(4).map(\.1).joined(separator: " ")
    let digits = lowerHex(sha256(Array(text.utf8)).prefix(16))
    return "\(digits.prefix(8))-\(digits.dropFirst(8).prefix(4))-\(digits.dropFirst(12))"
  }

  private func withoutQuery(_ url: String) -> String {
    let start = url.prefix { $0 != "?" && $0 != "#" }
    let fragment = url.firstIndex(of: "#").map { String(url[$0...]) } ?? ""
    return String(start) + fragment
  }
}

/// HMAC-SHA1 over the URL and, by name, each parameter and its value; values of one name once each, sorted.
func twilioSignature(_ token: String, _ url: String, _ fields: [(name: String, value: String)])
  -> String
{
  let sorted = fields.sorted { left, right in
    left.0 == right.0 ? precedes(left.1, right.1) : precedes(left.0, right.0)
  }
  var message = Array(url.utf8)
  var previous: (name: String, value: String)?
  for field in sorted {
    if let previous, previous == field { continue }
    message += field.0.utf8
    message += field.1.utf8
    previous = field
  }
  return base64(hmac(.sha1, key: Array(token.utf8), message))
}

/// By code point, which is the order of UTF-8.
private func precedes(_ left: String, _ right: String) -> Bool {
  left.utf8.lexicographicallyPrecedes(right.utf8)
}
