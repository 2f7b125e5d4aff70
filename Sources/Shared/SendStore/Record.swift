internal import Platform
package import Domain
package import Time

/// What became of one attempt.
package struct AttemptReport: Hashable, Sendable {
  package let send: SendKey
  package let attempt: Int
  package let result: AttemptResult
  /// When its bytes left, on the store's clock; nil where they did not or nobody knows.
  package let postedAt: Timestamp?
  /// The provider's whole answer.
  package let answer: [UInt8]?
  /// Meta's own id of the person, where it is not the number dialled.
  package let waID: String?

  package init(
    send: SendKey, attempt: Int, result: AttemptResult, postedAt: Timestamp? = nil,
    answer: [UInt8]? = nil, waID: String? = nil
  ) {
    self.send = send
    self.attempt = attempt
    self.result = result
    self.postedAt = postedAt
    self.answer = answer
    self.waID = waID
  }
}

package enum AttemptResult: Hashable, Sendable {
  case accepted(ProviderID)
  /// Not sent; due again as the next attempt while there are any left.
  case retry(at: Timestamp, Failure)
  /// Not sent, for a reason that is not its own: due again however often that was so.
  case laneStopped(Failure)
  case failed(Failure)
  /// Its time was over before its bytes left. Due again as the same attempt.
  case refusedAtGate(due: Timestamp)
  case inDoubt(Failure, nextLook: Timestamp)
  /// A doubt was decided: it may be sent again.
  case notSent(due: Timestamp, because: String)
  /// A doubt was decided: it went out, under an id we do not know.
  case wentOut(because: String)
  /// A doubt was decided: nothing more is tried.
  case givenUp(because: String)
}

package struct RecordResult: Hashable, Sendable {
  package let send: SendKey
  /// Where the send stands now, and whether this report moved it there.
  package let state: SendState
  package let moved: Bool
}

extension SendStore {
  /// Writes what became of attempts, whoever leads the lane by now. A report that says nothing new changes
  /// nothing. Callbacks that came before are joined after the commit.
  package func record(_ reports: [AttemptReport]) throws(StoreError) -> [RecordResult] {
    let (budgets, patience) = catalog.withLock { ($0.budgets, $0.silentAfter) }
    let results = try engine.write { transaction throws(StoreError) in
      let now = try transaction.now()
      // Lanes first, then sends: every transaction that needs both locks them in this order.
      try transaction.settle(reports, budgets)
      var changes = ChangeSet(
        try transaction.lockSends(reports.map(\.send.value)), at: now)
      let moves = reports.map { changes.apply($0) }
      try changes.write(to: transaction)
      try transaction.keep(reports, at: now)
      let accepted = reports.filter { $0.providerID != nil }.compactMap { changes[$0.send.value] }
      try transaction.awaitWord(
        of: accepted.map { ($0.key, $0.lane) }, patience, since: now)
      return zip(reports, moves).compactMap { report, moved -> RecordResult? in
        changes[report.send.value].map {
          RecordResult(send: report.send, state: $0.progress.state, moved: moved != nil)
        }
      }
    }
    let accepted = reports.compactMap(\.providerID)
    if !accepted.isEmpty { _ = try joinParked(providerIDs: accepted) }
    return results
  }
}

extension AttemptReport {
  fileprivate var providerID: ProviderID? {
    if case .accepted(let id) = result { id } else { nil }
  }
}

extension ChangeSet {
  /// True where it moved the send.
  fileprivate mutating func apply(_ report: AttemptReport) -> SendState? {
    let key = report.send.value
    let attempt = report.attempt
    switch report.result {
    case .accepted: return apply(.wentOut(attempt: attempt, .accepted), to: key)
    case .wentOut(let reason):
      return apply(.wentOut(attempt: attempt, .accepted), to: key, detail: .sentence(reason))
    case .retry(let due, let failure):
      let attempts = self[key]?.maxAttempts ?? SendProgress.attemptLimit
      let end = FailureEnd.again(attempts: attempts, otherwise: .failed)
      return apply(.failed(attempt: attempt, end), failure, to: key, due: due)
    case .laneStopped(let failure):
      let end = FailureEnd.again(attempts: SendProgress.attemptLimit, otherwise: .failed)
      return apply(.failed(attempt: attempt, end), failure, to: key)
    case .failed(let failure):
      return apply(.failed(attempt: attempt, .final(.failed)), failure, to: key)
    case .refusedAtGate(let due): return apply(.refusedAtGate(attempt: attempt), to: key, due: due)
    case .inDoubt(let failure, let nextLook):
      let doubt = Doubt(nextLook: nextLook, reason: failure.sentence)
      return apply(.inDoubt(attempt: attempt), failure, to: key, doubt: doubt)
    case .notSent(let due, let reason):
      return apply(.notSent(attempt: attempt), to: key, due: due, detail: .sentence(reason))
    case .givenUp(let reason):
      return apply(.givenUp(attempt: attempt), to: key, code: "in-doubt", detail: .sentence(reason))
    }
  }

  private mutating func apply(
    _ news: SendNews, _ failure: Failure, to key: Int64, due: Timestamp? = nil, doubt: Doubt? = nil
  ) -> SendState? {
    apply(
      news, to: key, due: due, code: failure.code, detail: failure.detail, doubt: doubt)
  }
}

extension Transaction {
  /// Intents end here: their slots move to the moment of the post, or are given back where there was none.
  fileprivate func settle(
    _ reports: [AttemptReport], _ budgets: [Int64: Budget]
  ) throws(StoreError) {
    let attempts = reports.filter(\.isOfAnAttempt)
    let places = try rows(
      .takeIntents,
      [.integers(attempts.map(\.send.value)), .integers(attempts.map { Int64($0.attempt) })]
    ) { (send: $0.integer(0), lane: $0.integer(1), postBy: $0.time(2)) }
    guard !places.isEmpty else { return }
    let reportOf = Dictionary(attempts.map { ($0.send.value, $0) }) { $1 }
    let byLane = Dictionary(grouping: places, by: \.lane)
    for lane in try lockLanes(byLane.keys.sorted()) {
      guard let ended = byLane[lane.key] else { continue }
      let inFlight = max(0, lane.inFlight - ended.count)
      guard let budget = budgets[lane.key] else {
        try run(.saveInFlight, [.integer(lane.key), .integer(inFlight)])
        continue
      }
      var spent = try lane.laneBudget(budget)
      for intent in ended {
        guard let report = reportOf[intent.send] else { continue }
        if let postedAt = report.postedAt {
          spent.settle(plannedAt: intent.postBy, actual: postedAt)
        } else if case .refusedAtGate = report.result {
          spent.giveBack(plannedAt: intent.postBy)
        }
      }
      try saveLane(lane.key, spent, inFlight: inFlight, sweptEpoch: lane.sweptEpoch)
    }
  }

  fileprivate func keep(_ reports: [AttemptReport], at now: Timestamp) throws(StoreError) {
    let accepted = reports.compactMap { report in report.providerID.map { (report, $0) } }
    try run(
      .insertProviderIDs,
      [
        .integers(accepted.map { _ in now.day }), .texts(accepted.map(\.1.text)),
        .integers(accepted.map(\.0.send.value)), .integers(accepted.map { Int64($0.0.attempt) }),
      ])
    let answers = Dictionary(
      reports.compactMap { report in report.answer.map { (report.send.value, $0) } }
    ) { $1 }
    let keys = answers.keys.sorted()
    try run(.saveAnswers, [.integers(keys), .bytes(keys.map { answers[$0, default: []] })])
    let named = reports.compactMap { report in report.waID.map { (report.send.value, $0) } }
    try run(.saveWaIDs, [.integers(named.map(\.0)), .texts(named.map(\.1))])
  }
}

extension AttemptReport {
  /// Decisions about a doubt come when the intent is long gone.
  fileprivate var isOfAnAttempt: Bool {
    switch result {
    case .accepted, .retry, .laneStopped, .failed, .refusedAtGate, .inDoubt: true
    case .notSent, .wentOut, .givenUp: false
    }
  }
}

extension Timestamp {
  var day: Int64 { microseconds / 86_400_000_000 }
}
