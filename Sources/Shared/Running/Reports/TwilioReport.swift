package import Domain
package import Events
package import HTTP
internal import Crypto
internal import Forms
package import JSON
package import Providers

/// How somebody who sends through us as through Twilio is told of a message: the form that Twilio would post.
package struct TwilioReport: Hashable, Sendable {
  package let address: StatusCallbackAddress
  package let account: AccountID
  package let service: String?
  package let hasMedia: Bool
  /// Names the auth token that signs, without telling it.
  private let signer: String

  package init(
    to address: StatusCallbackAddress, account: AccountID, service: String?, hasMedia: Bool,
    signedBy token: Secret
  ) {
    (self.address, self.account, self.service) = (address, account, service)
    self.hasMedia = hasMedia
    signer = Self.name(of: token)
  }

  /// What Twilio tells; that a message was taken it tells nobody.
  package static let news: Set<SendReport.News> = [
    .sent, .delivered, .read, .undelivered, .failed, .canceled,
  ]

  package var json: [UInt8] {
    JSONWriter.object { writer in
      writer.field("address", address.text)
      writer.field("account", account.text)
      writer.field("service", service)
      writer.field("media", hasMedia)
      writer.field("signer", signer)
    }
  }

  package init?(_ value: JSONValue) {
    guard let address = value["address"]?.string.flatMap({ StatusCallbackAddress($0) }),
      let account = value["account"]?.string, let signer = value["signer"]?.string
    else { return nil }
    (self.address, self.account) = (address, AccountID(account))
    (service, self.signer) = (value["service"]?.string, signer)
    hasMedia = value["media"]?.bool ?? false
  }

  /// nil where the account has no token any more. One that was replaced since has its successor sign.
  package func token(among tokens: [Secret]) -> Secret? {
    tokens.first { Self.name(of: $0) == signer } ?? tokens.first
  }

  private static func name(of token: Secret) -> String {
    lowerHex(sha256(Array("postrider status callback".utf8) + token.bytes).prefix(8))
  }

  package func call(_ state: ReportedState, from sender: Sender, signedBy token: Secret) -> HTTPCall
  {
    let fields = fields(state, from: sender)
    var call = HTTPCall(
      method: "POST", url: address.url,
      headers: [
        HTTPHeader("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"),
        HTTPHeader(
          "X-Twilio-Signature",
          TwilioSignature.header(of: fields, to: address.url, by: token)),
        HTTPHeader("I-Twilio-Idempotency-Token", Self.idempotencyToken(of: state)),
      ], body: FormPair.encoded(fields))
    call.connectTimeout = address.overrides.connectTimeout
    call.totalTimeout = address.overrides.totalTimeout
    return call
  }

  /// The same for every repetition of one callback.
  private static func idempotencyToken(of state: ReportedState) -> String {
    let digits = lowerHex(sha256(Array(state.id.utf8)).prefix(16))
    let parts = [(0, 8), (8, 4), (12, 4), (16, 4), (20, 12)].map { start, count in
      digits.dropFirst(start).prefix(count)
    }
    return parts.joined(separator: "-")
  }

  private func fields(
    _ state: ReportedState, from sender: Sender
  ) -> [(name: String, value: String)] {
    let spelling = TwilioSender(channel: sender.channel, address: sender.address)
    let to = spelling.spelled(state.to)
    let sid = state.send.messageSid(hasMedia: hasMedia)
    let status = Self.status(state.news)
    var fields = [
      (name: "MessageSid", value: sid), ("SmsSid", sid), ("MessageStatus", status),
      ("SmsStatus", status), ("To", to.text),
      ("From", spelling.from.map { spelling.spelled($0).text } ?? ""),
      ("AccountSid", account.text), ("ApiVersion", "2010-04-01"),
    ]
    if let service { fields.append(("MessagingServiceSid", service)) }
    let isFailure = state.news == .failed || state.news == .undelivered
    if isFailure {
      fields.append(("ErrorCode", "\(Self.errorCode(state.code, of: state.state))"))
    }
    guard sender.channel.isWhatsApp else { return fields }
    fields += [
      ("ChannelPrefix", "whatsapp"), ("ChannelToAddress", "\(to.bare.dropLast(4))XXXX"),
    ]
    if [.read, .delivered, .undelivered].contains(state.news) {
      fields.append(("EventType", status.uppercased()))
    }
    if isFailure, let reason = state.reason { fields.append(("ChannelStatusMessage", reason)) }
    return fields
  }

  private static func status(_ news: SendReport.News) -> String {
    switch news {
    case .accepted: "sending"
    case .sent, .delivered, .read, .undelivered, .failed, .canceled: news.rawValue
    }
  }

  /// Twilio's own, or the one that says what ours does.
  package static func errorCode(_ code: String?, of state: SendState?) -> Int {
    if let number = code.flatMap({ Int($0) }) { return number }
    switch code {
    case "opted-out": return 21610
    case "window-closed": return 63016
    case "expired": return 30036
    default: return state == .expired ? 30036 : 30008
    }
  }
}

extension StatusCallbackAddress {
  /// As far as its text tells: a name may lead anywhere, which is looked at when it is called.
  package var isPrivate: Bool {
    var name = host[...]
    if name.hasPrefix("[") {
      name = name.dropFirst().prefix { $0 != "]" }
    } else {
      name = name.prefix { $0 != ":" }
    }
    return name == "localhost" || name.hasSuffix(".localhost")
      || PrivateAddress.contains(String(name))
  }
}
