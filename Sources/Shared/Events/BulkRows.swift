package import Domain
package import JSON
package import Time

/// Rows of a campaign's upload on their way from Ingest to Dispatch: those that make a send.
package struct BulkRows: Hashable, Sendable {
  package struct Row: Hashable, Sendable {
    package let line: Int
    package let to: PersonAddress
    /// Of the record's senders.
    package let sender: Int
    /// The name of its template, or nothing.
    package let template: String
    /// JSON: what `SendRequest.all(in:as:)` reads.
    package let request: [UInt8]
    /// The country where the person lives, `IT`, or nothing.
    package let region: String
    /// Their time zone, where the upload says it.
    package let zone: String
    /// Which of the campaign's messages it is, from 1 on; 0 where there is one alone.
    package let variant: Int
    /// JSON: the other messages that it may be once the best is known, the campaign's second one first.
    package var others: [[UInt8]] = []

    package init(
      line: Int, to: PersonAddress, sender: Int, template: String, request: [UInt8],
      region: String = "", zone: String = "", variant: Int = 0
    ) {
      (self.line, self.to, self.sender) = (line, to, sender)
      (self.template, self.request) = (template, request)
      (self.region, self.zone, self.variant) = (region, zone, variant)
    }
  }

  package var campaign: CampaignID
  package var tenant: Tenant
  /// Which of the campaign's uploads they are of.
  package var load: Int
  package var senders: [SenderID]
  package var priority: Int
  /// Whether a person is written to once, whatever the number of rows.
  package var isByRecipient: Bool
  package var receivedAt: Timestamp
  package var rows: [Row]
  /// There are no more.
  package var isEnd: Bool

  /// So many stand in one record.
  package static let most = 256

  package init(
    of campaign: CampaignID, _ tenant: Tenant, load: Int, senders: [SenderID], priority: Int,
    isByRecipient: Bool, receivedAt: Timestamp, rows: [Row] = [], isEnd: Bool = false
  ) {
    (self.campaign, self.tenant, self.load, self.senders) = (campaign, tenant, load, senders)
    (self.priority, self.isByRecipient) = (priority, isByRecipient)
    (self.receivedAt, self.rows, self.isEnd) = (receivedAt, rows, isEnd)
  }
}

extension BulkRows: EventRecord {
  package static let topic = Topic.bulk
  package static let type = "postrider.bulk.v1"
  package var key: String { campaign.description }
  package var eventID: String {
    "\(campaign).\(load).\(rows.first.map { "\($0.line)" } ?? "end")"
  }

  package func write(to writer: inout JSONWriter) {
    writer.field("campaign", campaign.description)
    writer.field("tenant", tenant: tenant)
    writer.field("load", load)
    writer.name("senders")
    writer.array { list in
      for sender in senders { list.value(sender.text) }
    }
    writer.field("priority", priority)
    writer.field("unique", isByRecipient ? "recipient" : "row")
    writer.field("receivedAt", receivedAt.description)
    if isEnd { writer.field("isEnd", true) }
    writer.name("rows")
    writer.array { list in
      for row in rows {
        list.object { item in
          item.field("line", row.line)
          item.field("to", row.to.text)
          if row.sender != 0 { item.field("sender", row.sender) }
          if !row.template.isEmpty { item.field("template", row.template) }
          if !row.region.isEmpty { item.field("region", row.region) }
          if !row.zone.isEmpty { item.field("zone", row.zone) }
          if row.variant != 0 { item.field("variant", row.variant) }
          item.field("request", json: row.request)
          guard !row.others.isEmpty else { return }
          item.name("others")
          item.array { others in
            for other in row.others { others.raw(other) }
          }
        }
      }
    }
  }

  package init(_ value: JSONValue) throws(EventUnreadable) {
    let reader = EventReader(value: value)
    guard let campaign = CampaignID(try reader.needed("campaign")) else {
      throw EventUnreadable(description: "campaign is no id of a campaign")
    }
    guard let tenant = reader.tenant, let load = reader.code("load"),
      let senders = value["senders"]?.items?.compactMap(\.string), !senders.isEmpty,
      let rows = value["rows"]?.items
    else {
      throw EventUnreadable(description: "the record has no tenant, load, senders or rows")
    }
    (self.campaign, self.tenant, self.load) = (campaign, tenant, load)
    self.senders = senders.map { SenderID($0) }
    priority = reader.code("priority") ?? 0
    isByRecipient = reader.text("unique") != "row"
    receivedAt = try reader.receivedAt()
    isEnd = value["isEnd"]?.bool ?? false
    self.rows = []
    self.rows.reserveCapacity(rows.count)
    for row in rows {
      let sender = row["sender"]?.integer.flatMap { Int(exactly: $0) } ?? 0
      guard let line = row["line"]?.integer, let to = row["to"]?.string,
        let request = row["request"]?.text, senders.indices.contains(sender)
      else { throw EventUnreadable(description: "a row has no line, to, sender or request") }
      var read = Row(
        line: Int(line), to: PersonAddress(to), sender: sender,
        template: row["template"]?.string ?? "", request: request,
        region: row["region"]?.string ?? "", zone: row["zone"]?.string ?? "",
        variant: row["variant"]?.integer.flatMap { Int(exactly: $0) } ?? 0)
      read.others = row["others"]?.items?.map(\.text) ?? []
      self.rows.append(read)
    }
  }
}
