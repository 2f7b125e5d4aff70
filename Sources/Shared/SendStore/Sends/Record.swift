internal import Platform
package import Domain
package import Store
package import Time

/// What became of one attempt.
package struct AttemptReport: Hashable, Sendable {
  package let send: SendKey
  package let attempt: Int
  /// nil for a decision about a doubt: the claim is long gone.
  package let claim: ClaimID?
  package let result: AttemptResult
  /// When its bytes left, on the store's clock; nil where they did not or nobody knows.
  package let postedAt: Timestamp?
  /// The provider's whole answer.
  package let answer: [UInt8]?
  /// Meta's own id of the person, where it is not the number dialled.
  package let waID: String?
  /// Of an acceptance: the provider does not send it yet.
  package let hold: ProviderHold?
  /// What follows from a failure, with whose it is and which template it had.
  package let consequences: [Consequence]
  package let sender: SenderID?
  package let template: String?

  package init(
    send: SendKey, attempt: Int, claim: ClaimID? = nil, result: AttemptResult,
    postedAt: Timestamp? = nil, answer: [UInt8]? = nil, waID: String? = nil,
    hold: ProviderHold? = nil, consequences: [Consequence] = [], sender: SenderID? = nil,
    template: String? = nil
  ) {
    self.send = send
    self.hold = hold
    self.attempt = attempt
    self.claim = claim
    self.result = result
    self.postedAt = postedAt
    self.answer = answer
    self.waID = waID
    self.consequences = consequences
    self.sender = sender
    self.template = template
  }

  /// Of a send as it was claimed.
  package init(
    of send: ClaimedSend, _ result: AttemptResult, postedAt: Timestamp? = nil,
    answer: [UInt8]? = nil, waID: String? = nil, hold: ProviderHold? = nil,
    consequences: [Consequence] = [], from sender: SenderID? = nil, template: String? = nil
  ) {
    self.init(
      send: send.key, attempt: send.attempt, claim: send.claim, result: result,
      postedAt: postedAt, answer: answer, waID: waID, hold: hold, consequences: consequences,
      sender: sender, template: template)
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

extension AttemptResult {
  /// Why it did not succeed.
  package var failure: Failure? {
    switch self {
    case .retry(_, let failure), .laneStopped(let failure), .failed(let failure),
      .inDoubt(let failure, _):
      failure
    case .accepted, .refusedAtGate, .notSent, .wentOut, .givenUp: nil
    }
  }
}

package struct RecordResult: Hashable, Sendable {
  package let send: SendKey
  /// Where the send stands now, and whether this report moved it there.
  package let state: SendState
  package let moved: Bool
}

extension SendStore {
  /// Writes what became of attempts, whoever leads the lane by now. A report that says nothing new changes
  /// nothing: it may come twice, and then names a claim that is no more. Callbacks that came before are joined
  /// after the commit.
  package func record(_ reports: [AttemptReport]) throws(StoreError) -> [RecordResult] {
    let (budgets, patience) = catalog.withLock { ($0.budgets, $0.silentAfter) }
    let (results, stamps) = try engine.write(.record) { transaction throws(StoreError) in
      let now = try transaction.now()
      let ended = try transaction.end(reports)
      let swept = try transaction.sweptClaims(of: reports.filter(\.isRefusedAtGate))
      var changes = ChangeSet(
        try transaction.lockSends(reports.map(\.send)), at: now)
      var due: [DueConsequence] = []
      let moves = reports.map { report -> SendState? in
        guard report.counts(ended.claims, swept) else { return nil }
        let before = changes[report.send]
        let moved = changes.apply(report)
        due += report.due(before, after: changes[report.send])
        return moved
      }
      try changes.writeSends(to: transaction)
      try transaction.keep(reports, at: now)
      let accepted = reports.filter { $0.providerID != nil }.compactMap { changes[$0.send] }
      try transaction.awaitWord(
        of: accepted.map { ($0.key, $0.lane) }, patience, since: now)
      // Claims wait for the lanes: they are locked from here to the commit, and while sends are waited for they are not.
      let stamps = try transaction.settle(ended, budgets, locking: due)
      try changes.writeQueue(to: transaction)
      try transaction.bringAbout(due, at: now)
      let results = zip(reports, moves).compactMap { report, moved -> RecordResult? in
        changes[report.send].map {
          RecordResult(send: report.send, state: $0.progress.state, moved: moved != nil)
        }
      }
      return (results, stamps)
    }
    acknowledged.withLock { known in stamps.forEach { known.note($0) } }
    let accepted = reports.compactMap(\.providerID)
    if !accepted.isEmpty { _ = try joinParked(providerIDs: accepted) }
    return results
  }
}

extension AttemptReport {
  fileprivate var providerID: ProviderID? {
    if case .accepted(let id) = result { id } else { nil }
  }

  /// What follows where this is the first that is heard of the attempt's failure.
  fileprivate func due(_ before: SendRow?, after: SendRow?) -> [DueConsequence] {
    guard let before, let after,
      after.progress.failedAttempts != before.progress.failedAttempts
    else { return [] }
    return consequences.map {
      DueConsequence(
        consequence: $0, code: result.failure?.code ?? "", send: before, template: template)
    }
  }

  fileprivate var isRefusedAtGate: Bool {
    if case .refusedAtGate = result { true } else { false }
  }

  /// A claim has one end. What tells another one's, or the same again, must not touch the claim of now; an
  /// acceptance or a failure says by its attempt what it is about, and is judged by the rules of the domain.
  fileprivate func counts(_ settled: Set<AttemptClaim>, _ swept: Set<SendKey>) -> Bool {
    guard let own = AttemptClaim(self) else { return true }
    return switch result {
    case .refusedAtGate: settled.contains(own) || swept.contains(send)
    case .inDoubt: settled.contains(own)
    case .accepted, .retry, .laneStopped, .failed, .notSent, .wentOut, .givenUp: true
    }
  }
}

/// One attempt under one claim.
private struct AttemptClaim: Hashable {
  let send: SendKey
  let claim: ClaimID

  init?(_ report: AttemptReport) {
    guard let claim = report.claim else { return nil }
    (send, self.claim) = (report.send, claim)
  }

  init?(_ intent: TakenIntent) {
    guard let claim = intent.claim else { return nil }
    (send, self.claim) = (intent.send, claim)
  }
}

extension ChangeSet {
  /// True where it moved the send.
  fileprivate mutating func apply(_ report: AttemptReport) -> SendState? {
    let key = report.send
    let attempt = report.attempt
    switch report.result {
    case .accepted:
      return apply(
        .wentOut(attempt: attempt, .accepted), to: key,
        code: report.hold.map { _ in ProviderHold.code },
        detail: report.hold.map { .sentence($0.sentence) })
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
    _ news: SendNews, _ failure: Failure, to key: SendKey, due: Timestamp? = nil,
    doubt: Doubt? = nil
  ) -> SendState? {
    apply(
      news, to: key, due: due, code: failure.code, detail: HistoryDetail(failure), doubt: doubt)
  }
}

/// Intents that came to their end, with what is reported of each.
private struct EndedIntents {
  let intents: [TakenIntent]
  let reports: [AttemptClaim: AttemptReport]
  /// Whose intents were still there.
  let claims: Set<AttemptClaim>

  init(_ intents: [TakenIntent], _ reports: [AttemptClaim: AttemptReport]) {
    (self.intents, self.reports) = (intents, reports)
    claims = Set(intents.compactMap { AttemptClaim($0) })
  }
}

extension Transaction {
  fileprivate func end(_ reports: [AttemptReport]) throws(StoreError) -> EndedIntents {
    let reportOf = Dictionary(
      reports.compactMap { report in AttemptClaim(report).map { ($0, report) } }
    ) { $1 }
    return EndedIntents(
      try takeIntents(reportOf.values.map { ($0.send, $0.attempt, $0.claim) }), reportOf)
  }

  /// The slots of intents move to the moment of the post, or are given back where nothing was posted. Locks the lanes
  /// of what is due as well. Answers what the store has written of each lane.
  fileprivate func settle(
    _ ended: EndedIntents, _ budgets: [LaneKey: Budget], locking due: [DueConsequence]
  ) throws(StoreError) -> [AcknowledgedStamps] {
    let more = Set(due.filter(\.consequence.touchesLane).map(\.send.lane))
    guard !ended.intents.isEmpty || !more.isEmpty else { return [] }
    let byLane = Dictionary(grouping: ended.intents, by: \.lane)
    var stamps: [AcknowledgedStamps] = []
    let generation = try generation()
    for lane in try lockLanes(more.union(byLane.keys).sorted()) {
      guard let intents = byLane[lane.key] else { continue }
      stamps.append(AcknowledgedStamps(generation: generation, lane.key, lane.stamp + 1))
      let inFlight = try inFlight(of: lane, without: intents.count)
      guard let budget = budgets[lane.key] else {
        try run(Lanes.saveInFlight, [.lane: .key(lane.key), .inFlight: .integer(inFlight)])
        continue
      }
      var spent = try lane.laneBudget(budget)
      for intent in intents {
        guard let report = AttemptClaim(intent).flatMap({ ended.reports[$0] }) else { continue }
        if let postedAt = report.postedAt {
          spent.settle(plannedAt: intent.countedAt, actual: intent.counted(postedAt))
        } else if report.wasNeverPosted {
          spent.giveBack(plannedAt: intent.countedAt)
        }
      }
      try saveLane(lane.key, spent, inFlight: inFlight, sweptEpoch: lane.sweptEpoch)
    }
    return stamps
  }

  /// The sends whose doubt is about the very claim that a report names.
  fileprivate func sweptClaims(of reports: [AttemptReport]) throws(StoreError) -> Set<SendKey> {
    let named = reports.compactMap { report in report.claim.map { (report, $0) } }
    return Set(
      try rows(
        Doubts.sweptClaims,
        [
          .send: .keys(named, \.0.send),
          .attempt: .integers(named.map { Int64($0.0.attempt) }),
          .worker: .texts(named.map(\.1.worker.text)), .claim: .integers(named.map(\.1.number)),
        ]
      ) { $0.key(.send) })
  }

  fileprivate func keep(_ reports: [AttemptReport], at now: Timestamp) throws(StoreError) {
    let accepted = reports.compactMap { report in report.providerID.map { (report, $0) } }
    try run(
      Callbacks.insertProviderIDs,
      [
        .day: .integers(accepted.map { _ in now.day }), .id: .texts(accepted.map(\.1.text)),
        .send: .keys(accepted, \.0.send),
        .attempt: .integers(accepted.map { Int64($0.0.attempt) }),
      ])
    let answers = Dictionary(
      reports.compactMap { report in report.answer.map { (report.send, $0) } }
    ) { $1 }
    let keys = answers.keys.sorted()
    try run(
      Sends.saveAnswers,
      [.send: .keys(keys), .answer: .bytes(keys.map { answers[$0, default: []] })])
    let named = reports.compactMap { report in report.waID.map { (report.send, $0) } }
    try run(People.saveWaIDs, [.send: .keys(named, \.0), .waID: .texts(named.map(\.1))])
  }
}

extension AttemptReport {
  /// Where no moment of a post is known, these say that there was none.
  fileprivate var wasNeverPosted: Bool {
    switch result {
    case .retry, .laneStopped, .failed, .refusedAtGate: true
    case .accepted, .inDoubt, .notSent, .wentOut, .givenUp: false
    }
  }
}

extension Timestamp {
  var day: Int64 { microseconds / 86_400_000_000 }
}

extension Sends {
  enum SaveAnswersParameter: Int, Columns { case send, answer }
  static let saveAnswers = Command<SaveAnswersParameter>("saveAnswers")
}

extension Doubts {
  enum SweptClaimsParameter: Int, Columns { case send, attempt, worker, claim }
  enum SweptClaimsColumn: Int, Columns { case send }
  static let sweptClaims = Query<SweptClaimsParameter, SweptClaimsColumn>("sweptClaims")
}

extension People {
  enum SaveWaIDsParameter: Int, Columns { case send, waID }
  static let saveWaIDs = Command<SaveWaIDsParameter>("saveWaIDs")
}
