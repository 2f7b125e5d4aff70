private import Crypto
package import Domain

/// The account that is charged, and the credentials that speak for it.
package struct TwilioAccount: Hashable, Sendable {
  package let sid: AccountID
  private let user: String
  private let password: Secret

  package init(sid: AccountID, authToken: Secret) {
    self.sid = sid
    user = sid.text
    password = authToken
  }

  /// An API key; it cannot check signatures.
  package init(sid: AccountID, key: String, secret: Secret) {
    self.sid = sid
    user = key
    password = secret
  }

  /// Such a key may send and list messages, and not see the account.
  var isByKey: Bool { user != sid.text }

  var authorization: ProviderHeader {
    let pair = Array("\(user):\(password.exposed)".utf8)
    return ProviderHeader("Authorization", "Basic \(base64(pair))")
  }

  var path: String { "/2010-04-01/Accounts/\(sid)" }
}

/// Whom Twilio sends for: a number, or a Messaging Service, perhaps with one number of its pool.
package struct TwilioSender: Hashable, Sendable {
  package var channel: Sender.Channel
  package var from: String?
  package var service: String?
  /// Of an RCS sender's service: sends by SMS what does not arrive by RCS.
  package private(set) var fallbackFrom: String?
  package var templates: ContentCatalog

  /// By RCS, and by SMS where that does not arrive: the service chooses.
  package init(
    service: String, fallbackFrom: String, templates: ContentCatalog = ContentCatalog()
  ) {
    channel = .twilioRCS
    (self.service, self.fallbackFrom, self.templates) = (service, fallbackFrom, templates)
  }

  /// `address` as a sender's settings have it: a number, a name, or `MG…`.
  package init(
    channel: Sender.Channel, address: String, pinned: String? = nil,
    templates: ContentCatalog = ContentCatalog()
  ) {
    let isService = address.hasPrefix("MG") && address.utf8.count == 34
    self.channel = channel
    service = isService ? address : nil
    from = isService ? pinned : address
    self.templates = templates
  }

  /// As the API spells a person, or a sender, on this sender's channel.
  package func spelled(_ person: PersonAddress) -> ChannelAddress { spelled(person.text) }

  package func spelled(_ address: String) -> ChannelAddress {
    let given = ChannelAddress(address)
    return switch channel {
    case .twilioSMS: given
    // With a channel before it a number is reached by that channel alone.
    case .twilioRCS: fallbackFrom == nil ? given.byRCS : given
    case .twilioSandbox, .twilioWhatsApp, .metaWhatsApp: given.byWhatsApp
    }
  }
}
