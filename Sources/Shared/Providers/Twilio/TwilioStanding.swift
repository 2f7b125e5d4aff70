package import Domain
internal import JSON

/// How a WhatsApp sender of Twilio's stands.
package struct TwilioStanding: Hashable, Sendable {
  package let address: String
  /// ONLINE, ONLINE:UPDATING, OFFLINE and so on.
  package let status: String
  package let quality: String
  package let messagingLimit: String
  /// Why it is offline, each a sentence.
  package let reasons: [String]

  package static func list(
    _ answer: ProviderAnswer
  ) throws(LookupFailed) -> TwilioList<TwilioStanding> {
    try TwilioList(answer, "senders") { TwilioStanding($0) }
  }

  init?(_ value: JSONValue) {
    guard let address = value["sender_id"]?.string, let status = value["status"]?.string else {
      return nil
    }
    (self.address, self.status) = (address, status)
    let properties = value["properties"]
    quality = properties?["quality_rating"]?.string ?? ""
    messagingLimit = properties?["messaging_limit"]?.name ?? ""
    reasons = (value["offline_reasons"]?.items ?? []).map { reason -> String in
      if let words = reason.string { return words }
      let code = reason["code"]?.name.map { "\($0): " } ?? ""
      return code + (reason["message"]?.string ?? "no reason is given")
    }
  }

  /// While it is only brought up to date it goes on.
  package var isOffline: Bool { status == "OFFLINE" }
  package var isOnline: Bool { status == "ONLINE" || status.hasPrefix("ONLINE:") }

  /// `1K Customers/24hr`, `100K Customers/24hr`, `Unlimited Customers/24hr`, `TIER_1K`; nil where it is none of these.
  package var limit: RecipientLimit? {
    let first = messagingLimit.prefix { $0 != " " && $0 != "/" }
    return RecipientLimit(tier: first.uppercased())
  }
}

/// An account that belongs to another one.
package struct TwilioSubaccount: Hashable, Sendable {
  package let sid: String
  package let name: String
  package let owner: String
  /// active, suspended or closed.
  package let status: String
  package let createdAt: String
  /// Told to whoever makes it, once.
  package let authToken: Secret?

  package static func list(
    _ answer: ProviderAnswer
  ) throws(LookupFailed) -> TwilioList<TwilioSubaccount> {
    try TwilioList(answer, "accounts") { TwilioSubaccount($0) }
  }

  package init(_ answer: ProviderAnswer) throws(LookupFailed) {
    try TwilioDone.check(answer)
    guard let one = JSONValue(whole: answer.body).flatMap({ TwilioSubaccount($0) }) else {
      throw answer.unreadable
    }
    self = one
  }

  init?(_ value: JSONValue) {
    guard let sid = value["sid"]?.string else { return nil }
    self.sid = sid
    name = value["friendly_name"]?.string ?? ""
    owner = value["owner_account_sid"]?.string ?? ""
    status = value["status"]?.string ?? ""
    createdAt = value["date_created"]?.string ?? ""
    authToken = value["auth_token"]?.string.map(Secret.init)
  }
}

/// Whether US carriers take a service's texts.
package enum TwilioA2P {
  /// Of each brand: PENDING, APPROVED, FAILED, IN_REVIEW, SUSPENDED.
  package static func brands(
    _ answer: ProviderAnswer
  ) throws(LookupFailed) -> TwilioList<String> {
    try TwilioList(answer, "data") { $0["status"]?.string }
  }

  /// Of each campaign: PENDING, IN_PROGRESS, VERIFIED, FAILED.
  package static func campaigns(
    _ answer: ProviderAnswer
  ) throws(LookupFailed) -> TwilioList<String> {
    try TwilioList(answer, "compliance") { $0["campaign_status"]?.string }
  }
}
