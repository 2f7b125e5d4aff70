internal import Domain
internal import Store
internal import Time

/// By far the most callbacks say that a send which was accepted has come further, by its only attempt. Those
/// change neither queue nor doubts, so little of the send is read and written.
extension Transaction {
  /// nil for what is still to be judged.
  func advance(
    _ callbacks: [CallbackReport], _ lanes: LaneCatalog, at now: Timestamp
  ) throws(StoreError) -> [CallbackResult?] {
    let plain = PlainReports(callbacks, lanes)
    let moved =
      try isRemote ? advanceAtOnce(plain, at: now) : advanceOneByOne(plain, at: now)
    var results: [CallbackResult?] = Array(repeating: nil, count: callbacks.count)
    for report in moved {
      results[report.place] = .moved(report.attempt.send, report.reached.state)
    }
    return results
  }

  /// One statement finds, moves and publishes them.
  private func advanceAtOnce(
    _ plain: PlainReports, at now: Timestamp
  ) throws(StoreError) -> [PlainReports.Report] {
    try rows(Callbacks.advance, plain.columns(at: now)) { plain.reports[$0.int(.place) - 1] }
  }

  /// Where a look costs next to nothing.
  private func advanceOneByOne(
    _ plain: PlainReports, at now: Timestamp
  ) throws(StoreError) -> [PlainReports.Report] {
    let standings = try rows(Callbacks.standings, plain.names) { row throws(StoreError) in
      try Standing(row, plain)
    }
    let steps = standings.compactMap { $0.step }.sorted { $0.key < $1.key }
    try run(
      Callbacks.move,
      [
        .key: .integers(steps.map(\.key)),
        .state: .integers(steps.map { Int64($0.progress.state.rawValue) }),
        .proven: .integers(steps.map(\.progress.provenAttempts.bits)),
        .version: .integers(steps.map { Int64($0.progress.version) }),
        .changed: .integers(steps.map { _ in now.microseconds }),
      ])
    try publish(steps.map { $0.change(by: plain.callback($0.report), at: now) })
    return steps.map(\.report)
  }
}

/// A send as a plain report finds it, and as it leaves it.
private struct Standing {
  let report: PlainReports.Report
  let key: Int64
  let progress: SendProgress
  private let isOwned: Bool

  init(_ row: Row<Callbacks.StandingColumn>, _ plain: PlainReports) throws(StoreError) {
    report = plain.reports[row.int(.place)]
    key = row.integer(.key)
    isOwned = plain.owns(row.integer(.lane), report)
    progress = try SendProgress(
      state: row.int(.state), attempt: row.int(.attempt), lastAttempt: row.int(.lastAttempt),
      failed: row.integer(.failed),
      proven: row.integer(.proven), version: row.int(.version))
  }

  private init(_ report: PlainReports.Report, _ key: Int64, _ progress: SendProgress) {
    (self.report, self.key, self.progress, isOwned) = (report, key, progress, true)
  }

  /// nil where it does not move, or more follows from it than a step forward.
  var step: Standing? {
    let number = report.attempt.number
    guard isOwned, progress.state.rank >= SendState.accepted.rank, progress.attempt == number,
      progress.lastAttempt == number
    else { return nil }
    var next = progress
    guard next.apply(.wentOut(attempt: number, report.reached)) else { return nil }
    return Standing(report, key, next)
  }

  func change(by callback: CallbackReport, at now: Timestamp) -> Change {
    Change(
      key: key, version: progress.version, state: progress.state, attempt: progress.attempt,
      at: now, providerAt: callback.providerAt, code: callback.code, detail: callback.detail)
  }
}

extension Callbacks {
  enum AdvanceParameter: Int, Columns {
    case id, attempt, state, firstLane, lastLane, providerAt, code, detail, lanes, now
  }
  enum AdvanceColumn: Int, Columns { case place }
  static let advance = Query<AdvanceParameter, AdvanceColumn>("advance", only: .postgres)

  enum StandingsParameter: Int, Columns { case id, place }
  enum StandingColumn: Int, Columns {
    case place, key, lane, state, attempt, lastAttempt, failed, proven, version
  }
  static let standings = Query<StandingsParameter, StandingColumn>("standings", only: .sqlite)

  enum MoveParameter: Int, Columns { case key, state, proven, version, changed }
  static let move = Command<MoveParameter>("move", only: .sqlite)
}
