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
  /// The person: a number with `+`, or the id by which Meta hides one.
  package var contact: String
  package var waID: String?
  package var userID: String?
  package var profileName: String?
  package var providerID: ProviderID
  /// The provider's word for what it is.
  package var kind: String
  package var text: String?
  package var media: [InboundMedia] = []
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
  package var providerAt: Timestamp?
  package var receivedAt: Timestamp
  package var token: String?
  /// JSON: everything as it came.
  package var raw: [UInt8]

  package init(
    provider: Provider, account: AccountID, address: String, contact: String,
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
  package var at: Timestamp { providerAt ?? receivedAt }

  /// The provider's own word first; else a text that is nothing but such a word.
  package var optOut: OptOutWord? { optOutWord ?? text.flatMap(OptOutWord.init(said:)) }
}

package struct InboundMedia: Hashable, Sendable {
  package var id: String?
  package var url: String?
  package var contentType: String?
  package var sha256: String?
  package var filename: String?
  package var isVoice: Bool?

  package init(
    id: String? = nil, url: String? = nil, contentType: String? = nil, sha256: String? = nil,
    filename: String? = nil, isVoice: Bool? = nil
  ) {
    self.id = id
    self.url = url
    self.contentType = contentType
    self.sha256 = sha256
    self.filename = filename
    self.isVoice = isVoice
  }
}

package struct InboundPlace: Hashable, Sendable {
  package var latitude: Double
  package var longitude: Double
  package var name: String?
  package var address: String?
  package var url: String?
}

/// A button that was pressed, or a row that was picked.
package struct InboundReply: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable { case button, list }

  package var kind: Kind
  /// What we gave the button, or the payload of a template's.
  package var id: String
  package var title: String?
  package var description: String?

  package init(kind: Kind, id: String, title: String? = nil, description: String? = nil) {
    self.kind = kind
    self.id = id
    self.title = title
    self.description = description
  }
}

/// What the message refers to.
package struct InboundContext: Hashable, Sendable {
  package var id: ProviderID?
  package var from: String?
  package var isForwarded = false
}

/// What people write who want no more messages, or want them again.
package enum OptOutWord: String, Hashable, Sendable {
  case stop = "STOP"
  case start = "START"
  case help = "HELP"

  /// Few words on purpose: to a menu somebody may well answer END or YES.
  package init?(said text: String) {
    guard text.utf8.count <= 40 else { return nil }
    let word = text.uppercased().filter { !$0.isWhitespace && $0 != "." && $0 != "!" }
    switch word {
    case "STOP", "STOPALL", "UNSUBSCRIBE": self = .stop
    case "START", "UNSTOP": self = .start
    default: return nil
    }
  }
}
