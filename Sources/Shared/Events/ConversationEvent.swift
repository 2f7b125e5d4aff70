package import Domain
internal import JSON
package import Time

/// One thing that a conversation went through as the public stream tells it, with what the conversation is by then.
package struct ConversationEvent: Hashable, Sendable {
  package static let type = "postrider.conversation.v1"

  /// What happened.
  package struct Happening: Hashable, Sendable {
    package let version: Int
    package let act: String
    package let actor: String
    package let detail: String
    package let at: Timestamp

    package init(version: Int, act: String, actor: String, detail: String, at: Timestamp) {
      (self.version, self.act, self.actor) = (version, act, actor)
      (self.detail, self.at) = (detail, at)
    }
  }

  package let id: ConversationID
  package let generation: Int64
  package let happening: Happening
  package let sender: SenderID
  package let tenant: Tenant
  package let contact: PersonAddress
  package let name: String?
  package let standing: ConversationStanding
  package let labels: [String]
  package let preview: String

  package init(
    _ id: ConversationID, generation: Int64, _ happening: Happening, from sender: SenderID,
    of tenant: Tenant, with contact: PersonAddress, named name: String?,
    _ standing: ConversationStanding, labels: [String], preview: String
  ) {
    (self.id, self.generation, self.happening) = (id, generation, happening)
    (self.sender, self.tenant, self.contact, self.name) = (sender, tenant, contact, name)
    (self.standing, self.labels, self.preview) = (standing, labels, preview)
  }

  package var record: NewRecord {
    let name = id.description
    return NewRecord(
      topic: .conversations, key: name,
      event: CloudEvent(
        id: "\(name).\(happening.version)", source: "postrider/store/\(generation)",
        type: Self.type, time: happening.at, subject: name, data: data))
  }

  /// JSON, as the topic has it.
  package var data: [UInt8] {
    JSONWriter.object(capacity: 512) { writer in
      writer.field("id", id.description)
      writer.field("version", happening.version)
      writer.field("act", happening.act)
      writer.field("actor", happening.actor)
      if !happening.detail.isEmpty { writer.field("detail", happening.detail) }
      writer.field("at", happening.at.description)
      writer.field("app", tenant.app)
      writer.field("company", tenant.company)
      writer.field("sender", sender.text)
      writer.field("contact", contact.text)
      writer.field("name", name)
      write(standing, to: &writer)
      writer.name("labels")
      writer.array { list in
        for label in labels { list.value(label) }
      }
      writer.field("preview", preview)
    }
  }

  private func write(_ standing: ConversationStanding, to writer: inout JSONWriter) {
    writer.field("mode", standing.mode.name)
    writer.field("agent", standing.agent)
    writer.field("assistant", standing.assistant)
    writer.field("assistantOn", standing.isAssistantOn)
    writer.field("archived", standing.isArchived)
    writer.field("unread", standing.unread)
    writer.field("turn", standing.turn)
    writer.field("inboundAt", standing.inbound?.description)
    writer.field("lastAt", standing.last?.description)
  }
}
