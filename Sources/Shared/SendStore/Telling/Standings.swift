package import Domain
package import Store
package import Time

/// What a change does to the count of where the sends of an hour stand.
struct StandingMove: Hashable {
  static let hour: Int64 = 3_600_000_000

  /// In which the send was made.
  let at: Timestamp
  let tenant: Tenant
  /// nil for one that is new.
  let former: SendState?
  let state: SendState

  /// nil for what is only remarked, and where nobody knows any more when the send was made or where it stood.
  init?(
    _ change: HistoryEntry, after before: HistoryEntry?, first: HistoryEntry?, of tenant: Tenant
  ) {
    guard let first, first.version == 1, before?.state != change.state,
      change.version == 1 || before != nil
    else { return nil }
    let time = first.at.microseconds
    at = Timestamp(microseconds: time - time % Self.hour)
    self.tenant = tenant
    (former, state) = (before?.state, change.state)
  }
}

extension SendStore {
  /// For how long after they were made sends are counted.
  package static let standingsKept = Duration.seconds(86_400)

  /// Where the sends of one tenant, or of all, stand that were made since the hour of that time.
  package func standing(
    of tenant: Tenant?, since time: Timestamp
  ) throws(StoreError) -> [(state: SendState, count: Int)] {
    let first = Timestamp(microseconds: time.microseconds - time.microseconds % StandingMove.hour)
    let found = try engine.read { transaction throws(StoreError) in
      guard let tenant else {
        return try transaction.rows(Standings.all, [.since: .time(first)], Standings.found)
      }
      return try transaction.rows(
        Standings.of,
        [.since: .time(first), .app: .text(tenant.app), .company: .text(tenant.company)],
        Standings.found)
    }
    // A worker of before counted the beginning of some elsewhere.
    return found.filter { $0.count > 0 }
  }
}

extension Transaction {
  func stand(_ moves: [StandingMove]) throws(StoreError) {
    var counts: [StandingPlace: Int] = [:]
    for move in moves {
      counts[StandingPlace(move, move.state), default: 0] += 1
      if let former = move.former { counts[StandingPlace(move, former), default: 0] -= 1 }
    }
    // In one order, so that no two wait for each other.
    let sorted = counts.filter { $0.value != 0 }.sorted { $0.key.order < $1.key.order }
    guard !sorted.isEmpty else { return }
    try run(
      Standings.add,
      [
        .at: .integers(sorted.map(\.key.at.microseconds)),
        .app: .texts(sorted.map(\.key.tenant.app)),
        .company: .texts(sorted.map(\.key.tenant.company)),
        .state: .integers(sorted.map { Int64($0.key.state.rawValue) }),
        .count: .integers(sorted.map { Int64($0.value) }),
      ])
  }
}

private struct StandingPlace: Hashable {
  let at: Timestamp
  let tenant: Tenant
  let state: SendState

  init(_ move: StandingMove, _ state: SendState) {
    (at, tenant, self.state) = (move.at, move.tenant, state)
  }

  var order: (Int64, String, String, Int) {
    (at.microseconds, tenant.app, tenant.company, state.rawValue)
  }
}

extension Standings {
  enum AddParameter: Int, Columns { case at, app, company, state, count }
  static let add = Command<AddParameter>("add")

  enum FoundColumn: Int, Columns { case state, count }
  enum AllParameter: Int, Columns { case since }
  static let all = Query<AllParameter, FoundColumn>("all")
  enum OfParameter: Int, Columns { case since, app, company }
  static let of = Query<OfParameter, FoundColumn>("of")

  enum PruneParameter: Int, Columns { case before }
  static let prune = Command<PruneParameter>("prune")

  fileprivate static func found(
    _ row: Row<FoundColumn>
  ) throws(StoreError) -> (state: SendState, count: Int) {
    guard let state = SendState(rawValue: row.int(.state)) else {
      throw .broken("a state \(row.int(.state))")
    }
    return (state, row.int(.count))
  }
}
