package import Domain
internal import Platform
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
  let send: Int64
  let attempt: Int
  let lane: Int64
  let postBy: Timestamp
  /// nil where a worker of an earlier version wrote it.
  let claim: ClaimID?
  /// Nobody is there any more who could record it.
  let isOrphaned: Bool

  init(_ row: any Row) {
    send = row.integer(0)
    attempt = row.int(1)
    lane = row.integer(2)
    postBy = row.time(3)
    claim = row.optionalText(4).map { ClaimID(worker: WorkerID($0), number: row.integer(5)) }
    isOrphaned = row.integer(6) == 1
  }
}

/// An intent that has come to its end.
struct TakenIntent {
  let send: Int64
  let lane: Int64
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
    try engine.write { transaction throws(StoreError) in
      let now = try transaction.now()
      let orphans = try transaction.rows(
        .orphanIntents, [.time(now), .integer(Self.sweepLimit)]
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
    let (now, own) = try engine.read { transaction throws(StoreError) in
      let now = try transaction.now()
      return (
        now, try transaction.rows(.ownIntents, [.text(worker.text), .time(now)]) { Intent($0) }
      )
    }
    let unknown = own.filter { intent in
      intent.claim.map { !isUnderWay(SendKey(intent.send), $0) } ?? false
    }
    guard !unknown.isEmpty else { return 0 }
    _ = try record(
      unknown.map { intent in
        AttemptReport(
          send: SendKey(intent.send), attempt: intent.attempt, claim: intent.claim,
          result: .refusedAtGate(due: now))
      })
    return unknown.count
  }
}

extension Transaction {
  /// Of all that holds locks this comes in the order that records keep: intents, lanes, sends. Intents that
  /// somebody else has taken meanwhile are left alone.
  func putInDoubt(
    _ intents: [Intent], firstLook: Duration, at now: Timestamp
  ) throws(StoreError) -> Int {
    let taken = Set(try takeIntents(intents.map { ($0.send, $0.attempt, $0.claim) }).map(\.send))
    let ours = intents.filter { taken.contains($0.send) }
    guard !ours.isEmpty else { return 0 }
    let byLane = Dictionary(grouping: ours, by: \.lane)
    for lane in try lockLanes(byLane.keys.sorted()) {
      let count = byLane[lane.key]?.count ?? 0
      try run(.saveInFlight, [.integer(lane.key), .integer(lane.inFlight(without: count))])
    }
    try doubt(ours, firstLook: firstLook, at: now)
    return ours.count
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
    _ intents: [(send: Int64, attempt: Int, claim: ClaimID?)]
  ) throws(StoreError) -> [TakenIntent] {
    try rows(
      .takeIntents,
      [
        .integers(intents.map(\.send)), .integers(intents.map { Int64($0.attempt) }),
        .optionalTexts(intents.map { $0.claim?.worker.text }),
        .optionalIntegers(intents.map { $0.claim?.number }),
      ]
    ) { row in
      TakenIntent(
        send: row.integer(0), lane: row.integer(1), postBy: row.time(2),
        claim: row.optionalText(3).map { ClaimID(worker: WorkerID($0), number: row.integer(4)) },
        countedAt: row.time(5))
    }
  }
}
