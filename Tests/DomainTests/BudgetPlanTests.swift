import Domain
import Testing
import Time

@Suite struct BudgetPlanTests {
  /// A pretended lane: it sends as fast as its plan allows, and keeps what a provider would have seen.
  struct Run {
    struct Post {
      let at: Timestamp
      let person: Int
      let isFree: Bool
    }

    let budget: Budget
    var lane: LaneBudget
    var recipients: RecipientBudget?
    var paidBack: [Int: Timestamp] = [:]
    var counted: [Int: Timestamp] = [:]
    var posts: [Post] = []
    var now = Timestamp(seconds: 1_700_000_000)
    var random: SeededRandom

    init(_ budget: Budget, seed: UInt64) {
      self.budget = budget
      lane = LaneBudget(budget)
      if case .recipients(let limit) = budget.daily { recipients = RecipientBudget(limit: limit) }
      random = SeededRandom(seed: seed)
    }

    /// One claim for these people; answers with the verdicts.
    mutating func claim(_ people: [(person: Int, isWindowOpen: Bool)]) -> [BudgetPlan.Verdict] {
      let postBy = now + .seconds(2)
      var plan = BudgetPlan(
        budget, lane: lane, recipients: recipients, inFlight: 0, now: now, postBy: postBy)
      var gone: [(person: Int, isFree: Bool)] = []
      let verdicts = people.map { person, isOpen in
        let verdict = plan.admit(
          BudgetPlan.Candidate(
            pairPaidBack: paidBack[person], lastCounted: counted[person], isWindowOpen: isOpen))
        if case .go(let paid, let count) = verdict {
          paidBack[person] = paid ?? paidBack[person]
          counted[person] = count ?? counted[person]
          gone.append((person, isOpen))
        }
        return verdict
      }
      lane = plan.lane
      recipients = plan.recipients
      post(gone, by: postBy)
      return verdicts
    }

    /// Each goes out at some time before its deadline, and is put right.
    private mutating func post(_ gone: [(person: Int, isFree: Bool)], by postBy: Timestamp) {
      for (person, isFree) in gone {
        let actual = now + .microseconds(Int64.random(in: 0...1_999_999, using: &random))
        lane.settle(plannedAt: postBy, actual: actual)
        posts.append(Post(at: actual, person: person, isFree: isFree))
      }
    }

    /// The most of each in any span of that length: posts, different people who count, posts to one person.
    func worst(in interval: Duration) -> (posts: Int, people: Int, toOne: Int) {
      let sorted = posts.sorted { $0.at < $1.at }
      var worst = (posts: 0, people: 0, toOne: 0)
      var (toEach, counted): ([Int: Int], [Int: Int]) = ([:], [:])
      var first = 0
      func count(_ post: Post, _ change: Int) {
        toEach[post.person, default: 0] += change
        guard !post.isFree else { return }
        let left = counted[post.person, default: 0] + change
        counted[post.person] = left > 0 ? left : nil
      }
      for (last, post) in sorted.enumerated() {
        while post.at - sorted[first].at >= interval {
          count(sorted[first], -1)
          first += 1
        }
        count(post, 1)
        worst.posts = max(worst.posts, last - first + 1)
        worst.people = max(worst.people, counted.count)
        worst.toOne = max(worst.toOne, toEach[post.person, default: 0])
      }
      return worst
    }
  }

  @Test(
    "all budgets together are kept in every span, whatever is asked for",
    arguments: [1, 2, 3, 4] as [UInt64])
  func allTogether(seed: UInt64) {
    let budget = Budget(
      rate: Rate(5, per: .seconds(1)), daily: .recipients(40),
      pair: Rate(1, per: .seconds(6), burst: 4),
      inFlight: 1000)
    var run = Run(budget, seed: seed)
    var dice = SeededRandom(seed: seed &* 77)
    let step = Duration.seconds(86400 * 2) / 1500
    for _ in 0..<1500 {
      let people = (0..<6).map { _ in
        (
          person: Int.random(in: 0..<120, using: &dice),
          isWindowOpen: Int.random(in: 0..<10, using: &dice) == 0
        )
      }
      _ = run.claim(people)
      run.now += Bool.random(using: &dice) ? .milliseconds(150) : step
    }
    #expect(run.worst(in: .seconds(1)).posts <= 5)
    let distinct = run.worst(in: DailyLimit.length).people
    #expect(distinct <= 40)
    #expect(distinct >= 38)
    #expect(run.worst(in: .seconds(60)).toOne <= 4 + 60 / 6)
  }

  @Test("a full recipients budget holds new recipients only")
  func recipientsFull() {
    var run = Run(Budget(rate: nil, daily: .recipients(2), pair: nil), seed: 1)
    let verdicts = run.claim([(1, false), (2, false), (3, false), (1, false), (4, true)])
    #expect(Self.isGo(verdicts[0]) && Self.isGo(verdicts[1]))
    guard case .holdNewRecipients(let until) = verdicts[2] else {
      Issue.record("a third recipient was \(verdicts[2])")
      return
    }
    #expect(until >= run.now + DailyLimit.length)
    #expect(Self.isGo(verdicts[3]) && Self.isGo(verdicts[4]))
    run.now = until
    #expect(Self.isGo(run.claim([(3, false)])[0]))
  }

  @Test("a pair that is spent holds that person only, and pays back one by one")
  func pairFull() {
    var run = Run(Budget(rate: nil, daily: nil, pair: .metaPair, inFlight: 1000), seed: 1)
    let burst = run.claim(Array(repeating: (7, false), count: 44) + [(7, false), (8, false)])
    #expect(burst.prefix(44).allSatisfy(Self.isGo))
    #expect(Self.isGo(burst[45]))
    // The first may still be posted at its deadline, so the last of the burst waits for that.
    guard case .holdRecipient(let until) = burst[44] else {
      Issue.record("the 45th was \(burst[44])")
      return
    }
    #expect(until == run.now + .milliseconds(2025))
    run.now = until
    #expect(Self.isGo(run.claim([(7, false)])[0]))
    guard case .holdRecipient(let later) = run.claim([(7, false)])[0] else {
      Issue.record("the 46th went at once")
      return
    }
    #expect(later == until + .seconds(6))
  }

  @Test("says which budget holds the lane, and until when")
  func holds() {
    let now = Timestamp(seconds: 5_000)
    func plan(_ budget: Budget, posts: Int, inFlight: Int) -> BudgetPlan {
      var lane = LaneBudget(budget)
      lane.take(posts, at: now)
      return BudgetPlan(
        budget, lane: lane, recipients: nil, inFlight: inFlight, now: now, postBy: now + .seconds(2)
      )
    }
    let budget = Budget(
      rate: Rate(2, per: .seconds(1)), daily: .messages(4), pair: nil, inFlight: 3)
    #expect(plan(budget, posts: 1, inFlight: 0).hold == nil)
    #expect(plan(budget, posts: 1, inFlight: 0).room == 1)
    #expect(plan(budget, posts: 2, inFlight: 0).hold?.by == .rate)
    #expect(plan(budget, posts: 4, inFlight: 0).hold?.by == .daily)
    #expect(plan(budget, posts: 0, inFlight: 3).hold == BudgetPlan.Hold(until: nil, by: .inFlight))
  }

  @Test("the state of a lane outlives a restart, and a change of its settings")
  func keptForm() throws {
    let budget = Budget(
      rate: Rate(10, per: .seconds(1), burst: 3), daily: .messages(1000), pair: nil)
    var lane = LaneBudget(budget)
    for second in 0..<20 { lane.take(1, at: Timestamp(seconds: Int64(1000 + second))) }
    #expect(try LaneBudget(budget, kept: lane.bytes) == lane)
    #expect(try LaneBudget(budget, kept: []) == LaneBudget(budget))
    let now = Timestamp(seconds: 1019)
    let lower = try LaneBudget(Budget(rate: nil, daily: .messages(15), pair: nil), kept: lane.bytes)
    #expect(lower.room(at: now) == 0)
    let noDaily = try LaneBudget(
      Budget(rate: .init(1, per: .seconds(1)), daily: nil, pair: nil), kept: lane.bytes)
    #expect(noDaily.room(at: now) == 0)
    #expect(throws: Unreadable.self) { try LaneBudget(budget, kept: [9]) }
  }

  @Test("a token bucket lends its burst and no more", arguments: [1, 2, 3] as [UInt64])
  func bucket(seed: UInt64) {
    let rate = Rate(2, per: .seconds(1), burst: 7)
    var bucket = TokenBucket(rate)
    var random = SeededRandom(seed: seed)
    var posts: [Timestamp] = []
    var now = Timestamp(seconds: 77)
    for _ in 0..<2000 {
      let room = bucket.room(at: now)
      #expect((room > 0) == (bucket.nextRoom(after: now) == now))
      let count = Int.random(in: 0...room, using: &random)
      bucket.take(count, at: now)
      posts.append(contentsOf: repeatElement(now, count: count))
      now += .microseconds(Int64.random(in: 0...900_000, using: &random))
    }
    for (index, post) in posts.enumerated() where index % 13 == 0 {
      for span in [Duration.zero, .seconds(1), .seconds(5), .seconds(20)] {
        let count = posts[index...].prefix { $0 - post <= span }.count
        #expect(Double(count) <= 7 + 2 * Double(span.microseconds) / 1e6 + 1e-6)
      }
    }
  }

  private static func isGo(_ verdict: BudgetPlan.Verdict) -> Bool {
    if case .go = verdict { true } else { false }
  }
}
