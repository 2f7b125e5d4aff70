package import Domain

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

  package init(
    latitude: Double, longitude: Double, name: String? = nil, address: String? = nil,
    url: String? = nil
  ) {
    (self.latitude, self.longitude) = (latitude, longitude)
    (self.name, self.address, self.url) = (name, address, url)
  }
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

  package init(id: ProviderID? = nil, from: String? = nil, isForwarded: Bool = false) {
    (self.id, self.from, self.isForwarded) = (id, from, isForwarded)
  }
}

/// A person's card that was sent to us.
package struct InboundCard: Hashable, Sendable {
  package struct Phone: Hashable, Sendable {
    /// As it stands on the card.
    package var number: String?
    /// Of the person's account, where they have one.
    package var waID: String?

    package init(number: String? = nil, waID: String? = nil) {
      (self.number, self.waID) = (number, waID)
    }
  }

  package var name: String?
  /// `contact_request`: the sender's own, given for a request of ours. `other`: whoever's.
  package var origin: String?
  package var phones: [Phone]

  package init(name: String? = nil, origin: String? = nil, phones: [Phone] = []) {
    (self.name, self.origin, self.phones) = (name, origin, phones)
  }

  /// More of a card, or of cards in a message, is in `raw` only.
  package static let mostPhones = 20
  package static let mostCards = 257
}
