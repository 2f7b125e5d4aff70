/// What a send says, whoever carries it. Which provider can say it, and within which limits, is asked of
/// `faults(for:)`.
package struct Message: Hashable, Sendable {
  package var content: Content
  /// The message that this one answers.
  package var replyTo: ProviderID?

  package init(_ content: Content, replyTo: ProviderID? = nil) {
    self.content = content
    self.replyTo = replyTo
  }

  package enum Content: Hashable, Sendable {
    case text(TextMessage)
    case media(Media)
    case location(Location)
    /// Asks a person where they are.
    case locationRequest(body: String)
    case contacts([ContactCard])
    case buttons(ReplyButtons)
    case list(ListMessage)
    case callToAction(CallToAction)
    case flow(FlowMessage)
    /// Asks a person for their own card, and so for their number.
    case contactRequest(body: String)
    case product(ProductMessage)
    case products(ProductList)
    case catalog(CatalogMessage)
    case carousel(Carousel)
    case reaction(Reaction)
    case template(Template)
  }

  /// The word under `type` in a send request, which is Meta's.
  package var type: String {
    switch content {
    case .text: "text"
    case .media(let media): media.kind.rawValue
    case .location: "location"
    case .locationRequest, .buttons, .list, .callToAction, .flow, .contactRequest, .product,
      .products, .catalog, .carousel:
      "interactive"
    case .contacts: "contacts"
    case .reaction: "reaction"
    case .template: "template"
    }
  }

  /// Only a template may go to a person who did not write within 24 hours.
  package var isTemplate: Bool {
    if case .template = content { true } else { false }
  }

  /// A list or reply buttons: what has an array of elements is made as an object before it is sent.
  package var isOnlyForObjects: Bool {
    switch content {
    case .list, .buttons: true
    default: false
    }
  }

  package var template: Template? {
    if case .template(let template) = content { template } else { nil }
  }

  /// By what a paused template is held: the text of its `TemplateKey`.
  package var templateName: String? {
    if case .template(let template) = content {
      TemplateKey(name: template.name, language: template.language).text
    } else {
      nil
    }
  }
}

package struct TextMessage: Hashable, Sendable {
  package var body: String
  /// Whether the first link is shown with its title and picture.
  package var preview: Bool

  package init(_ body: String, preview: Bool = false) {
    self.body = body
    self.preview = preview
  }
}

package struct Reaction: Hashable, Sendable {
  package var to: ProviderID
  /// Empty: the reaction is taken back.
  package var emoji: String

  package init(to: ProviderID, emoji: String) {
    self.to = to
    self.emoji = emoji
  }
}
