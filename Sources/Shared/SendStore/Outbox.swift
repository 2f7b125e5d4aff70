package import Domain
internal import JSON
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
      try transaction.rows(.outbox, [.integer(limit)]) { row throws(StoreError) in
        guard let state = SendState(rawValue: row.int(8)) else {
          throw .broken("a state \(row.int(8))")
        }
        return OutboxEntry(
          number: row.integer(0), id: try SendID(column: row.bytes(2)), recipient: row.text(3),
          sender: SenderID(row.text(4)), tenant: Tenant(app: row.text(5), company: row.text(6)),
          campaign: row.text(7),
          change: HistoryEntry(
            version: row.int(1), state: state, attempt: row.int(9), at: row.time(10),
            providerAt: row.optionalTime(11), code: row.optionalText(12),
            detail: row.optionalBytes(13)),
          content: row.bytes(14), template: TemplateKey(text: row.text(15)).name, due: row.time(16),
          expires: row.time(17),
          providerID: row.optionalText(18).map { ProviderID($0) })
      }
    }
  }

  /// Forgets what was published. Not the place up to which was read: rows are committed out of order.
  package func published(_ entries: [OutboxEntry]) throws(StoreError) {
    try engine.write { transaction throws(StoreError) in
      try transaction.run(.deleteOutbox, [.integers(entries.map(\.number))])
    }
  }

  package func unpublishedCount() throws(StoreError) -> Int {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(.outboxCount) { $0.int(0) }.first ?? 0
    }
  }
}
