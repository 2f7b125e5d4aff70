import Domain
import Testing
import Time

@Suite struct WaitsTests {
  /// 10:04:00 on a day.
  static let now = Timestamp(seconds: 1_700_042_640)
  static let rate = Budget(
    rate: Rate(80, per: .seconds(1)), daily: .messages(1000), pair: .metaPair)

  static func later(_ seconds: Int64) -> Timestamp { now + .seconds(seconds) }

  /// A send that nothing holds, changed.
  static func queued(_ change: (inout QueuedFacts) -> Void) -> SendFacts {
    var facts = QueuedFacts(
      lane: LaneFacts(sender: SenderID("main"), budget: rate), flow: FlowFacts(), due: now,
      expires: later(86_400))
    change(&facts)
    return .queued(facts)
  }

  static func hold(_ by: BudgetName, _ seconds: Int64?) -> BudgetPlan.Hold {
    BudgetPlan.Hold(until: seconds.map(later), by: by)
  }

  static func stop(_ kind: LaneFacts.Stop.Kind) -> LaneFacts.Stop {
    LaneFacts.Stop(kind, since: later(-60), code: "190", reason: "The token is not valid.")
  }

  static func template(_ until: Timestamp) -> FlowFacts {
    FlowFacts(
      campaign: "spring", template: TemplateKey(name: "offer", language: "en"), heldUntil: until,
      holdReason: "the template is paused")
  }

  struct Case: CustomStringConvertible {
    let description: String
    let facts: SendFacts
    let code: Waits.Code
    let until: Timestamp?
    let says: String

    init(
      _ description: String, _ code: Waits.Code, until: Timestamp? = nil, _ says: String,
      _ change: (inout QueuedFacts) -> Void
    ) {
      self.init(description, queued(change), code, until: until, says)
    }

    init(
      _ description: String, _ facts: SendFacts, _ code: Waits.Code, until: Timestamp? = nil,
      _ says: String
    ) {
      self.description = description
      self.facts = facts
      self.code = code
      self.until = until
      self.says = says
    }
  }

  static let single: [Case] = [
    Case("nothing", .nextClaim, "nothing holds it: it goes with the next claim") { _ in },
    Case(
      "the rate", .rateBudget, until: later(3),
      "the rate of `main`, 80/s, is used until 10:04:03 UTC"
    ) { $0.lane.used = [hold(.rate, 3)] },
    Case(
      "the rate, behind others", .rateBudget, until: later(3),
      "the rate of `main`, 80/s, is used until 10:04:03 UTC; 12 due before it go first"
    ) {
      $0.lane.used = [hold(.rate, 3)]
      $0.ahead = 12
    },
    Case(
      "the day", .dailyBudget, until: later(80_000),
      "the daily budget of `main`, 1000 messages in 24 h, is used until 2023-11-16 08:17:20 UTC"
    ) { $0.lane.used = [hold(.daily, 80_000)] },
    Case(
      "requests under way", .inFlight,
      "as many requests of `main` as may be, 64, are under way: it goes on with their answers"
    ) { $0.lane.used = [hold(.inFlight, nil)] },
    Case(
      "the pair, to which its due moment was moved", .pairBudget, until: later(6),
      "the rate of messages from `main` to this person, 1/6s burst 45, is used until 10:04:06 UTC"
    ) {
      $0.personal = [hold(.pair, 6)]
      $0.due = later(6)
    },
    Case(
      "new recipients", .recipientsBudget, until: later(9),
      "the budget of new recipients of `main` is used until 10:04:09 UTC"
    ) { $0.personal = [hold(.recipients, 9)] },
    Case(
      "a person who rests", .recipientResting, until: later(60),
      "nothing goes to this person until 10:05:00 UTC, as the provider asked"
    ) {
      $0.restUntil = later(60)
      $0.due = later(60)
    },
    Case("a later moment", .scheduled, until: later(120), "it is due at 10:06:00 UTC") {
      $0.due = later(120)
    },
    Case(
      "the next attempt", .retry, until: later(2),
      "attempt 1 failed, and the next is due at 10:04:02 UTC: 130429: Too many at once"
    ) {
      $0.due = later(2)
      $0.lastFailure = QueuedFacts.Failed(
        attempt: 1, code: "130429", sentence: "Too many at once.")
    },
    Case(
      "a host that was not reached", .notPosted,
      "it was claimed at 10:03:59 UTC and not posted, since the host could not be reached in time: it is tried again"
    ) { $0.notPosted = later(-1) },
    Case(
      "a host that was not reached, a moment ago", .notPosted, until: later(1),
      "could not be reached in time: it is tried again at 10:04:01 UTC"
    ) {
      $0.notPosted = later(0)
      $0.due = later(1)
    },
    Case("others of its flow", .behindOthers, "1000 or more due before it go first") {
      $0.ahead = 1000
    },
    Case(
      "its end", .expired,
      "its time was over at 10:03:50 UTC: it ends as expired when its turn comes"
    ) { $0.expires = later(-10) },
    Case(
      "a lane that is paused", .lanePaused,
      "the lane `main` is paused since 10:03:00 UTC, until lifted by `postrider lane resume main`: The token is not valid; it expires at 2023-11-16 10:04:00 UTC"
    ) { $0.lane.stop = stop(.byHand) },
    Case("a lane that is probed", .laneStopped, "by 190, until a probe succeeds or") {
      $0.lane.stop = stop(.probed)
    },
    Case("an account that is stopped", .laneStopped, "until the provider takes it back or") {
      $0.lane.stop = stop(.byProvider)
    },
    Case(
      "a lane that is held", .laneHeld, until: later(600),
      "the lane `main` is held until 10:14:00 UTC: too many complaints"
    ) {
      $0.lane.heldUntil = later(600); $0.lane.holdReason = "too many complaints."
    },
    Case(
      "a template for a time", .flowHeld, until: later(600),
      "template `offer (en)` in campaign `spring` is held until 10:14:00 UTC: the template is paused"
    ) { $0.flow = template(later(600)) },
    Case(
      "a template without an end", .flowHeld,
      "template `offer (en)` in campaign `spring` is held until lifted: the template is paused; it expires at 2023-11-16 10:04:00 UTC"
    ) { $0.flow = template(.distantFuture) },
    Case("nobody who sends", .noDispatchWorker, "start `postrider dispatch` or `postrider up`") {
      $0.lane.workersAlive = 0
      $0.lane.leaseUntil = later(-1)
    },
    Case(
      "an owner that is gone", .takeOver, until: later(2),
      "no worker has the lane `main`: another takes it after 10:04:02 UTC"
    ) {
      $0.lane.isOwnerAlive = false
      $0.lane.leaseUntil = later(2)
    },
    Case("no owner", .takeOver, "no worker has the lane `main`: another takes it within seconds") {
      $0.lane.isOwnerAlive = false
      $0.lane.leaseUntil = later(-2)
    },
    Case("an unknown sender", .senderUnknown, "its sender `main` is not known to any worker yet") {
      $0.lane.isKnown = false
      $0.lane.budget = nil
    },
    Case("a sender of others' settings", .senderNotInSettings, "do not name the sender `main`") {
      $0.lane.budget = nil
    },
    Case("lost commits", .commitsLost, "until `postrider store restored` is run") {
      $0.lane.hasLostCommits = true
    },
  ]

  static let several: [Case] = [
    Case("of two that end, the one that ends last", .dailyBudget, until: later(90), "10:05:30") {
      $0.lane.used = [hold(.rate, 1), hold(.daily, 90), hold(.inFlight, nil)]
    },
    Case("a moment to be sent at beyond a hold", .scheduled, until: later(900), "10:19:00") {
      $0.flow = template(later(600))
      $0.due = later(900)
    },
    Case("what somebody must lift before what ends", .flowHeld, "until lifted") {
      $0.lane.used = [hold(.daily, 80_000)]
      $0.flow = template(.distantFuture)
    },
    Case(
      "of two that somebody must lift both, the nearer first", .lanePaused,
      "; besides, no dispatch worker is alive: start"
    ) {
      $0.lane.stop = stop(.byHand)
      $0.lane.workersAlive = 0
    },
    Case("what has an end before what ends by itself", .rateBudget, until: later(1), "the rate") {
      $0.lane.used = [hold(.inFlight, nil), hold(.rate, 1)]
      $0.notPosted = later(-1)
    },
    Case(
      "a hold beyond its end", .flowHeld, until: later(90_000),
      "; it expires before that, at 2023-11-16 10:04:00 UTC"
    ) { $0.flow = template(later(90_000)) },
    Case("a hold after its end", .flowHeld, until: later(60), "; its time was over at 10:03:59 UTC")
    {
      $0.flow = template(later(60))
      $0.expires = later(-1)
    },
  ]

  static let id = SendID.random(at: now)

  static func doubt(
    _ provider: Provider = .meta, next: Timestamp = later(60),
    _ policy: Sender.DoubtPolicy? = .hold, marked: Timestamp? = later(-1), workers: Int = 1
  ) -> SendFacts {
    .inDoubt(
      DoubtFacts(
        id: id, provider: provider, reason: "The connection was cut.", nextLook: next,
        policy: policy, marked: marked, workersAlive: workers))
  }

  static let beyondTheQueue: [Case] = [
    Case(
      "an answer",
      .sending(SendingFacts(since: now, postBy: later(2), isWorkerAlive: true)), .answerAwaited,
      "it was handed to the provider at 10:04:00 UTC, whose answer is awaited"),
    Case(
      "a worker that is gone",
      .sending(SendingFacts(since: now, postBy: later(2), isWorkerAlive: false)), .workerGone,
      until: later(2), "the worker that claimed it at 10:04:00 UTC is gone"),
    Case(
      "Twilio's list", doubt(.twilio), .doubtLook, until: later(60),
      "it may have gone out (The connection was cut): Twilio's list of messages is looked at at 10:05:00 UTC"
    ),
    Case(
      "a callback, then a person", doubt(), .doubtLook, until: later(60),
      "its callback is awaited until 10:05:00 UTC, then a person decides; callbacks are applied up to 10:03:59 UTC"
    ),
    Case(
      "a callback, then it goes again", doubt(.meta, .resend, marked: nil), .doubtLook,
      until: later(60),
      "then it is sent again; nobody has said yet how far callbacks are applied"),
    Case(
      "a person", doubt(next: .distantFuture), .doubtOpen,
      "decide with `postrider doubt sent|resend|fail \(id)`"),
    Case("nobody who looks", doubt(workers: 0), .noDispatchWorker, "no dispatch worker is alive"),
    Case(
      "a callback",
      .accepted(AwaitedFacts(since: later(-60), marked: later(-1), statusWorkersAlive: 1)),
      .callbackAwaited, "the provider took it at 10:03:00 UTC, and its callback is awaited"),
    Case(
      "what its provider holds",
      .accepted(
        AwaitedFacts(
          since: later(-60), isHeld: true, silentSince: later(-1), marked: later(-1),
          statusWorkersAlive: 1)),
      .held, "the provider took it at 10:03:00 UTC and holds it until it has judged the template"),
    Case(
      "a silent provider",
      .accepted(
        AwaitedFacts(
          since: later(-600), silentSince: later(-60), marked: later(-1), statusWorkersAlive: 1)),
      .silent, "has said nothing since: it counts as silent since 10:03:00 UTC"),
    Case(
      "callbacks that are applied late",
      .accepted(AwaitedFacts(since: later(-600), marked: later(-300), statusWorkersAlive: 1)),
      .callbacksBehind, "callbacks are applied only up to 09:59:00 UTC"),
    Case(
      "nobody who applies callbacks",
      .accepted(AwaitedFacts(since: now, marked: later(-300), statusWorkersAlive: 0)),
      .noStatusWorker, "start `postrider status` or `postrider up`"),
    Case(
      "the phone", .sent(AwaitedFacts(since: later(-60), statusWorkersAlive: 1)), .deliveryAwaited,
      "the provider sent it at 10:03:00 UTC, and nobody has said yet that it arrived"),
  ]

  @Test(
    "what a send waits for is told in one sentence, with a code and the time when that ends",
    arguments: single + several + beyondTheQueue)
  func sends(of wanted: Case) throws {
    let waits = try #require(wanted.facts.waits(at: Self.now))
    #expect(waits.code == wanted.code)
    #expect(waits.until == wanted.until)
    #expect(waits.sentence.contains(wanted.says), "\(waits.sentence)")
  }

  static let whole = single.filter {
    [.nextClaim, .pairBudget, .inFlight, .scheduled, .takeOver].contains($0.code)
  }

  @Test("where one reason alone applies, its sentence is the whole sentence", arguments: whole)
  func alone(of wanted: Case) {
    #expect(wanted.facts.waits(at: Self.now)?.sentence == wanted.says)
  }

  @Test("a lane without work tells what stands in its way, and not what it has used")
  func idle() {
    var lane = LaneFacts(sender: SenderID("main"), budget: Self.rate)
    lane.used = [Self.hold(.rate, 3)]
    lane.isOwnerAlive = false
    #expect(lane.waits(BacklogFacts(waiting: 0), at: Self.now) == nil)
    lane.stop = Self.stop(.byHand)
    #expect(lane.waits(BacklogFacts(waiting: 0), at: Self.now)?.code == .lanePaused)
  }

  @Test(
    "a lane tells what all of its work waits for",
    arguments: [
      (BacklogFacts(waiting: 3, nextDue: now), nil, ""),
      (BacklogFacts(waiting: 3, nextDue: later(60)), .scheduled, "is due at 10:05:00 UTC"),
      (
        BacklogFacts(waiting: 3, allHeld: template(later(60))), .flowHeld,
        "all that waits is held, and first: template `offer (en)`"
      ),
      (
        BacklogFacts(waiting: 3, nextDue: now, newRecipients: hold(.recipients, 60)),
        .recipientsBudget, "the budget of new recipients"
      ),
    ] as [(BacklogFacts, Waits.Code?, String)])
  func lanes(backlog: BacklogFacts, code: Waits.Code?, says: String) {
    let lane = LaneFacts(sender: SenderID("main"), budget: Self.rate)
    let waits = lane.waits(backlog, at: Self.now)
    #expect(waits?.code == code)
    let sentence = waits?.sentence ?? ""
    #expect(sentence.contains(says), "\(sentence)")
  }

  @Test("a send that the store does not have waits for intake, or for a worker")
  func missing() {
    #expect(SendFacts.notTakenIn(workersAlive: 1).code == .notTakenIn)
    #expect(SendFacts.notTakenIn(workersAlive: 0).code == .noDispatchWorker)
  }

  @Test("the codes are those that programs know")
  func codes() {
    #expect(
      Waits.Code.allCases.map(\.rawValue) == [
        "commits-lost", "lane-paused", "lane-stopped", "lane-held", "flow-held", "campaign-stopped",
        "doubt-open",
        "sender-unknown", "sender-not-in-settings", "no-dispatch-worker", "no-status-worker",
        "recipient-resting", "pair-budget", "recipients-budget", "daily-budget", "rate-budget",
        "retry", "scheduled", "campaign-scheduled", "campaign-quiet", "doubt-look", "worker-gone",
        "take-over", "campaign-blind", "campaign-first-wave", "campaign-best-message", "in-flight",
        "behind-others", "not-posted", "expired", "next-claim", "answer-awaited",
        "callbacks-behind", "held", "silent", "callback-awaited", "delivery-awaited",
        "not-taken-in",
      ])
  }
}
