package import Time

/// What the store knows of a send that is not at its end, by its state.
package enum SendFacts: Hashable, Sendable {
  case queued(QueuedFacts)
  case sending(SendingFacts)
  case inDoubt(DoubtFacts)
  case accepted(AwaitedFacts)
  case sent(AwaitedFacts)

  package func waits(at now: Timestamp) -> Waits? {
    switch self {
    case .queued(let facts): facts.waits(at: now)
    case .sending(let facts): facts.reason(at: now).waits()
    case .inDoubt(let facts): facts.reasons(at: now).waits()
    case .accepted(let facts): facts.reasons(at: now, isSent: false).waits()
    case .sent(let facts): facts.reasons(at: now, isSent: true).waits()
    }
  }

  /// Of a send that the store does not have.
  package static func notTakenIn(workersAlive: Int) -> Waits {
    guard workersAlive > 0 else { return WaitReason.noDispatchWorker.waits() }
    return Waits(
      code: .notTakenIn,
      sentence: "it has not been taken in from the log yet, or there is no such send")
  }
}

/// Of a send that waits for its turn.
package struct QueuedFacts: Hashable, Sendable {
  package var lane: LaneFacts
  package var flow: FlowFacts
  package var due: Timestamp
  package var expires: Timestamp
  /// What its last attempt came to, where it failed.
  package var lastFailure: Failed?
  /// When it was last claimed without its bytes leaving, where nothing came after.
  package var notPosted: Timestamp?
  /// Nothing goes to this person before then.
  package var restUntil: Timestamp?
  /// The budgets that hold it for whom it is for.
  package var personal: [BudgetPlan.Hold] = []
  /// The campaign that it is a row of.
  package var campaign: CampaignWait?
  /// How many that are due go before it, counted up to a limit.
  package var ahead = 0

  package static let aheadLimit = 1000

  package struct Failed: Hashable, Sendable {
    package let attempt: Int
    package let code: String
    package let sentence: String

    package init(attempt: Int, code: String, sentence: String) {
      self.attempt = attempt
      self.code = code
      self.sentence = sentence
    }
  }

  package init(lane: LaneFacts, flow: FlowFacts, due: Timestamp, expires: Timestamp) {
    self.lane = lane
    self.flow = flow
    self.due = due
    self.expires = expires
  }

  func waits(at now: Timestamp) -> Waits? {
    var reasons = reasons(at: now)
    if reasons.isEmpty { reasons = [nextClaim] }
    guard let reason = reasons.deciding else { return nil }
    return reasons.waits(adding: place(behind: reason) + end(under: reason, at: now))
  }

  private func reasons(at now: Timestamp) -> [WaitReason] {
    let person =
      [rest(at: now)].compactMap(\.self) + personal.compactMap { lane.reason($0, at: now) }
    return lane.reasons(at: now) + person
      + [
        campaign?.reason(at: now), flow.held(at: now), dueLater(at: now, than: person),
        failedToPost(at: now), behind,
        over(at: now),
      ].compactMap(\.self)
  }

  private func rest(at now: Timestamp) -> WaitReason? {
    guard let restUntil, restUntil > now else { return nil }
    return WaitReason(
      code: .recipientResting, end: .at(restUntil),
      sentence:
        "nothing goes to this person until \(restUntil.told(at: now)), as the provider asked")
  }

  /// A send whose recipient is held is due when that ends: then the hold is the reason, and says so.
  private func dueLater(at now: Timestamp, than person: [WaitReason]) -> WaitReason? {
    guard due > now, notPosted == nil else { return nil }
    let isHeld = person.contains { reason in
      if case .at(let until) = reason.end { until >= due - .seconds(1) } else { false }
    }
    guard !isHeld else { return nil }
    guard let lastFailure else {
      return WaitReason(
        code: .scheduled, end: .at(due), sentence: "it is due at \(due.told(at: now))")
    }
    let said = lastFailure.code + lastFailure.sentence.afterColon
    return WaitReason(
      code: .retry, end: .at(due),
      sentence:
        "attempt \(lastFailure.attempt) failed, and the next is due at \(due.told(at: now)): \(said)"
    )
  }

  private func failedToPost(at now: Timestamp) -> WaitReason? {
    guard let notPosted else { return nil }
    let (end, again): (WaitReason.End, String) =
      due > now ? (.at(due), "again at \(due.told(at: now))") : (.byItself, "again")
    return WaitReason(
      code: .notPosted, end: end,
      sentence:
        "it was claimed at \(notPosted.told(at: now)) and not posted, since the host could not be reached in time: it is tried \(again)"
    )
  }

  private var behind: WaitReason? {
    guard ahead > 0 else { return nil }
    return WaitReason(
      code: .behindOthers, end: .byItself, sentence: "\(aheadText) due before it go first")
  }

  private var aheadText: String {
    ahead >= Self.aheadLimit ? "\(Self.aheadLimit) or more" : "\(ahead)"
  }

  private func over(at now: Timestamp) -> WaitReason? {
    guard expires <= now else { return nil }
    return WaitReason(
      code: .expired, end: .byItself,
      sentence:
        "its time was over at \(expires.told(at: now)): it ends as expired when its turn comes")
  }

  private var nextClaim: WaitReason {
    WaitReason(
      code: .nextClaim, end: .byItself, sentence: "nothing holds it: it goes with the next claim")
  }

  /// Where a budget decides, it is for all of these as well.
  private func place(behind reason: WaitReason) -> String {
    switch reason.code {
    case .rateBudget, .dailyBudget, .recipientsBudget, .inFlight:
      ahead > 0 ? "; \(aheadText) due before it go first" : ""
    default: ""
    }
  }

  /// What is held too long never goes.
  private func end(under reason: WaitReason, at now: Timestamp) -> String {
    guard reason.code != .expired else { return "" }
    if expires <= now { return "; its time was over at \(expires.told(at: now))" }
    switch reason.end {
    case .byPerson: return "; it expires at \(expires.told(at: now))"
    case .at(let until) where until >= expires:
      return "; it expires before that, at \(expires.told(at: now))"
    case .at, .byItself: return ""
    }
  }
}

/// Of a send that was handed to its provider.
package struct SendingFacts: Hashable, Sendable {
  package var since: Timestamp
  /// Its bytes may leave until then; nil where the answer is there and is being written.
  package var postBy: Timestamp?
  package var isWorkerAlive: Bool

  package init(since: Timestamp, postBy: Timestamp?, isWorkerAlive: Bool) {
    self.since = since
    self.postBy = postBy
    self.isWorkerAlive = isWorkerAlive
  }

  func reason(at now: Timestamp) -> WaitReason {
    if let postBy, !isWorkerAlive {
      return WaitReason(
        code: .workerGone, end: postBy > now ? .at(postBy) : .byItself,
        sentence:
          "the worker that claimed it at \(since.told(at: now)) is gone: it is in doubt once another worker has swept up"
      )
    }
    return WaitReason(
      code: .answerAwaited, end: .byItself,
      sentence: "it was handed to the provider at \(since.told(at: now)), whose answer is awaited")
  }
}

/// Of a send that may have gone out.
package struct DoubtFacts: Hashable, Sendable {
  package var id: SendID
  package var provider: Provider
  package var reason: String
  package var nextLook: Timestamp
  /// What follows where no callback comes; nil where the settings of the process that asks do not say.
  package var policy: Sender.DoubtPolicy?
  /// Every callback that came in before then is applied; nil where nobody has said so.
  package var marked: Timestamp?
  package var workersAlive: Int

  package init(
    id: SendID, provider: Provider, reason: String, nextLook: Timestamp,
    policy: Sender.DoubtPolicy?, marked: Timestamp?, workersAlive: Int
  ) {
    self.id = id
    self.provider = provider
    self.reason = reason
    self.nextLook = nextLook
    self.policy = policy
    self.marked = marked
    self.workersAlive = workersAlive
  }

  func reasons(at now: Timestamp) -> [WaitReason] {
    let why = "it may have gone out (\(reason.withoutPeriod))"
    guard !nextLook.isOpenEnded else {
      return [
        WaitReason(
          code: .doubtOpen, end: .byPerson,
          sentence: "\(why): decide with `postrider doubt sent|resend|fail \(id)`")
      ]
    }
    guard workersAlive > 0 else { return [.noDispatchWorker] }
    let look = max(nextLook, now)
    return [
      WaitReason(
        code: .doubtLook, end: .at(look),
        sentence: "\(why): \(what(at: now, look.told(at: now)))")
    ]
  }

  private func what(at now: Timestamp, _ look: String) -> String {
    switch provider {
    case .twilio: return "Twilio's list of messages is looked at at \(look)"
    case .meta:
      let then =
        switch policy {
        case .hold: ", then a person decides"
        case .resend: ", then it is sent again"
        case nil: ""
        }
      let known =
        marked.map { "callbacks are applied up to \($0.told(at: now))" }
        ?? "nobody has said yet how far callbacks are applied"
      return "its callback is awaited until \(look)\(then); \(known)"
    }
  }
}

/// Of a send that the provider took, and that has not reached the person yet.
package struct AwaitedFacts: Hashable, Sendable {
  package var since: Timestamp
  /// The provider took it and does not send it yet.
  package var isHeld: Bool
  package var silentSince: Timestamp?
  package var marked: Timestamp?
  package var statusWorkersAlive: Int

  /// So far behind, applied callbacks may be the reason.
  static let lag = Duration.seconds(60)

  package init(
    since: Timestamp, isHeld: Bool = false, silentSince: Timestamp? = nil,
    marked: Timestamp? = nil, statusWorkersAlive: Int
  ) {
    self.since = since
    self.isHeld = isHeld
    self.silentSince = silentSince
    self.marked = marked
    self.statusWorkersAlive = statusWorkersAlive
  }

  func reasons(at now: Timestamp, isSent: Bool) -> [WaitReason] {
    var reasons = [isSent ? delivery(at: now) : callback(at: now)]
    if statusWorkersAlive == 0 {
      reasons.append(
        WaitReason(
          code: .noStatusWorker, end: .byPerson,
          sentence:
            "no status worker is alive, so no callback is applied: start `postrider status` or `postrider up`"
        ))
    }
    if let marked, now - marked > Self.lag {
      reasons.append(
        WaitReason(
          code: .callbacksBehind, end: .byItself,
          sentence:
            "callbacks are applied only up to \(marked.told(at: now)): its own may be among the rest"
        ))
    }
    return reasons
  }

  private func callback(at now: Timestamp) -> WaitReason {
    let took = "the provider took it at \(since.told(at: now))"
    if isHeld {
      return WaitReason(
        code: .held, end: .byItself,
        sentence:
          "\(took) and holds it until it has judged the template: it is sent or dropped then, mostly within an hour"
      )
    }
    guard let silentSince else {
      return WaitReason(
        code: .callbackAwaited, end: .byItself, sentence: "\(took), and its callback is awaited")
    }
    return WaitReason(
      code: .silent, end: .byItself,
      sentence:
        "\(took) and has said nothing since: it counts as silent since \(silentSince.told(at: now))"
    )
  }

  private func delivery(at now: Timestamp) -> WaitReason {
    WaitReason(
      code: .deliveryAwaited, end: .byItself,
      sentence:
        "the provider sent it at \(since.told(at: now)), and nobody has said yet that it arrived: the phone may be off"
    )
  }
}
