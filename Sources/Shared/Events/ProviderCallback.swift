package import Domain
package import Time

/// What a provider told of a message that we sent, in one form for both.
package struct ProviderCallback: Hashable, Sendable {
  package var provider: Provider
  /// Who signed it.
  package var account: AccountID
  /// Meta's; nil on Twilio, where the account alone tells.
  package var phoneNumberID: String?
  /// Of the path that it was posted to.
  package var tenant: Tenant?
  package var attempt: AttemptID?
  package var providerID: ProviderID
  /// The provider's own word.
  package var status: String
  package var meaning: Meaning
  package var code: Int?
  /// The provider's texts of a failure, in one.
  package var text: String?
  package var to: String?
  /// The number or service that sent.
  package var from: String?
  package var providerAt: CalendarTime?
  package var receivedAt: Timestamp
  /// JSON.
  package var pricing: [UInt8]?
  package var conversation: [UInt8]?
  /// Names one delivery of a webhook for all its retries.
  package var token: String?
  /// JSON: every field as it came.
  package var raw: [UInt8]

  package enum Meaning: Hashable, Sendable {
    case wentOut(SendNews.Reached)
    case failed(SendState)
    /// A word that we do not know, or that moves nothing.
    case nothing
  }

  package init(
    provider: Provider, account: AccountID, providerID: ProviderID, status: String,
    meaning: Meaning, receivedAt: Timestamp
  ) {
    self.provider = provider
    self.account = account
    self.providerID = providerID
    self.status = status
    self.meaning = meaning
    self.receivedAt = receivedAt
    raw = Self.noFields
  }

  private static let noFields = Array("{}".utf8)
}

extension ProviderCallback.Meaning {
  /// Twilio's words meet ours here.
  package static func ofTwilio(_ status: String) -> Self {
    switch status {
    case "accepted", "scheduled", "queued", "sending": .wentOut(.accepted)
    case "sent": .wentOut(.sent)
    case "delivered", "partially_delivered": .wentOut(.delivered)
    case "read": .wentOut(.read)
    case "failed": .failed(.failed)
    case "undelivered": .failed(.undelivered)
    case "canceled": .failed(.canceled)
    default: .nothing
    }
  }

  /// Meta's words meet ours here; a voice note that was played was read.
  package static func ofMeta(_ status: String) -> Self {
    switch status {
    case "sent": .wentOut(.sent)
    case "delivered": .wentOut(.delivered)
    case "read", "played": .wentOut(.read)
    case "failed": .failed(.failed)
    default: .nothing
    }
  }

  package var word: String {
    switch self {
    case .wentOut(let reached): reached.state.name
    case .failed(let state): state.name
    case .nothing: "nothing"
    }
  }

  init?(word: String) {
    if word == "nothing" {
      self = .nothing
      return
    }
    guard let state = SendState(name: word) else { return nil }
    if let reached = SendNews.Reached(state) {
      self = .wentOut(reached)
    } else if state.isFailure {
      self = .failed(state)
    } else {
      return nil
    }
  }
}
