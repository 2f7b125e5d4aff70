package import Domain
internal import Platform
package import Store
internal import Time

/// One claim of one worker. A record names it, so that a record that comes twice never touches a later claim
/// of the same attempt.
package struct ClaimID: Hashable, Sendable {
  package let worker: WorkerID
  package let number: Int64

  package init(worker: WorkerID, number: Int64) {
    self.worker = worker
    self.number = number
  }
}

/// An attempt that may be posted until `postBy`, and has no record yet.
struct Intent {
  let send: SendKey
  let attempt: Int
  let lane: LaneKey
  let postBy: Timestamp
  /// nil where a worker of an earlier version wrote it.
  let claim: ClaimID?
  /// Nobody is there any more who could record it.
  let isOrphaned: Bool

  init(_ row: Row<Intents.IntentColumn>) {
    send = row.key(.send)
    attempt = row.int(.attempt)
    lane = row.key(.lane)
    postBy = row.time(.postBy)
    claim = row.optionalText(.worker).map {
      ClaimID(worker: WorkerID($0), number: row.integer(.claim))
    }
    isOrphaned = row.integer(.isOrphaned) == 1
  }
}

/// An intent that has come to its end.
struct TakenIntent {
  let send: SendKey
  let lane: LaneKey
  let postBy: Timestamp
  let claim: ClaimID?
  /// In budget time, which `postBy` is in the store's.
  let countedAt: Timestamp

  /// A moment of the store's time in budget time.
  func counted(_ time: Timestamp) -> Timestamp { time - (postBy - countedAt) }
}

/// What of the intents under a worker's name it has under way.
package typealias KnownClaims = (SendKey, ClaimID) -> Bool

extension SendStore {
  /// How many intents one transaction puts in doubt.
  private static let sweepLimit = 500

  /// Puts in doubt what workers that are gone have left without a record, wherever it is: past its `postBy`
  /// nobody posts it any more, and nobody knows whether it was posted before. Answers how many there were.
  package func sweepIntents(firstLook: Duration) throws(StoreError) -> Int {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      let now = try transaction.now()
      let orphans = try transaction.rows(
        Intents.orphans, [.now: .time(now), .limit: .integer(Self.sweepLimit)]
      ) { Intent($0) }
      return try transaction.putInDoubt(orphans, firstLook: firstLook, at: now)
    }
  }

  /// Settles the intents under a worker's own name that it does not know: the answer to their claim's commit
  /// was lost. It never had them, so past their `postBy` it is certain that they were not posted. However
  /// late that commit lands, the next call finds it. Answers how many there were.
  package func auditIntents(
    _ worker: WorkerID, isUnderWay: KnownClaims
  ) throws(StoreError) -> Int {
    let (now, own) = try engine.read(.upkeep) { transaction throws(StoreError) in
      let now = try transaction.now()
      return (
        now,
        try transaction.rows(Intents.own, [.worker: .text(worker.text), .now: .time(now)]) {
          Intent($0)
        }
      )
    }
    let unknown = own.filter { intent in
      intent.claim.map { !isUnderWay(intent.send, $0) } ?? false
    }
    guard !unknown.isEmpty else { return 0 }
    _ = try record(
      unknown.map { intent in
        AttemptReport(
          send: intent.send, attempt: intent.attempt, claim: intent.claim,
          result: .refusedAtGate(due: now))
      })
    return unknown.count
  }
}

extension Transaction {
  /// Of all that holds locks this comes in the order that records keep: intents, sends, lanes. Intents that
  /// somebody else has taken meanwhile are left alone.
  func putInDoubt(
    _ intents: [Intent], firstLook: Duration, at now: Timestamp
  ) throws(StoreError) -> Int {
    let ours = try end(intents)
    guard !ours.isEmpty else { return 0 }
    try doubt(ours, firstLook: firstLook, at: now)
    let byLane = Dictionary(grouping: ours, by: \.lane)
    for lane in try lockLanes(byLane.keys.sorted()) {
      let count = byLane[lane.key]?.count ?? 0
      let left = try inFlight(of: lane, without: count)
      try run(Lanes.saveInFlight, [.lane: .key(lane.key), .inFlight: .integer(left)])
    }
    return ours.count
  }

  /// Those that nobody else has ended meanwhile.
  func end(_ intents: [Intent]) throws(StoreError) -> [Intent] {
    let taken = Set(try takeIntents(intents.map { ($0.send, $0.attempt, $0.claim) }).map(\.send))
    return intents.filter { taken.contains($0.send) }
  }

  /// The intents are taken, and their lanes hold them no longer.
  func doubt(_ intents: [Intent], firstLook: Duration, at now: Timestamp) throws(StoreError) {
    var changes = ChangeSet(try lockSends(intents.map(\.send)), at: now)
    for intent in intents {
      _ = changes.apply(
        .inDoubt(attempt: intent.attempt), to: intent.send, code: "no-record",
        doubt: ChangeSet.Doubt(
          nextLook: now + firstLook, reason: "its worker ended without a record",
          claim: intent.claim))
    }
    try changes.write(to: self)
  }

  /// Those that were there.
  func takeIntents(
    _ intents: [(send: SendKey, attempt: Int, claim: ClaimID?)]
  ) throws(StoreError) -> [TakenIntent] {
    try rows(
      Intents.take,
      [
        .send: .keys(intents, \.send),
        .attempt: .integers(intents.map { Int64($0.attempt) }),
        .worker: .optionalTexts(intents.map { $0.claim?.worker.text }),
        .claim: .optionalIntegers(intents.map { $0.claim?.number }),
      ]
    ) { row in
      TakenIntent(
        send: row.key(.send), lane: row.key(.lane), postBy: row.time(.postBy),
        claim: row.optionalText(.worker).map {
          ClaimID(worker: WorkerID($0), number: row.integer(.claim))
        },
        countedAt: row.time(.countedAt))
    }
  }
}

extension Intents {
  enum StraysParameter: Int, Columns { case lane, epoch, worker }
  enum IntentColumn: Int, Columns { case send, attempt, lane, postBy, worker, claim, isOrphaned }
  static let strays = Query<StraysParameter, IntentColumn>("strays")

  enum OrphansParameter: Int, Columns { case now, limit }
  static let orphans = Query<OrphansParameter, IntentColumn>("orphans")

  enum OwnParameter: Int, Columns { case worker, now }
  static let own = Query<OwnParameter, IntentColumn>("own")

  enum TakeParameter: Int, Columns { case send, attempt, worker, claim }
  enum TakenColumn: Int, Columns { case send, lane, postBy, worker, claim, countedAt }
  static let take = Query<TakeParameter, TakenColumn>("take")
}
