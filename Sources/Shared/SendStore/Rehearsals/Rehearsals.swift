package import Domain
package import Store
internal import Time

extension SendStore {
  /// nil where there was none yet.
  package func rehearsal(of campaign: CampaignKey) throws(StoreError) -> StoredRehearsal? {
    try engine.read { transaction throws(StoreError) in
      try transaction.rehearsal(of: campaign)?.seen(at: try transaction.now())
    }
  }

  /// In place of a former one; nil where one of it runs.
  package func beginRehearsal(
    of campaign: CampaignKey, faults: [String]
  ) throws(StoreError) -> StoredRehearsal? {
    try engine.write(.campaigns) { transaction throws(StoreError) in
      let now = try transaction.now()
      return try transaction.rows(
        Rehearsals.begin,
        [
          .campaign: .key(campaign), .faults: .text(faults.joined(separator: "\n")),
          .now: .time(now), .alive: .time(now - StoredRehearsal.patience),
        ], StoredRehearsal.init
      ).first
    }
  }

  /// Tells that it goes on, and how far it is. False where nobody waits for it any more.
  package func beat(
    _ rehearsal: StoredRehearsal, _ progress: RehearsalProgress?
  ) throws(StoreError) -> Bool {
    try engine.write(.campaigns) { transaction throws(StoreError) in
      try transaction.changes(
        Rehearsals.beat,
        [
          .campaign: .key(rehearsal.campaign), .run: .integer(rehearsal.run),
          .now: .time(try transaction.now()), .posted: .integer(progress?.posted ?? 0),
          .people: .integer(progress?.people ?? 0),
          .at: .optionalIntegers([progress?.at.microseconds]),
        ])
    }
  }

  /// What it came to: a report, or why there is none. False where somebody has ended it before.
  package func end(
    _ rehearsal: StoredRehearsal, _ result: RehearsalResult
  ) throws(StoreError) -> Bool {
    try engine.write(.campaigns) { transaction throws(StoreError) in
      try transaction.changes(
        Rehearsals.end,
        [
          .campaign: .key(rehearsal.campaign), .run: .integer(rehearsal.run),
          .now: .time(try transaction.now()), .state: .integer(result.state.rawValue),
          .reason: .text(result.reason), .report: .optionalBytes([result.report]),
        ])
    }
  }

  /// Takes effect within about a second, wherever it runs. False where none runs.
  package func stopRehearsal(of campaign: CampaignKey) throws(StoreError) -> Bool {
    try engine.write(.campaigns) { transaction throws(StoreError) in
      let now = try transaction.now()
      return try transaction.changes(
        Rehearsals.stop,
        [
          .campaign: .key(campaign), .now: .time(now),
          .alive: .time(now - StoredRehearsal.patience), .reason: .text("it was stopped"),
        ])
    }
  }
}

/// What a rehearsal came to.
package enum RehearsalResult: Hashable, Sendable {
  /// JSON.
  case done([UInt8])
  case failed(String)

  fileprivate var state: StoredRehearsal.State {
    switch self {
    case .done: .done
    case .failed: .failed
    }
  }

  fileprivate var report: [UInt8]? {
    if case .done(let report) = self { report } else { nil }
  }

  fileprivate var reason: String {
    if case .failed(let reason) = self { String(reason.prefix(500)) } else { "" }
  }
}

extension Transaction {
  fileprivate func rehearsal(of campaign: CampaignKey) throws(StoreError) -> StoredRehearsal? {
    try rows(Rehearsals.one, [.campaign: .key(campaign)], StoredRehearsal.init).first
  }

  /// Whether there was what it changes.
  fileprivate func changes<Takes: Columns>(
    _ query: Query<Takes, Rehearsals.RunColumn>, _ batch: Batch<Takes>
  ) throws(StoreError) -> Bool {
    !(try rows(query, batch) { $0.integer(.run) }).isEmpty
  }
}

extension Rehearsals {
  enum OneParameter: Int, Columns { case campaign }
  static let one = Query<OneParameter, Column>("one")
  enum BeginParameter: Int, Columns { case campaign, faults, now, alive }
  static let begin = Query<BeginParameter, Column>("begin")

  enum RunColumn: Int, Columns { case run }
  enum BeatParameter: Int, Columns { case campaign, run, now, posted, people, at }
  static let beat = Query<BeatParameter, RunColumn>("beat")
  enum EndParameter: Int, Columns { case campaign, run, now, state, reason, report }
  static let end = Query<EndParameter, RunColumn>("end")
  enum StopParameter: Int, Columns { case campaign, now, alive, reason }
  static let stop = Query<StopParameter, RunColumn>("stop")
  static let prune = Command<Campaigns.PruneParameter>("prune")
}
