internal import Time
internal import Domain
package import EventLog
internal import JSON
package import SendStore

/// One change of a send as the public stream tells it.
package struct MessageEvent: Sendable {
  package static let type = "postrider.message.v1"

  private let entry: OutboxEntry
  private let generation: Int64

  /// The generation tells a store that was restored from a backup from the one before: its versions may
  /// say something else.
  package init(_ entry: OutboxEntry, generation: Int64) {
    self.entry = entry
    self.generation = generation
  }

  package var record: NewRecord {
    NewRecord(
      topic: .messages, key: entry.id.description,
      event: CloudEvent(
        id: "\(entry.id).\(entry.change.version)", source: "postrider/store/\(generation)",
        type: Self.type, time: entry.change.at, subject: entry.id.description, data: data))
  }

  private var data: [UInt8] {
    JSONWriter.object { writer in
      writer.field("id", entry.id.description)
      writer.field("version", entry.change.version)
      writer.field("state", entry.change.state.name)
      writer.field("sender", entry.sender.text)
      writer.field("app", entry.tenant.app)
      writer.field("company", entry.tenant.company)
      writer.field("to", entry.recipient)
      writer.field("attempt", entry.change.attempt)
      writer.field("at", entry.change.at.description)
      writer.field("providerAt", entry.change.providerAt?.description)
      writer.field("code", entry.change.code)
      writer.field("providerId", entry.providerID?.text)
      writer.field("attempts", entry.change.attemptsMade)
      if !entry.campaign.isEmpty { writer.field("campaign", entry.campaign) }
      if !entry.template.isEmpty { writer.field("template", entry.template) }
      writer.field("due", entry.due.description)
      writer.field("expires", entry.expires.description)
      if let metadata = entry.metadata {
        writer.name("metadata")
        writer.raw(metadata)
      }
      if let detail = entry.change.detail {
        writer.name("detail")
        writer.raw(detail)
      }
    }
  }
}
