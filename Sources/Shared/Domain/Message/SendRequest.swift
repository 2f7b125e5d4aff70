package import JSON
package import Time

/// One send as it was asked for: what travels in the log from Ingest to Dispatch.
package struct SendRequest: Hashable, Sendable {
  package var to: Recipient
  package var message: Message
  /// JSON that comes back with every event.
  package var metadata: [UInt8]?
  package var sendAt: CalendarTime?
  package var expiresAt: CalendarTime?
  /// From 0 to 9; the higher goes first.
  package var priority: Int
  package var campaign: String?
  /// Goes out instead where the 24-hour window is closed.
  package var fallbackTemplate: Template?

  package init(
    to: Recipient, _ message: Message, metadata: [UInt8]? = nil, sendAt: CalendarTime? = nil,
    expiresAt: CalendarTime? = nil, priority: Int = 0, campaign: String? = nil,
    fallbackTemplate: Template? = nil
  ) {
    self.to = to
    self.message = message
    self.metadata = metadata
    self.sendAt = sendAt
    self.expiresAt = expiresAt
    self.priority = priority
    self.campaign = campaign
    self.fallbackTemplate = fallbackTemplate
  }

  /// In the form that `all(in:as:)` reads.
  package func write(to writer: inout JSONWriter) {
    writer.field("to", to.description)
    message.write(to: &writer)
    if let metadata {
      writer.name("metadata")
      writer.raw(metadata)
    }
    writer.field("sendAt", sendAt?.description)
    writer.field("expiresAt", expiresAt?.description)
    if priority != 0 { writer.field("priority", priority) }
    writer.field("campaign", campaign)
    if let fallbackTemplate {
      writer.name("fallbackTemplate")
      fallbackTemplate.write(to: &writer)
    }
  }

  package var json: [UInt8] { JSONWriter.object { write(to: &$0) } }

  package static let metadataLimit = 16_384
}

/// What the sender's settings say about the requests that it gets.
package struct SendRules: Hashable, Sendable {
  package var channel: Sender.Channel
  package var defaultPrefix: DialPrefix
  package var templateLanguage: String
  package var templateStrings: Bool
  package var templates: ContentCatalog
  /// What the headers of templates are, as far as they are known, by name.
  package var headerKinds: [String: Media.Kind]
  /// Fields that somebody else reads, such as `sender` and `from`.
  package var otherFields: Set<String>
  /// What is read is what `SendRequest` wrote, and was checked before.
  package var isWritten = false

  package init(
    channel: Sender.Channel, defaultPrefix: DialPrefix = .italy, templateLanguage: String = "en",
    templateStrings: Bool? = nil, templates: ContentCatalog = ContentCatalog(),
    headerKinds: [String: Media.Kind] = [:], otherFields: Set<String> = ["sender", "from"]
  ) {
    self.channel = channel
    self.defaultPrefix = defaultPrefix
    self.templateLanguage = templateLanguage
    self.templateStrings = templateStrings ?? (channel.provider == .meta)
    self.templates = templates
    self.headerKinds = headerKinds
    self.otherFields = otherFields
  }
}
