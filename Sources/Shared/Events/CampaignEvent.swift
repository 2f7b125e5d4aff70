package import Domain
internal import JSON
package import Time

/// One change of a campaign as the public stream tells it, with how many of its rows stand where.
package struct CampaignEvent: Hashable, Sendable {
  package static let type = "postrider.campaign.v1"

  package let id: CampaignID
  package let generation: Int64
  package let version: Int
  package let name: String
  package let tenant: Tenant
  package let state: CampaignState
  package let reason: CampaignReason?
  package let at: Timestamp
  package let rows: Int
  package let duplicates: Int
  package let tally: CampaignTally

  package init(
    _ id: CampaignID, generation: Int64, version: Int, name: String, of tenant: Tenant,
    _ state: CampaignState, because reason: CampaignReason?, at: Timestamp, rows: Int,
    duplicates: Int, tally: CampaignTally
  ) {
    (self.id, self.generation, self.version, self.name) = (id, generation, version, name)
    (self.tenant, self.state, self.reason, self.at) = (tenant, state, reason, at)
    (self.rows, self.duplicates, self.tally) = (rows, duplicates, tally)
  }

  package var record: NewRecord {
    let name = id.description
    return NewRecord(
      topic: .campaigns, key: name,
      event: CloudEvent(
        id: "\(name).\(version)", source: "postrider/store/\(generation)", type: Self.type,
        time: at, subject: name, data: data))
  }

  private var data: [UInt8] {
    JSONWriter.object(capacity: 512) { writer in
      writer.field("id", id.description)
      writer.field("version", version)
      writer.field("name", name)
      writer.field("app", tenant.app)
      writer.field("company", tenant.company)
      writer.field("state", state.name)
      writer.field("cause", reason?.cause.rawValue)
      writer.field("reason", reason?.text)
      writer.field("at", at.description)
      writer.field("rows", rows)
      writer.field("duplicates", duplicates)
      writer.name("counts")
      writer.object { counts in
        for state in SendState.allCases {
          let count = tally.count(state)
          if count > 0 { counts.name("\(state.name)"); counts.value(count) }
        }
      }
    }
  }
}
