package import Domain
package import Time

/// Where a send stands, and what was asked for: without its history.
package struct SendGlance: Hashable, Sendable {
  package let id: SendID
  package let state: SendState
  package let attempt: Int
  package let version: Int
  package let changed: Timestamp
  package let recipient: String
  package let sender: SenderID
  package let campaign: String
  package let template: String
  package let content: [UInt8]
  /// What the provider calls the attempt, once it has told.
  package let providerID: ProviderID?
}

extension SendStore {
  package func glance(at ids: [SendID]) throws(StoreError) -> [SendID: SendGlance] {
    guard !ids.isEmpty else { return [:] }
    let found = try engine.read { transaction throws(StoreError) in
      try transaction.rows(.contentsOfIDs, [.bytes(ids.map(\.bytes))]) { row throws(StoreError) in
        try SendGlance(row)
      }
    }
    return Dictionary(found.map { ($0.id, $0) }) { $1 }
  }
}

extension SendGlance {
  fileprivate init(_ row: any Row) throws(StoreError) {
    guard let state = SendState(rawValue: row.int(1)) else {
      throw .broken("a state \(row.int(1))")
    }
    self.init(
      id: try SendID(column: row.bytes(0)), state: state, attempt: row.int(2), version: row.int(3),
      changed: row.time(4), recipient: row.text(5), sender: SenderID(row.text(6)),
      campaign: row.text(7), template: TemplateKey(text: row.text(8)).name, content: row.bytes(9),
      providerID: row.optionalText(10).map { ProviderID($0) })
  }
}
