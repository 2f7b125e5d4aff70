package import Domain
package import Store
package import Time

/// Where a send stands, and what was asked for: without its history.
package struct SendGlance: Hashable, Sendable {
  package let id: SendID
  package let state: SendState
  package let attempt: Int
  package let version: Int
  package let changed: Timestamp
  package let recipient: PersonAddress
  package let sender: SenderID
  package let campaign: String
  package let template: String
  package let content: SendContent
  /// What the provider calls the attempt, once it has told.
  package let providerID: ProviderID?
}

extension SendStore {
  package func glance(at ids: [SendID]) throws(StoreError) -> [SendID: SendGlance] {
    guard !ids.isEmpty else { return [:] }
    let found = try engine.read { transaction throws(StoreError) in
      try transaction.rows(Searches.glances, [.id: .bytes(ids.map(\.bytes))]) {
        row throws(StoreError) in
        try SendGlance(row)
      }
    }
    return Dictionary(found.map { ($0.id, $0) }) { $1 }
  }
}

extension SendGlance {
  fileprivate init(_ row: Row<Searches.GlanceColumn>) throws(StoreError) {
    guard let state = SendState(rawValue: row.int(.state)) else {
      throw .broken("a state \(row.int(.state))")
    }
    self.init(
      id: try SendID(column: row.bytes(.id)), state: state, attempt: row.int(.attempt),
      version: row.int(.version),
      changed: row.time(.changed), recipient: PersonAddress(row.text(.recipient)),
      sender: SenderID(row.text(.sender)),
      campaign: row.text(.campaign), template: TemplateKey(text: row.text(.template)).name,
      content: SendContent(json: row.bytes(.content)),
      providerID: row.optionalText(.providerID).map { ProviderID($0) })
  }
}

extension Searches {
  enum GlancesParameter: Int, Columns { case id }
  enum GlanceColumn: Int, Columns {
    case id, state, attempt, version, changed, recipient, sender, campaign, template, content,
      providerID
  }
  static let glances = Query<GlancesParameter, GlanceColumn>("glances")
}
