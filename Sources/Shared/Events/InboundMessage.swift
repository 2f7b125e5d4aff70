package import Domain
package import Time

/// A message from a person to one of our senders, in one form for both providers. What has no field here
/// stands in `raw`.
package struct InboundMessage: Hashable, Sendable {
  package var provider: Provider
  /// Who signed it.
  package var account: AccountID
  /// Whom it was sent to: our number on Twilio, the phone number id on Meta.
  package var address: String
  package var service: String?
  package var displayNumber: String?
  package var tenant: Tenant?
  /// The person.
  package var contact: PersonAddress
  package var waID: String?
  package var userID: String?
  package var profileName: String?
  package var providerID: ProviderID
  /// The provider's word for what it is.
  package var kind: String
  package var text: String?
  package var media: [InboundMedia] = []
  package var cards: [InboundCard] = []
  package var location: InboundPlace?
  package var reply: InboundReply?
  package var reaction: Reaction?
  package var context: InboundContext?
  /// JSON: the advertisement that the person came from.
  package var referral: [UInt8]?
  /// What a person filled in, as the provider wrote it.
  package var flowResponse: String?
  /// The message that this one edits or takes back.
  package var original: ProviderID?
  /// The number or id that a person has from now on.
  package var changedTo: String?
  package var optOutWord: OptOutWord?
  package var code: Int?
  package var providerAt: CalendarTime?
  package var receivedAt: Timestamp
  package var token: String?
  /// JSON: everything as it came.
  package var raw: [UInt8]

  package init(
    provider: Provider, account: AccountID, address: String, contact: PersonAddress,
    providerID: ProviderID, kind: String, receivedAt: Timestamp
  ) {
    self.provider = provider
    self.account = account
    self.address = address
    self.contact = contact
    self.providerID = providerID
    self.kind = kind
    self.receivedAt = receivedAt
    raw = Array("{}".utf8)
  }

  /// When the person wrote, as well as we know.
  package var at: Timestamp { providerAt.map { Timestamp(told: $0) } ?? receivedAt }

  /// What was filled into a form.
  package var flowAnswer: FlowAnswer? { flowResponse.flatMap { FlowAnswer($0) } }

  /// The number that the person gave as their own, for a request of ours: the provider vouches for it. nil where there
  /// is not exactly one.
  package var attestedNumber: String? {
    let own = cards.filter { $0.origin == "contact_request" }.flatMap(\.phones)
    let numbers = Set(own.compactMap(\.waID))
    return numbers.count == 1 ? numbers.first : nil
  }

  /// The provider's own word first; else a text that is nothing but such a word.
  package var optOut: OptOutWord? { optOutWord ?? text.flatMap(OptOutWord.init(said:)) }
}
