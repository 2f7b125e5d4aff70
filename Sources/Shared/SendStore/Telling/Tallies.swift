package import Domain
package import Store
package import Time

/// How many sends came to a state within a stretch of time.
package struct StateTally: Hashable, Sendable {
  /// When the stretch begins.
  package let at: Timestamp
  package let state: SendState
  package let count: Int
}

/// Where a change of a send is counted.
struct TallyPlace: Hashable {
  static let minute: Int64 = 60_000_000

  let at: Timestamp
  let tenant: Tenant
  let state: SendState

  /// nil for what is only remarked.
  init?(_ change: HistoryEntry, after before: HistoryEntry?, of tenant: Tenant) {
    guard before?.state != change.state else { return nil }
    let time = change.at.microseconds
    at = Timestamp(microseconds: time - time % Self.minute)
    self.tenant = tenant
    state = change.state
  }
}

extension SendStore {
  /// For how long they are kept.
  package static let talliesKept = Duration.seconds(86_400)

  /// Of one tenant, or of all, by stretches of so many minutes, the oldest first. A stretch in which nothing happened has none.
  package func tallies(
    of tenant: Tenant?, since time: Timestamp, minutes: Int
  ) throws(StoreError) -> [StateTally] {
    let step = Int64(max(1, minutes)) * TallyPlace.minute
    let first = Timestamp(microseconds: time.microseconds - time.microseconds % step)
    return try engine.read { transaction throws(StoreError) in
      guard let tenant else {
        return try transaction.rows(
          Tallies.all, [.since: .time(first), .step: .integer(step)], StateTally.init)
      }
      return try transaction.rows(
        Tallies.of,
        [
          .since: .time(first), .step: .integer(step), .app: .text(tenant.app),
          .company: .text(tenant.company),
        ], StateTally.init)
    }
  }
}

extension StateTally {
  fileprivate init(_ row: Row<Tallies.FoundColumn>) throws(StoreError) {
    guard let state = SendState(rawValue: row.int(.state)) else {
      throw .broken("a state \(row.int(.state))")
    }
    self.init(at: row.time(.at), state: state, count: row.int(.count))
  }
}

extension Transaction {
  func tally(_ places: [TallyPlace]) throws(StoreError) {
    var counts: [TallyPlace: Int] = [:]
    for place in places { counts[place, default: 0] += 1 }
    guard !counts.isEmpty else { return }
    // In one order, so that no two wait for each other.
    let sorted = counts.sorted { $0.key.order < $1.key.order }
    try run(
      Tallies.add,
      [
        .at: .integers(sorted.map(\.key.at.microseconds)),
        .app: .texts(sorted.map(\.key.tenant.app)),
        .company: .texts(sorted.map(\.key.tenant.company)),
        .state: .integers(sorted.map { Int64($0.key.state.rawValue) }),
        .count: .integers(sorted.map { Int64($0.value) }),
      ])
  }
}

extension TallyPlace {
  fileprivate var order: (Int64, String, String, Int) {
    (at.microseconds, tenant.app, tenant.company, state.rawValue)
  }
}

extension Tallies {
  enum AddParameter: Int, Columns { case at, app, company, state, count }
  static let add = Command<AddParameter>("add")

  enum FoundColumn: Int, Columns { case at, state, count }
  enum AllParameter: Int, Columns { case since, step }
  static let all = Query<AllParameter, FoundColumn>("all")
  enum OfParameter: Int, Columns { case since, step, app, company }
  static let of = Query<OfParameter, FoundColumn>("of")

  enum PruneParameter: Int, Columns { case before }
  static let prune = Command<PruneParameter>("prune")
}
