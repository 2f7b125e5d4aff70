package import Domain
package import Time

/// What a provider tells of an account rather than of a message.
package struct AccountEvent: Hashable, Sendable {
  package var provider: Provider
  package var account: AccountID
  package var phoneNumberID: String?
  /// The provider's name for it, such as `message_template_status_update`.
  package var kind: String
  package var providerAt: CalendarTime?
  package var receivedAt: Timestamp
  /// JSON: the whole value.
  package var raw: [UInt8]

  package init(
    provider: Provider, account: AccountID, phoneNumberID: String? = nil, kind: String,
    providerAt: CalendarTime? = nil, receivedAt: Timestamp, raw: [UInt8]
  ) {
    self.provider = provider
    self.account = account
    self.phoneNumberID = phoneNumberID
    self.kind = kind
    self.providerAt = providerAt
    self.receivedAt = receivedAt
    self.raw = raw
  }
}
