package import Domain
package import JSON
package import Time

/// One send on its way from Ingest to Dispatch.
package struct SendEvent: Hashable, Sendable {
  package var id: SendID
  package var group: LaneGroupID
  package var sender: SenderID
  package var tenant: Tenant
  package var to: PersonAddress
  package var due: Timestamp
  package var expires: Timestamp
  package var priority: Int
  package var campaign: String?
  package var receivedAt: Timestamp
  /// The name of the request's template, or nothing; nil in a record of an earlier version.
  package var template: String?
  /// JSON: what `SendRequest.all(in:as:)` reads.
  package var request: [UInt8]
  /// JSON: where and how its states are told beside events; see `SendReport`.
  package var report: [UInt8]?
  package var conversation: Conversation?

  /// Where it is said, and by whom.
  package struct Conversation: Hashable, Sendable {
    package let id: ConversationID
    package let author: String
    /// It is not sent once a person of ours has acted since; nil: it is sent in any turn.
    package let turn: Int64?

    package init(_ id: ConversationID, by author: String, unlessTurn turn: Int64? = nil) {
      (self.id, self.author, self.turn) = (id, author, turn)
    }
  }

  package init(
    _ request: SendRequest, id: SendID, from sender: Sender, receivedAt: Timestamp
  ) {
    self.id = id
    group = sender.laneGroup
    self.sender = sender.id
    tenant = sender.tenant
    to = PersonAddress(request.to)
    due = request.sendAt.map { Timestamp(promised: $0) } ?? receivedAt
    expires = request.expiresAt.map { Timestamp(promised: $0) } ?? due + sender.expiry
    priority = request.priority
    campaign = request.campaign
    self.receivedAt = receivedAt
    template = request.message.templateName ?? ""
    self.request = request.json
  }

  /// A request that was read before, under a name of its own; nothing of it has a time any more.
  package init(
    reading request: [UInt8], id: SendID, to: PersonAddress, from sender: Sender,
    campaign: String?, template: String, receivedAt: Timestamp
  ) {
    self.id = id
    group = sender.laneGroup
    self.sender = sender.id
    tenant = sender.tenant
    self.to = to
    due = receivedAt
    expires = receivedAt + sender.expiry
    priority = JSONValue(whole: request)?["priority"]?.integer.map { Int($0) } ?? 0
    self.campaign = campaign
    self.receivedAt = receivedAt
    self.template = template
    self.request = request
  }
}

extension SendEvent: EventRecord {
  package static let topic = Topic.sends
  package static let type = "postrider.send.v1"
  package var key: String { group.text }
  package var eventID: String { id.description }

  package func write(to writer: inout JSONWriter) {
    writer.field("id", id.description)
    writer.field("group", group.text)
    writer.field("sender", sender.text)
    writer.field("tenant", tenant: tenant)
    writer.field("to", to.text)
    writer.field("due", due.description)
    writer.field("expires", expires.description)
    writer.field("priority", priority)
    writer.field("campaign", campaign)
    writer.field("receivedAt", receivedAt.description)
    writer.field("template", template)
    writer.field("request", json: request)
    writer.field("report", json: report)
    guard let conversation else { return }
    writer.name("conversation")
    writer.object { object in
      object.field("id", conversation.id.description)
      object.field("author", conversation.author)
      if let turn = conversation.turn { object.field("unlessTurn", turn) }
    }
  }

  package init(_ value: JSONValue) throws(EventUnreadable) {
    let reader = EventReader(value: value)
    guard let id = SendID(try reader.needed("id")) else {
      throw EventUnreadable(description: "id is no id of a send")
    }
    guard let tenant = reader.tenant, let due = reader.time("due"),
      let expires = reader.time("expires"), let request = reader.raw("request")
    else {
      throw EventUnreadable(description: "the record has no tenant, due, expires or request")
    }
    self.id = id
    group = LaneGroupID(try reader.needed("group"))
    sender = SenderID(try reader.needed("sender"))
    self.tenant = tenant
    to = PersonAddress(try reader.needed("to"))
    self.due = due
    self.expires = expires
    priority = reader.code("priority") ?? 0
    campaign = reader.text("campaign")
    receivedAt = try reader.receivedAt()
    template = reader.text("template")
    self.request = request
    report = reader.raw("report")
    conversation = value["conversation"].flatMap { Conversation($0) }
  }
}

extension SendEvent.Conversation {
  fileprivate init?(_ value: JSONValue) {
    guard let id = value["id"]?.string.flatMap({ ConversationID($0) }),
      let author = value["author"]?.string
    else { return nil }
    self.init(id, by: author, unlessTurn: value["unlessTurn"]?.integer)
  }
}
