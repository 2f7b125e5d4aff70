/// A file in a message.
package struct Media: Hashable, Sendable {
  package var kind: Kind
  package var source: Source
  package var caption: String?
  /// As the person sees a document named.
  package var filename: String?
  /// Audio that is shown as a voice note.
  package var isVoice: Bool

  package init(
    _ kind: Kind, _ source: Source, caption: String? = nil, filename: String? = nil,
    isVoice: Bool = false
  ) {
    self.kind = kind
    self.source = source
    self.caption = caption
    self.filename = filename
    self.isVoice = isVoice
  }

  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case image, document, audio, video, sticker

    var canHaveCaption: Bool { self != .audio && self != .sticker }
  }

  package enum Source: Hashable, Sendable {
    /// The provider fetches it; we never do.
    case link(String)
    /// What was uploaded to Meta before.
    case id(String)
    /// In a bucket; signed when it is posted.
    case stored(StoredFile)

    /// Where its extension is looked for.
    var name: String? {
      switch self {
      case .link(let url): url
      case .id: nil
      case .stored(let file): file.file
      }
    }
  }
}

/// An object of Google Cloud Storage.
package struct StoredFile: Hashable, Sendable {
  package var bucket: String
  package var file: String

  package init(bucket: String, file: String) {
    self.bucket = bucket
    self.file = file
  }
}

extension Message {
  /// The same message with every stored file replaced by a link to it.
  package func withLinks<Fault: Error>(
    _ link: (StoredFile) throws(Fault) -> String
  ) throws(Fault) -> Message {
    var message = self
    switch content {
    case .media(let media): message.content = .media(try media.withLink(link))
    case .template(var template):
      template.header = try template.header?.withLink(link)
      message.content = .template(template)
    case .buttons(var buttons):
      buttons.header = try buttons.header?.withLink(link)
      message.content = .buttons(buttons)
    case .callToAction(var call):
      call.header = try call.header?.withLink(link)
      message.content = .callToAction(call)
    case .flow(var flow):
      flow.header = try flow.header?.withLink(link)
      message.content = .flow(flow)
    case .carousel(var carousel):
      guard case .media(var cards) = carousel.cards else { break }
      for index in cards.indices { cards[index].header = try cards[index].header.withLink(link) }
      carousel.cards = .media(cards)
      message.content = .carousel(carousel)
    case .text, .location, .locationRequest, .contacts, .list, .reaction, .contactRequest,
      .product, .products, .catalog:
      break
    }
    return message
  }
}

extension Media {
  fileprivate func withLink<Fault: Error>(
    _ link: (StoredFile) throws(Fault) -> String
  ) throws(Fault) -> Media {
    guard case .stored(let file) = source else { return self }
    var media = self
    media.source = .link(try link(file))
    return media
  }
}

extension MessageHeader {
  fileprivate func withLink<Fault: Error>(
    _ link: (StoredFile) throws(Fault) -> String
  ) throws(Fault) -> MessageHeader {
    guard case .media(let media) = self else { return self }
    return .media(try media.withLink(link))
  }
}
