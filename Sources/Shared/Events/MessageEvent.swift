package import Domain
internal import JSON
package import Time

/// One change of a send as the public stream tells it.
package struct MessageEvent: Hashable, Sendable {
  package static let type = "postrider.message.v1"

  package let id: SendID
  /// The generation tells a store that was restored from a backup from the one before: its versions may
  /// say something else.
  package let generation: Int64
  package let version: Int
  package let state: SendState
  package let at: Timestamp
  package let attempt: Int
  package let attemptsMade: Int
  package let sender: SenderID
  package let tenant: Tenant
  package let to: PersonAddress
  package let due: Timestamp
  package let expires: Timestamp
  package var providerAt: CalendarTime?
  package var code: String?
  package var providerID: ProviderID?
  package var campaign = ""
  package var template = ""
  /// JSON, as it came with the request.
  package var metadata: [UInt8]?
  /// JSON.
  package var detail: [UInt8]?

  package init(
    _ id: SendID, generation: Int64, version: Int, _ state: SendState, at: Timestamp, attempt: Int,
    attemptsMade: Int, from sender: SenderID, of tenant: Tenant, to: PersonAddress, due: Timestamp,
    expires: Timestamp
  ) {
    (self.id, self.generation, self.version) = (id, generation, version)
    (self.state, self.at) = (state, at)
    (self.attempt, self.attemptsMade) = (attempt, attemptsMade)
    (self.sender, self.tenant, self.to) = (sender, tenant, to)
    (self.due, self.expires) = (due, expires)
  }

  package var record: NewRecord {
    let name = id.description
    return NewRecord(
      topic: .messages, key: name,
      event: CloudEvent(
        id: "\(name).\(version)", source: "postrider/store/\(generation)", type: Self.type,
        time: at,
        subject: name, data: data(name)))
  }

  private func data(_ name: String) -> [UInt8] {
    JSONWriter.object(capacity: 512) { writer in
      writer.field("id", name)
      writer.field("version", version)
      writer.field("state", state.name)
      writer.field("sender", sender.text)
      writer.field("app", tenant.app)
      writer.field("company", tenant.company)
      writer.field("to", to.text)
      writer.field("attempt", attempt)
      writer.field("at", utf8: at.utf8)
      writer.field("providerAt", utf8: providerAt?.utf8)
      writer.field("code", code)
      if state == .accepted, code == ProviderHold.code { writer.field("held", true) }
      writer.field("providerId", providerID?.text)
      writer.field("attempts", attemptsMade)
      if !campaign.isEmpty { writer.field("campaign", campaign) }
      if !template.isEmpty { writer.field("template", template) }
      writer.field("due", utf8: due.utf8)
      writer.field("expires", utf8: expires.utf8)
      writer.field("metadata", json: metadata)
      writer.field("detail", json: detail)
    }
  }
}
