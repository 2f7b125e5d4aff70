package import Domain
package import Store
package import Time

/// One change of a send that is still to be published, with what of the send belongs into its event.
package struct OutboxEntry: Hashable, Sendable {
  package let id: SendID
  package let recipient: PersonAddress
  package let sender: SenderID
  package let tenant: Tenant
  package let campaign: String
  package let change: HistoryEntry
  /// As it came with the request: JSON.
  package let metadata: [UInt8]?
  package let template: String
  /// Of the send as it stands now.
  package let due: Timestamp
  package let expires: Timestamp
  /// What the provider calls the attempt, once it has told.
  package let providerID: ProviderID?
  /// JSON: where and how its states are told beside events.
  package let report: [UInt8]?
  /// What it does to the counts of its campaign.
  let move: CampaignMove?
  /// nil for what is only remarked.
  let tally: TallyPlace?
  let standing: StandingMove?
}

/// The oldest changes that are not published, in the order in which they happened to each send.
package struct Unpublished: Sendable {
  package let entries: [OutboxEntry]
  /// The rows of the outbox that they stand in. One has what one transaction changed, and is forgotten as a whole.
  package let rows: [Int64]
  /// What each of these rows does to the counts of campaigns, to those of the minutes, and to those of the hours.
  let moves: [Int64: [CampaignMove]]
  let tallies: [Int64: [TallyPlace]]
  let standings: [Int64: [StandingMove]]
  /// Whether there were more.
  package let isFull: Bool
  package let at: Timestamp
  package let generation: Int64
}

extension SendStore {
  /// Whole rows of the outbox, until there are so many changes. Only the holder of the relay's duty reads them.
  package func unpublished(limit: Int) throws(StoreError) -> Unpublished {
    try engine.read(.relay) { transaction throws(StoreError) in
      let found = try transaction.rows(
        Outbox.oldest, [.limit: .integer(min(limit, Self.outboxRows))]
      ) { row throws(StoreError) in
        (row: row.integer(.seq), marks: try OutboxMark.all(of: row))
      }
      var (rows, marks, rowOfMark): ([Int64], [OutboxMark], [Int64]) = ([], [], [])
      for (row, more) in found {
        rows.append(row)
        marks += more
        rowOfMark += more.map { _ in row }
        if marks.count >= limit { break }
      }
      let entries = try transaction.entries(marks)
      func byRow<Part>(_ part: (OutboxEntry) -> Part?) -> [Int64: [Part]] {
        let parts = zip(rowOfMark, entries).compactMap { row, entry in
          entry.flatMap(part).map { (row, $0) }
        }
        return Dictionary(grouping: parts, by: \.0).mapValues { $0.map(\.1) }
      }
      return Unpublished(
        entries: entries.compactMap(\.self), rows: rows,
        moves: byRow(\.move), tallies: byRow(\.tally), standings: byRow(\.standing),
        isFull: marks.count >= limit || found.count == Self.outboxRows,
        at: try transaction.now(), generation: try transaction.generation())
    }
  }

  /// Each has what one transaction changed, which is a thousand sends at most.
  private static let outboxRows = 256

  /// Forgets what was published, and counts it. Not the place up to which was read: rows are committed out of order. A
  /// row is there to be deleted once, so each change is counted once, whoever publishes it how often.
  package func published(_ changes: Unpublished) throws(StoreError) {
    try engine.write(.relay) { transaction throws(StoreError) in
      let gone = try transaction.rows(Outbox.delete, [.seq: .integers(changes.rows)]) {
        $0.integer(.seq)
      }
      try transaction.count(gone.flatMap { changes.moves[$0] ?? [] })
      try transaction.tally(gone.flatMap { changes.tallies[$0] ?? [] })
      try transaction.stand(gone.flatMap { changes.standings[$0] ?? [] })
    }
  }

  package func unpublishedCount() throws(StoreError) -> Int {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Outbox.count) { $0.int(.count) }.first ?? 0
    }
  }
}

extension OutboxMark {
  /// The change before it.
  var former: OutboxMark { OutboxMark(send: send, version: version - 1) }

  /// A worker of an earlier version writes one change a row.
  static func all(of row: Row<Outbox.MarksColumn>) throws(StoreError) -> [OutboxMark] {
    if let packed = row.optionalBytes(.changes) { return try all(in: packed) }
    return [OutboxMark(send: row.key(.send), version: row.int(.version))]
  }
}

/// What the events of a send have in common.
private struct OutboxSend {
  let key: SendKey
  let id: SendID
  let recipient: PersonAddress
  let sender: SenderID
  let tenant: Tenant
  let campaign: String
  let template: String
  let metadata: [UInt8]?
  let due: Timestamp
  let expires: Timestamp
  let history: [HistoryEntry]
  let report: [UInt8]?
  /// nil where it is of no campaign.
  let counted: CampaignMove.Place?

  init(_ row: Row<Outbox.AboutColumn>) throws(StoreError) {
    key = row.key(.key)
    id = try SendID(column: row.bytes(.id))
    recipient = PersonAddress(row.text(.recipient))
    sender = SenderID(row.text(.sender))
    tenant = Tenant(app: row.text(.app), company: row.text(.company))
    campaign = row.text(.campaign)
    template = TemplateKey(text: row.text(.template)).name
    metadata = SendContent(json: row.bytes(.content)).metadata
    due = row.time(.due)
    expires = row.time(.expires)
    history = try PackedHistory.entries(row.optionalBytes(.history) ?? [])
    report = row.optionalBytes(.report)
    let campaignKey = row.integer(.campaignKey)
    counted =
      campaignKey == 0
      ? nil
      : CampaignMove.Place(
        campaign: CampaignKey(campaignKey), lane: row.key(.lane), template: row.text(.template),
        spot: FlowKind(number: row.integer(.kind)).spot)
  }

  func entry(
    _ change: HistoryEntry, after before: HistoryEntry?, _ providerID: ProviderID?
  ) -> OutboxEntry {
    OutboxEntry(
      id: id, recipient: recipient, sender: sender, tenant: tenant, campaign: campaign,
      change: change, metadata: metadata, template: template, due: due, expires: expires,
      providerID: providerID, report: report,
      move: counted.flatMap { CampaignMove($0, from: before, to: change) },
      tally: TallyPlace(change, after: before, of: tenant),
      standing: StandingMove(change, after: before, first: history.first, of: tenant))
  }
}

extension Transaction {
  /// Each send is read once, whatever it went through. nil for one that is there no more.
  fileprivate func entries(_ marks: [OutboxMark]) throws(StoreError) -> [OutboxEntry?] {
    let keys = Column.keys(Set(marks.map(\.send)).sorted())
    let found = try rows(Outbox.about, [.send: keys]) { row throws(StoreError) in
      try OutboxSend(row)
    }
    let sends = Dictionary(found.map { ($0.key, $0) }) { $1 }
    let named = try rows(Outbox.providerIDs, [.send: keys]) { row in
      (
        AttemptOfSend(send: row.key(.send), attempt: row.int(.attempt)),
        ProviderID(row.text(.id))
      )
    }
    let providerIDs = Dictionary(named) { first, _ in first }
    let changes = marks.map { mark in
      (mark, sends[mark.send]?.history.last { $0.version == mark.version })
    }
    let former = marks.filter { mark in
      guard let send = sends[mark.send], send.counted != nil, mark.version > 1 else { return false }
      return !send.history.contains { $0.version == mark.version - 1 }
    }.map(\.former)
    let apart = try rowsOfHistory(changes.filter { $0.1 == nil }.map(\.0) + former)
    return changes.map { mark, packed in
      guard let send = sends[mark.send], let change = packed ?? apart[mark] else { return nil }
      let before = send.history.last { $0.version == mark.version - 1 } ?? apart[mark.former]
      return send.entry(
        change, after: before,
        providerIDs[AttemptOfSend(send: mark.send, attempt: change.attempt)])
    }
  }

  private func rowsOfHistory(
    _ marks: [OutboxMark]
  ) throws(StoreError) -> [OutboxMark: HistoryEntry] {
    let found = try rows(
      Outbox.changes,
      [
        .send: .keys(marks, \.send),
        .version: .integers(marks.map { Int64($0.version) }),
      ]
    ) { row throws(StoreError) in
      let change = try HistoryEntry(row)
      return (OutboxMark(send: row.key(.send), version: change.version), change)
    }
    return Dictionary(found) { $1 }
  }
}

private struct AttemptOfSend: Hashable {
  let send: SendKey
  let attempt: Int
}

extension HistoryEntry {
  fileprivate init(_ row: Row<Outbox.ChangeColumn>) throws(StoreError) {
    guard let state = SendState(rawValue: row.int(.state)) else {
      throw .broken("a state \(row.int(.state))")
    }
    self.init(
      version: row.int(.version), state: state, attempt: row.int(.attempt), at: row.time(.at),
      providerAt: row.optionalCalendar(.providerAt), code: row.optionalText(.code),
      detail: row.optionalBytes(.detail).map { HistoryDetail(json: $0) })
  }
}

extension Outbox {
  enum OldestParameter: Int, Columns { case limit }
  enum MarksColumn: Int, Columns { case seq, send, version, changes }
  static let oldest = Query<OldestParameter, MarksColumn>("oldest")

  enum SendParameter: Int, Columns { case send }
  enum AboutColumn: Int, Columns {
    case key, id, recipient, lane, sender, app, company, campaign, campaignKey, kind, template,
      content, due, expires, history, report
  }
  static let about = Query<SendParameter, AboutColumn>("about")

  enum ProviderIDColumn: Int, Columns { case send, attempt, id }
  static let providerIDs = Query<SendParameter, ProviderIDColumn>("providerIDs")

  enum ChangeParameter: Int, Columns { case send, version }
  enum ChangeColumn: Int, Columns {
    case send, version, state, attempt, at, providerAt, code, detail
  }
  static let changes = Query<ChangeParameter, ChangeColumn>("changes")

  enum DeleteParameter: Int, Columns { case seq }
  enum DeleteColumn: Int, Columns { case seq }
  static let delete = Query<DeleteParameter, DeleteColumn>("delete")

  enum CountColumn: Int, Columns { case count }
  static let count = Query<Nothing, CountColumn>("count")
}
