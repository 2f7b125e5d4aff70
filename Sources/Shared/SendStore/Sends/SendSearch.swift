package import Domain
private import Platform
package import Store

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
      try transaction.rows(Searches.standings, [.id: .bytes(ids.map(\.bytes))]) {
        row throws(StoreError) in
        guard let state = SendState(rawValue: row.int(.state)) else {
          throw .broken("a state \(row.int(.state))")
        }
        return (
          try SendID(column: row.bytes(.id)), (state: state, sender: SenderID(row.text(.sender)))
        )
      }
    }
    return Dictionary(rows) { $1 }
  }

  /// What the provider calls each of its attempts, as far as it has told.
  package func providerIDs(of id: SendID) throws(StoreError) -> [(attempt: Int, id: ProviderID)] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Searches.providerIDs, [.id: .bytes([id.bytes])]) {
        (attempt: $0.int(.attempt), id: ProviderID($0.text(.id)))
      }
    }
  }
}

/// Goes along one index from a place on.
private struct SendSearch {
  private struct Step {
    let send: SendKey
    let place: [Int64]
  }

  private let query: SendQuery
  private let lead: SendQuery.Lead
  private let lanes: Set<LaneKey>?
  private var place: [Int64]?
  private(set) var found: [(send: SendSummary, place: [Int64])] = []
  private(set) var hasMore = true
  private(set) var read = 0
  private var seen: Set<SendKey> = []

  init(_ query: SendQuery, _ lead: SendQuery.Lead, lanes: Set<LaneKey>?, after place: [Int64]?) {
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
    let rows = try transaction.rows(Searches.summaries, [.key: .keys(keys.sorted())]) {
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
      return try single(
        Searches.ofRecipient, [.recipient: .text(recipient.text), .before: before, .limit: limit],
        transaction)
    case .campaign(let campaign): return try next(count, of: campaign, transaction)
    case .newest:
      return try single(
        Searches.newest, [.before: before, .limit: limit], transaction)
    case .state(.queued):
      let after = place ?? [.min, .min, .min, .min]
      return try transaction.rows(
        Searches.queued,
        [
          .lane: .integer(after[0]), .flow: .integer(after[1]), .due: .integer(after[2]),
          .send: .integer(after[3]), .limit: limit,
        ]
      ) { row in
        Step(
          send: row.key(.send),
          place: [
            row.integer(.lane), row.integer(.flow), row.integer(.due), row.integer(.send),
          ])
      }
    case .state(.sending):
      return try single(Searches.sending, [.after: after, .limit: limit], transaction)
    case .state(.inDoubt):
      return try single(Searches.doubtful, [.after: after, .limit: limit], transaction)
    case .state(let state):
      return try single(
        Searches.ended, [.state: .integer(state.rawValue), .before: before, .limit: limit],
        transaction)
    }
  }

  private var after: Column { .integer(place?.first ?? .min) }
  private var before: Column { .integer(place?.first ?? .max) }

  private func single<Takes>(
    _ query: Query<Takes, Searches.FoundColumn>, _ batch: Batch<Takes>,
    _ transaction: any Transaction
  ) throws(StoreError) -> [Step] {
    try transaction.rows(query, batch) {
      Step(send: $0.key(.send), place: [$0.integer(.send)])
    }
  }

  /// Flow by flow: those of one campaign differ in priority, template or lane.
  private func next(
    _ count: Int, of campaign: String, _ transaction: any Transaction
  ) throws(StoreError) -> [Step] {
    let flows = try transaction.rows(Flows.ofCampaign, [.campaign: .text(campaign)]) {
      (key: $0.key(.key) as FlowKey, lane: $0.key(.lane) as LaneKey)
    }
    let from = place ?? [.min, .min]
    var steps: [Step] = []
    for flow in flows where flow.key.value >= from[0] && (lanes?.contains(flow.lane) ?? true) {
      guard steps.count < count else { break }
      let after = flow.key.value == from[0] ? from[1] : .min
      steps += try transaction.rows(
        Searches.ofFlow,
        [.flow: .key(flow.key), .after: .integer(after), .limit: .integer(count - steps.count)]
      ) { Step(send: $0.key(.send), place: [flow.key.value, $0.integer(.send)]) }
    }
    return steps
  }
}

extension Flows {
  enum OfCampaignParameter: Int, Columns { case campaign }
  enum OfCampaignColumn: Int, Columns { case key, lane }
  static let ofCampaign = Query<OfCampaignParameter, OfCampaignColumn>("ofCampaign")
}

extension Searches {
  enum OfRecipientParameter: Int, Columns { case recipient, before, limit }
  enum FoundColumn: Int, Columns { case send }
  static let ofRecipient = Query<OfRecipientParameter, FoundColumn>("ofRecipient")

  enum BeforeParameter: Int, Columns { case before, limit }
  static let newest = Query<BeforeParameter, FoundColumn>("newest")

  enum OfFlowParameter: Int, Columns { case flow, after, limit }
  static let ofFlow = Query<OfFlowParameter, FoundColumn>("ofFlow")

  enum QueuedParameter: Int, Columns { case lane, flow, due, send, limit }
  enum QueuedColumn: Int, Columns { case lane, flow, due, send }
  static let queued = Query<QueuedParameter, QueuedColumn>("queued")

  enum AfterParameter: Int, Columns { case after, limit }
  static let sending = Query<AfterParameter, FoundColumn>("sending")
  static let doubtful = Query<AfterParameter, FoundColumn>("doubtful")

  enum EndedParameter: Int, Columns { case state, before, limit }
  static let ended = Query<EndedParameter, FoundColumn>("ended")

  enum StandingsParameter: Int, Columns { case id }
  enum StandingColumn: Int, Columns { case id, state, sender }
  static let standings = Query<StandingsParameter, StandingColumn>("standings")

  enum ProviderIDsParameter: Int, Columns { case id }
  enum ProviderIDsColumn: Int, Columns { case attempt, id }
  static let providerIDs = Query<ProviderIDsParameter, ProviderIDsColumn>("providerIDs")
}
