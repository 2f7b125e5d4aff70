package import Domain
private import Platform

extension SendStore {
  /// A page of what the query asks for: by recipient and by failure the newest first, else in the order in
  /// which they were taken in, or wait. Nothing where the query cannot be searched, or the cursor is not its own.
  package func search(
    _ query: SendQuery, after cursor: SendCursor? = nil, limit: Int
  ) throws(StoreError) -> SendPage? {
    guard let lead = query.lead, cursor.map({ $0.fits(query) }) ?? true else { return nil }
    let lanes = query.tenant.map { tenant in
      catalog.withLock { catalog in
        Set(catalog.byKey.values.filter { $0.tenant == tenant }.map(\.key))
      }
    }
    return try engine.read { transaction throws(StoreError) in
      var search = SendSearch(query, lead, lanes: lanes, after: cursor?.place)
      while search.found.count < limit, search.hasMore, search.read < Self.searchBound {
        try search.go(on: transaction, by: max(limit, 100))
      }
      return search.page(limit)
    }
  }

  /// Rows that one page may look at, whatever it finds.
  private static let searchBound = 2000

  /// Where these sends stand.
  package func standings(
    of ids: [SendID]
  ) throws(StoreError) -> [SendID: (state: SendState, sender: SenderID)] {
    let rows = try engine.read { transaction throws(StoreError) in
      try transaction.rows(.standings, [.bytes(ids.map(\.bytes))]) { row throws(StoreError) in
        guard let state = SendState(rawValue: row.int(1)) else {
          throw .broken("a state \(row.int(1))")
        }
        return (try SendID(column: row.bytes(0)), (state: state, sender: SenderID(row.text(2))))
      }
    }
    return Dictionary(rows) { $1 }
  }

  /// What the provider calls each of its attempts, as far as it has told.
  package func providerIDs(of id: SendID) throws(StoreError) -> [(attempt: Int, id: ProviderID)] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(.providerIDsOfSend, [.bytes([id.bytes])]) {
        (attempt: $0.int(0), id: ProviderID($0.text(1)))
      }
    }
  }
}

/// Goes along one index from a place on.
private struct SendSearch {
  private struct Step {
    let send: Int64
    let place: [Int64]
  }

  private let query: SendQuery
  private let lead: SendQuery.Lead
  private let lanes: Set<Int64>?
  private var place: [Int64]?
  private(set) var found: [(send: SendSummary, place: [Int64])] = []
  private(set) var hasMore = true
  private(set) var read = 0
  private var seen: Set<Int64> = []

  init(_ query: SendQuery, _ lead: SendQuery.Lead, lanes: Set<Int64>?, after place: [Int64]?) {
    self.query = query
    self.lead = lead
    self.lanes = lanes
    self.place = place
  }

  mutating func go(on transaction: any Transaction, by count: Int) throws(StoreError) {
    let steps = try next(count, transaction)
    hasMore = steps.count >= count
    read += steps.count
    place = steps.last?.place ?? place
    let keys = Set(steps.map(\.send)).subtracting(seen)
    seen.formUnion(keys)
    let rows = try transaction.rows(.summaries, [.integers(keys.sorted())]) {
      row throws(StoreError) in try SendSummary(row)
    }
    var summaries = Dictionary(rows.map { ($0.key, $0) }) { $1 }
    for step in steps {
      guard let send = summaries.removeValue(forKey: step.send), query.matches(send),
        lanes?.contains(send.lane) ?? true
      else { continue }
      found.append((send, step.place))
    }
  }

  func page(_ limit: Int) -> SendPage {
    let rest = found.count > limit || hasMore
    let last = found.count > limit ? found[limit - 1].place : place
    return SendPage(
      sends: found.prefix(limit).map(\.send),
      next: rest ? last.map { SendCursor(letter: lead.letter, place: $0) } : nil)
  }

  private func next(
    _ count: Int, _ transaction: any Transaction
  ) throws(StoreError) -> [Step] {
    let limit = Column.integer(count)
    switch lead {
    case .providerID(let id):
      return try transaction.attempts(of: [id]).values.map { Step(send: $0.key, place: []) }
    case .recipient(let recipient):
      return try single(.recipientSends, [.text(recipient), before, limit], transaction)
    case .campaign(let campaign): return try next(count, of: campaign, transaction)
    case .state(.queued):
      let after = place ?? [.min, .min, .min, .min]
      return try transaction.rows(.queuedSends, after.map(Column.integer) + [limit]) { row in
        Step(send: row.integer(3), place: (0..<4).map(row.integer))
      }
    case .state(.sending): return try single(.sendingSends, [after, limit], transaction)
    case .state(.inDoubt): return try single(.doubtfulSends, [after, limit], transaction)
    case .state(let state):
      return try single(.endedSends, [.integer(state.rawValue), before, limit], transaction)
    }
  }

  private var after: Column { .integer(place?.first ?? .min) }
  private var before: Column { .integer(place?.first ?? .max) }

  private func single(
    _ statement: StatementName, _ batch: [Column], _ transaction: any Transaction
  ) throws(StoreError) -> [Step] {
    try transaction.rows(statement, batch) { Step(send: $0.integer(0), place: [$0.integer(0)]) }
  }

  /// Flow by flow: those of one campaign differ in priority, template or lane.
  private func next(
    _ count: Int, of campaign: String, _ transaction: any Transaction
  ) throws(StoreError) -> [Step] {
    let flows = try transaction.rows(.campaignFlows, [.text(campaign)]) {
      (key: $0.integer(0), lane: $0.integer(1))
    }
    let from = place ?? [.min, .min]
    var steps: [Step] = []
    for flow in flows where flow.key >= from[0] && (lanes?.contains(flow.lane) ?? true) {
      guard steps.count < count else { break }
      let after = flow.key == from[0] ? from[1] : .min
      steps += try transaction.rows(
        .campaignSends, [.integer(flow.key), .integer(after), .integer(count - steps.count)]
      ) { Step(send: $0.integer(0), place: [flow.key, $0.integer(0)]) }
    }
    return steps
  }
}
