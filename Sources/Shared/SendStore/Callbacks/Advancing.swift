internal import Domain
internal import Store
internal import Time

/// By far the most callbacks say that a send which was accepted has come further, by its only attempt. Those
/// change neither queue nor doubts, so little of the send is read and written, once for all that a batch says of it.
extension Transaction {
  /// nil for what is still to be judged.
  func advance(
    _ callbacks: [CallbackReport], _ lanes: LaneCatalog, at now: Timestamp
  ) throws(StoreError) -> [CallbackResult?] {
    let plain = PlainReports(callbacks, lanes, apart: isRemote)
    let moved =
      try advanceAtOnce(plain.alone, at: now) + advanceChains(plain.chains, at: now)
    var results: [CallbackResult?] = Array(repeating: nil, count: callbacks.count)
    for report in moved {
      results[report.place] = .moved(report.attempt.send, report.reached.state)
    }
    return results
  }

  /// One statement finds, moves and publishes them; each is the only one of its send.
  private func advanceAtOnce(
    _ plain: PlainReports.Chains, at now: Timestamp
  ) throws(StoreError) -> [PlainReports.Report] {
    guard !plain.reports.isEmpty else { return [] }
    guard form >= .packed else {
      return try rows(Callbacks.advance, plain.columns(at: now)) {
        plain.reports[$0.int(.place) - 1]
      }
    }
    return try rows(Callbacks.advancePacked, plain.packedColumns(at: now)) {
      plain.reports[$0.int(.place) - 1]
    }
  }

  /// Looks at each send, and moves it by all that is said of it. What does not move it is left, with all that comes
  /// after.
  private func advanceChains(
    _ plain: PlainReports.Chains, at now: Timestamp
  ) throws(StoreError) -> [PlainReports.Report] {
    guard !plain.chains.isEmpty else { return [] }
    let moved = try rows(Callbacks.standings, plain.names) { row throws(StoreError) in
      try Standing(row, plain)
    }
    .filter { !$0.steps.isEmpty }.sorted { $0.key < $1.key }
    let changes = moved.map { $0.changes(plain, at: now) }
    try run(
      Callbacks.move,
      [
        .key: .keys(moved, \.key),
        .state: .integers(moved.map { Int64($0.progress.state.rawValue) }),
        .proven: .integers(moved.map(\.progress.provenAttempts.bits)),
        .version: .integers(moved.map { Int64($0.progress.version) }),
        .changed: .integers(moved.map { _ in now.microseconds }),
        .history: .bytes(changes.map { packed($0) }),
      ])
    try publish(changes.flatMap { $0 })
    return moved.flatMap { $0.steps.map(\.report) }
  }
}

/// A send as plain reports find it, and as they leave it.
private struct Standing {
  struct Step {
    let report: PlainReports.Report
    let version: Int
  }

  let key: SendKey
  private(set) var progress: SendProgress
  private(set) var steps: [Step] = []

  init(_ row: Row<Callbacks.StandingColumn>, _ plain: PlainReports.Chains) throws(StoreError) {
    key = row.key(.key)
    progress = try SendProgress(
      state: row.int(.state), attempt: row.int(.attempt), lastAttempt: row.int(.lastAttempt),
      failed: row.integer(.failed),
      proven: row.integer(.proven), version: row.int(.version))
    let lane: LaneKey = row.key(.lane)
    for report in plain.reports[plain.chains[row.int(.place)]] {
      guard plain.owns(lane, report), advance(by: report) else { return }
    }
  }

  /// False where it does not move, or more follows from it than a step forward.
  private mutating func advance(by report: PlainReports.Report) -> Bool {
    let number = report.attempt.number
    guard progress.state.rank >= SendState.accepted.rank, progress.attempt == number,
      progress.lastAttempt == number
    else { return false }
    var next = progress
    guard next.apply(.wentOut(attempt: number, report.reached)) else { return false }
    progress = next
    steps.append(Step(report: report, version: next.version))
    return true
  }

  func changes(_ plain: PlainReports.Chains, at now: Timestamp) -> [Change] {
    steps.map { plain.change($0.report, of: key, version: $0.version, at: now) }
  }
}

extension Callbacks {
  enum AdvanceParameter: Int, Columns {
    case id, attempt, state, firstLane, lastLane, providerAt, code, detail, lanes, now
  }
  enum AdvanceColumn: Int, Columns { case place }
  static let advance = Query<AdvanceParameter, AdvanceColumn>("advance", only: .postgres)

  enum AdvancePackedParameter: Int, Columns {
    case id, attempt, state, firstLane, lastLane, change, lanes, now
  }
  static let advancePacked = Query<AdvancePackedParameter, AdvanceColumn>(
    "advancePacked", only: .postgres)

  enum StandingsParameter: Int, Columns { case id, place }
  enum StandingColumn: Int, Columns {
    case place, key, lane, state, attempt, lastAttempt, failed, proven, version
  }
  static let standings = Query<StandingsParameter, StandingColumn>("standings")

  enum MoveParameter: Int, Columns { case key, state, proven, version, changed, history }
  static let move = Command<MoveParameter>("move")
}
