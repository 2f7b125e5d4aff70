package import Domain
internal import JSON
package import Store
package import Time

/// One change of a send that is still to be published, with what of the send belongs into its event.
package struct OutboxEntry: Hashable, Sendable {
  package let number: Int64
  package let id: SendID
  package let recipient: String
  package let sender: SenderID
  package let tenant: Tenant
  package let campaign: String
  package let change: HistoryEntry
  package let content: [UInt8]
  package let template: String
  /// Of the send as it stands now.
  package let due: Timestamp
  package let expires: Timestamp
  /// What the provider calls the attempt, once it has told.
  package let providerID: ProviderID?

  /// As it came with the request.
  package var metadata: [UInt8]? { content.metadataOfRequest }
}

extension [UInt8] {
  /// JSON; nil where these are no request, or one without.
  package var metadataOfRequest: [UInt8]? {
    do {
      return try JSONDocument(self).root["metadata"].flatMap { $0.isNull ? nil : $0.text }
    } catch { return nil }
  }
}

extension SendStore {
  /// The oldest changes that are not published, in the order in which they happened to each send. Only the
  /// holder of the relay's duty reads them.
  package func unpublished(limit: Int) throws(StoreError) -> [OutboxEntry] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Outbox.oldest, [.limit: .integer(limit)]) { row throws(StoreError) in
        guard let state = SendState(rawValue: row.int(.state)) else {
          throw .broken("a state \(row.int(.state))")
        }
        return OutboxEntry(
          number: row.integer(.seq), id: try SendID(column: row.bytes(.id)),
          recipient: row.text(.recipient),
          sender: SenderID(row.text(.sender)),
          tenant: Tenant(app: row.text(.app), company: row.text(.company)),
          campaign: row.text(.campaign),
          change: HistoryEntry(
            version: row.int(.version), state: state, attempt: row.int(.attempt), at: row.time(.at),
            providerAt: row.optionalTime(.providerAt), code: row.optionalText(.code),
            detail: row.optionalBytes(.detail)),
          content: row.bytes(.content), template: TemplateKey(text: row.text(.template)).name,
          due: row.time(.due),
          expires: row.time(.expires),
          providerID: row.optionalText(.providerID).map { ProviderID($0) })
      }
    }
  }

  /// Forgets what was published. Not the place up to which was read: rows are committed out of order.
  package func published(_ entries: [OutboxEntry]) throws(StoreError) {
    try engine.write { transaction throws(StoreError) in
      try transaction.run(Outbox.delete, [.seq: .integers(entries.map(\.number))])
    }
  }

  package func unpublishedCount() throws(StoreError) -> Int {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Outbox.count) { $0.int(.count) }.first ?? 0
    }
  }
}

extension Outbox {
  enum OldestParameter: Int, Columns { case limit }
  enum EntryColumn: Int, Columns {
    case seq, version, id, recipient, sender, app, company, campaign, state, attempt, at,
      providerAt, code, detail, content, template, due, expires, providerID
  }
  static let oldest = Query<OldestParameter, EntryColumn>("oldest")

  enum DeleteParameter: Int, Columns { case seq }
  static let delete = Command<DeleteParameter>("delete")

  enum CountColumn: Int, Columns { case count }
  static let count = Query<Nothing, CountColumn>("count")
}
