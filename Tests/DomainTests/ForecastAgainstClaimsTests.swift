import Domain
import Testing
import Time

/// The forecast against a run that admits one message after the other, as claims do.
@Suite struct ForecastAgainstClaimsTests {
  struct World {
    var budgets: [Budget]
    /// Whether the lanes share one group.
    var isShared: Bool
    var answer: Duration
    var counts: [Int]
    /// Of each lane's people, those in an open window come first.
    var inWindow: [Int]
    var spentPeople: [(ago: Duration, count: Int)]

    init(seed: UInt64) {
      var dice = SeededRandom(seed: seed)
      func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: values.indices, using: &dice)]
      }
      isShared = Bool.random(using: &dice)
      let limit = pick([40, 150, 600])
      budgets = (0..<pick([1, 1, 2])).map { _ in
        Budget(
          rate: pick([
            nil, Rate(5, per: .seconds(1)), Rate(1, per: .seconds(3)),
            Rate(2, per: .seconds(1), burst: 9), Rate(30, per: .seconds(60)),
          ]),
          daily: pick([nil, .messages(pick([60, 300])), .recipients(limit)]), pair: nil,
          inFlight: pick([1, 4, 64]))
      }
      answer = pick([.milliseconds(200), .milliseconds(1500), .seconds(5)])
      counts = budgets.map { _ in pick([20, 200, 700]) }
      inWindow = counts.map { pick([0, 0, $0 / 3]) }
      spentPeople = (0..<pick([0, 2])).map { _ in
        (.seconds(pick([600, 30_000, 80_000])), pick([5, 30]))
      }
    }

    var lanes: [ForecastLane] {
      budgets.enumerated().map { index, budget in
        var lane = ForecastLane(
          sender: SenderID("s\(index)"), group: LaneGroupID(isShared ? "one" : "g\(index)"),
          budget: budget)
        lane.answer = answer
        return lane
      }
    }

    var groups: [ForecastGroup] {
      lanes.compactMap { lane in
        guard case .recipients(let limit) = lane.budget.daily else { return nil }
        var recipients = RecipientBudget(limit: limit)
        for spent in spentPeople {
          for _ in 0..<min(spent.count, limit / 3) {
            recipients.count(lastCounted: nil, at: ForecastUnderTest.start - spent.ago)
          }
        }
        return ForecastGroup(lane.group, recipients)
      }
    }

    var input: ForecastInput {
      let lanes = lanes
      let crowds = lanes.indices.map { index in
        var crowd = ForecastCrowd(lanes[index].sender, count: counts[index])
        crowd.inWindow = inWindow[index]
        return crowd
      }
      return ForecastInput(
        now: ForecastUnderTest.start, lanes: lanes, groups: groups, crowds: crowds)
    }
  }

  /// One message at a time, claimed at every moment at which something can change.
  struct Claims {
    struct Lane {
      let lane: ForecastLane
      var spent: LaneBudget
      var free: Int
      var fresh: Int
      var posted: [Timestamp] = []
    }

    var lanes: [Lane]
    var groups: [LaneGroupID: RecipientBudget] = [:]
    let answer: Duration
    var now = ForecastUnderTest.start

    init(_ world: World) {
      lanes = world.lanes.enumerated().map { index, lane in
        Lane(
          lane: lane, spent: lane.spent, free: world.inWindow[index],
          fresh: world.counts[index] - world.inWindow[index])
      }
      // A window is open for a day.
      for group in world.groups where groups[group.id] == nil {
        groups[group.id] = group.recipients
      }
      answer = world.answer
    }

    mutating func finish() -> Timestamp {
      var last = now
      while lanes.contains(where: { $0.free + $0.fresh > 0 }) {
        var next = Timestamp.distantFuture
        for index in lanes.indices { next = min(next, claim(index, &last)) }
        now = max(next, now + .milliseconds(1))
      }
      return last
    }

    /// Answers when it may go on.
    private mutating func claim(_ index: Int, _ last: inout Timestamp) -> Timestamp {
      var lane = lanes[index]
      let postBy = now + .seconds(2)
      while let first = lane.posted.first, first + answer <= now {
        lane.spent.settle(plannedAt: first + .seconds(2), actual: first)
        lane.posted.removeFirst()
      }
      if now >= ForecastUnderTest.start + DailyLimit.length {
        lane.fresh += lane.free
        lane.free = 0
      }
      let isLimited = if case .recipients = lane.lane.budget.daily { true } else { false }
      var plan = BudgetPlan(
        lane.lane.budget, lane: lane.spent,
        recipients: isLimited ? groups[lane.lane.group] : nil,
        inFlight: lane.posted.count, now: now, postBy: postBy)
      var holdsNew: Timestamp?
      var next = Timestamp.distantFuture
      while lane.free + lane.fresh > 0 {
        let isFree = lane.free > 0 && (holdsNew != nil || lane.fresh == 0)
        if !isFree, let holdsNew {
          next = min(next, holdsNew)
          break
        }
        let verdict = plan.admit(
          BudgetPlan.Candidate(pairPaidBack: nil, lastCounted: nil, isWindowOpen: isFree))
        switch verdict {
        case .go:
          if isFree { lane.free -= 1 } else { lane.fresh -= 1 }
          lane.posted.append(now)
          last = now
          continue
        case .holdNewRecipients(let until):
          holdsNew = until
          continue
        case .holdRecipient: break
        case .full(let hold):
          next = hold.until ?? .distantFuture
        }
        break
      }
      if let first = lane.posted.first { next = min(next, first + answer) }
      lane.spent = plan.lane
      if let recipients = plan.recipients { groups[lane.lane.group] = recipients }
      lanes[index] = lane
      return next
    }
  }

  @Test(
    "ends when claims of one message after the other end", arguments: 1...60 as ClosedRange<UInt64>)
  func seeds(seed: UInt64) throws {
    let world = World(seed: seed)
    var claims = Claims(world)
    let truth = claims.finish() - ForecastUnderTest.start
    let finish = try #require(CampaignForecast(world.input).likely.finish)
    let span = finish - ForecastUnderTest.start
    let grid = world.budgets.contains { $0.daily != nil } ? 86400.0 / 1024 : 0
    let rate = world.budgets.compactMap { $0.rate?.interval.seconds }.max() ?? 0
    let step = grid + rate / 1024 + 0.1
    #expect(
      abs(span.seconds - truth.seconds) <= truth.seconds / 100 + step,
      "\(span) rather than \(truth): \(world)")
  }
}
