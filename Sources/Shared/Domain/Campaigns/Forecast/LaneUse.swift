internal import Time

/// A lane's own budgets in virtual time: what is under way, what is spent, and when there is room again.
struct LaneUse {
  private var spent: LaneBudget
  private let limit: Int
  private var inFlight: Int
  private let answer: Duration
  private let postSpan: Duration
  private var machine: TokenBucket?
  /// In the order in which they are answered.
  private var answers: [Awaited] = []
  private var answered = 0

  private struct Awaited {
    let at: Timestamp
    let count: Int
    /// nil where it was posted before the forecast began.
    let posted: Timestamp?
  }

  init(_ lane: ForecastLane, _ mood: CampaignForecast.Mood, _ input: ForecastInput) {
    spent = lane.spent
    limit = lane.budget.inFlight
    answer =
      switch mood {
      case .likely: lane.answer
      case .cautious: max(lane.answer, lane.slowAnswer ?? lane.answer)
      }
    postSpan = input.postSpan
    machine = lane.topRate.map { TokenBucket($0.spread, guardSpan: .zero) }
    inFlight = answer > .zero ? max(0, lane.inFlight) : 0
    if inFlight > 0 {
      answers.append(Awaited(at: input.now + answer, count: inFlight, posted: nil))
    }
  }

  /// To be called as time passes.
  mutating func pass(to now: Timestamp) {
    while answered < answers.count, answers[answered].at <= now {
      let one = answers[answered]
      answered += 1
      inFlight -= one.count
      if let posted = one.posted {
        spent.settle(one.count, plannedAt: posted + postSpan, actual: posted)
      }
    }
    if answered > 1024 {
      answers.removeFirst(answered)
      answered = 0
    }
    spent.forget(before: now)
  }

  func room(at now: Timestamp) -> Int {
    let own = min(spent.room(at: now), machine?.room(at: now) ?? .max)
    return answer > .zero ? min(own, max(0, limit - inFlight)) : own
  }

  /// When there is room again if no answer changes that, and what holds it until then.
  func hold(at now: Timestamp) -> (until: Timestamp, by: ForecastLimit)? {
    var holds = spent.holds(at: now).map {
      ($0.until, $0.by == .daily ? ForecastLimit.daily : .rate)
    }
    if let machine, case let until = machine.nextRoom(after: now), until > now {
      holds.append((until, .machine))
    }
    if answer > .zero, inFlight >= limit {
      holds.append((nextAnswer ?? .distantFuture, .inFlight))
    }
    return holds.max { $0.0 < $1.0 }
  }

  /// It may put the rate right, and so free it sooner.
  var nextAnswer: Timestamp? { answered < answers.count ? answers[answered].at : nil }

  /// Answers when the answers are there.
  @discardableResult
  mutating func take(_ count: Int, at now: Timestamp) -> Timestamp {
    guard count > 0 else { return now }
    spent.take(count, at: now + postSpan)
    machine?.take(count, at: now)
    guard answer > .zero else {
      spent.settle(count, plannedAt: now + postSpan, actual: now)
      return now
    }
    inFlight += count
    answers.append(Awaited(at: now + answer, count: count, posted: now))
    return now + answer
  }

  /// What went meanwhile, at some time: only a day's budget still knows of it.
  mutating func took(_ count: Int, before now: Timestamp) { spent.daily?.take(count, at: now) }

  var hasDaily: Bool { spent.daily != nil }
}
