internal import Domain
internal import JSON
internal import SendStore
internal import Store
internal import Time

/// A conversation as the API shows it.
struct ConversationView {
  private let conversation: StoredConversation
  private let person: StoredPerson?
  private let window: ServiceWindow?

  init(_ conversation: StoredConversation, in store: SendStore) throws(StoreError) {
    self.conversation = conversation
    person = try store.person(conversation.person)
    window = try store.contact(conversation.address, of: conversation.sender)?.window
  }

  var json: [UInt8] { json(with: nil) }

  /// With what an act led to.
  func json(with taken: TurnTaken?, _ prices: ConversationPrices? = nil) -> [UInt8] {
    JSONWriter.object(capacity: 1024) { writer in
      Self.write(conversation, to: &writer)
      writer.field("windowUntil", window?.lastInbound.map { "\($0 + ServiceWindow.length)" })
      writer.name("identities")
      writer.array { list in
        for identity in person?.identities ?? [] {
          list.object { object in
            object.field("kind", identity.kind.name)
            object.field("value", identity.value)
          }
        }
      }
      if let prices {
        writer.name("prices")
        writer.object { prices.write(to: &$0) }
      }
      guard let taken else { return }
      taken.write(to: &writer)
    }
  }

  static func write(_ conversation: StoredConversation, to writer: inout JSONWriter) {
    let standing = conversation.standing
    writer.field("id", conversation.id.description)
    writer.field("sender", conversation.sender.text)
    writer.field("to", conversation.address.text)
    writer.field("name", conversation.name)
    writer.field("contact", "\(conversation.person.value)")
    writer.field("app", conversation.tenant.app)
    writer.field("company", conversation.tenant.company)
    writer.field("mode", standing.mode.name)
    writer.field("agent", standing.agent ?? Agent.guest)
    writer.field("assistant", standing.assistant)
    writer.field("assistantOn", standing.isAssistantOn)
    writer.field("archived", standing.isArchived)
    writer.field("unread", standing.unread)
    writer.field("turn", standing.turn)
    writer.name("labels")
    writer.array { list in
      for label in conversation.labelTexts { list.value(label) }
    }
    writer.field("preview", conversation.preview)
    writer.field("lastInboundAt", standing.inbound?.description)
    writer.field("lastAt", standing.last?.description)
    writer.field("createdAt", conversation.created.description)
  }
}

extension TurnTaken {
  /// Sends of former turns: those that will not go, and those that had been claimed.
  func write(to writer: inout JSONWriter) {
    writer.name("canceled")
    writer.array { list in
      for send in canceled { list.value(send.description) }
    }
    writer.name("underWay")
    writer.array { list in
      for send in underWay { list.value(send.send.description) }
    }
  }
}

extension TimelineItem {
  func write(to writer: inout JSONWriter) {
    writer.field("at", at.description)
    writer.field("providerId", providerID?.text)
    switch what {
    case .inbound(let kind, let words, let original, let content):
      writer.field("direction", "inbound")
      Self.write(kind, words, original, content, to: &writer)
    case .echo(let kind, let words, let original, let content, let author):
      writer.field("direction", "outbound")
      Self.write(kind, words, original, content, to: &writer)
      writer.field("author", author)
    case .send(let id, let state, let attempt, let campaign, let template, let content, let author):
      writer.field("direction", "outbound")
      writer.field("id", id.description)
      writer.field("state", state.name)
      writer.field("attempt", attempt)
      if !campaign.isEmpty { writer.field("campaign", campaign) }
      if !template.isEmpty { writer.field("template", template) }
      writer.field("author", author)
      writer.field("request", json: content.json)
    }
  }

  private static func write(
    _ kind: String, _ words: String, _ original: ProviderID?, _ content: [UInt8],
    to writer: inout JSONWriter
  ) {
    writer.field("kind", kind)
    if !words.isEmpty { writer.field("text", words) }
    writer.field("original", original?.text)
    writer.field("message", json: content)
  }
}
