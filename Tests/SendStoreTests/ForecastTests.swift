import Domain
import SendStore
import TestSupport
import Testing
import Time

@Suite struct RecipientDayTests {
  @Test(
    "the people of each day are counted on the last day on which they were written to",
    arguments: Backend.allCases)
  func days(backend: Backend) throws {
    let sender = Sender.main.with(Budget(rate: nil, daily: .recipients(1000), pair: nil))
    let world = try StoreUnderTest(backend, senders: [sender])
    func counts() throws -> [Int] {
      try world.store.recipientsByDay(of: sender.laneGroup, days: 3)
    }
    #expect(try counts() == [0, 0, 0])
    func write(_ people: Range<Int>) throws {
      try world.queue(people.count) {
        $1.recipient = PersonAddress("+3933300\(10_000 + people.lowerBound + $0)")
      }
      _ = try world.claim(sender)
    }
    try write(0..<5)
    world.clock.advance(.seconds(2 * 86400))
    try write(3..<7)
    world.clock.advance(.seconds(3600))
    #expect(try counts() == [3, 0, 4])
    world.clock.advance(.seconds(86400))
    #expect(try counts() == [0, 4, 0])
  }
}

/// A forecast against the store's own claims, on a clock that goes from one claim to the next.
@Suite struct ForecastTests {
  struct Case: CustomTestStringConvertible {
    let text: String
    let count: Int
    var budget: Budget
    var answer = Duration.milliseconds(300)
    var pace: Rate?
    var share: Int?
    /// Other sends, of the same priority.
    var others = 0

    var testDescription: String { text }
  }

  static let cases = [
    Case(text: "a rate", count: 2_000, budget: budget(Rate(40, per: .seconds(1)))),
    Case(
      text: "a rate that bursts", count: 1_500,
      budget: budget(Rate(20, per: .seconds(1), burst: 200))),
    Case(
      text: "new recipients of a day", count: 900,
      budget: budget(Rate(40, per: .seconds(1)), .recipients(250))),
    Case(
      text: "messages of a day", count: 260,
      budget: budget(Rate(1, per: .seconds(3)), .messages(200))),
    Case(
      text: "few under way", count: 800, budget: budget(nil, inFlight: 16), answer: .seconds(2)),
    Case(
      text: "a pace", count: 900, budget: budget(Rate(40, per: .seconds(1))),
      pace: Rate(600, per: .seconds(60))),
    Case(
      text: "a share", count: 900, budget: budget(Rate(40, per: .seconds(1))), share: 25),
    Case(
      text: "others beside it", count: 900, budget: budget(Rate(40, per: .seconds(1))),
      others: 500),
  ]

  static func budget(
    _ rate: Rate?, _ daily: DailyLimit? = nil, inFlight: Int = 64
  ) -> Budget {
    Budget(rate: rate, daily: daily, pair: nil, inFlight: inFlight)
  }

  @Test("the store's claims end when the forecast says", arguments: cases)
  func claims(_ one: Case) throws {
    let sender = Sender.main.with(one.budget)
    let world = try StoreUnderTest(.oneMachine, senders: [sender])
    let campaign = try CampaignUnderTest(
      in: world,
      {
        $0.pace = one.pace
        $0.share = one.share
        $0.expires = world.clock.now + .seconds(30 * 86400)
      }, senders: [sender])
    try campaign.started(one.count)
    if one.others > 0 {
      try world.queue(one.others) { index, send in send.recipient = "+3933200\(10000 + index)" }
    }
    var claims = Claims(world, sender, answer: one.answer, start: world.clock.now)
    let first = forecast(one, sender, at: world.clock.now)
    let told = try #require(first.finish) - claims.start
    try claims.go(until: one.count)
    let truth = claims.last - claims.start
    #expect(
      abs(told.seconds - truth.seconds) <= truth.seconds / 20 + 0.1, "\(told) rather than \(truth)")
  }

  @Test("made again from the store's budgets half way, it says the same end")
  func again() throws {
    let one = Self.cases[2]
    let sender = Sender.main.with(one.budget)
    let world = try StoreUnderTest(.oneMachine, senders: [sender])
    let campaign = try CampaignUnderTest(
      in: world, { $0.expires = world.clock.now + .seconds(30 * 86400) }, senders: [sender])
    try campaign.started(one.count)
    var claims = Claims(world, sender, answer: one.answer, start: world.clock.now)
    try claims.go(until: 400)
    let now = world.clock.now
    let half = forecast(one, sender, at: now) { input in
      input.crowds[0].begun = claims.count
      input.groups[0].recipients = RecipientBudget(limit: 250)
      for post in claims.posts where now - post < DailyLimit.length {
        input.groups[0].recipients.count(lastCounted: nil, at: post + SendStore.postSpan)
      }
    }
    try claims.go(until: one.count)
    let finish = try #require(half.finish)
    #expect(abs((finish - claims.last).seconds) <= (claims.last - now).seconds / 20)
  }

  private func forecast(
    _ one: Case, _ sender: Sender, at now: Timestamp,
    _ change: (inout ForecastInput) -> Void = { _ in }
  ) -> ForecastCourse {
    var lane = ForecastLane(sender: sender.id, budget: one.budget)
    lane.answer = one.answer
    lane.pace = CampaignPace(pace: one.pace, share: one.share)
    lane.others = [ForecastQueue(.beside, count: one.others)]
    var input = ForecastInput(
      now: now, lanes: [lane], crowds: [ForecastCrowd(sender.id, count: one.count)],
      postSpan: SendStore.postSpan)
    if case .recipients(let limit) = one.budget.daily {
      input.groups = [ForecastGroup(lane.group, RecipientBudget(limit: limit))]
    }
    change(&input)
    return CampaignForecast(input).likely
  }

  /// A worker whose posts leave at once, and are answered after some time.
  struct Claims {
    let world: StoreUnderTest
    let sender: Sender
    let answer: Duration
    let start: Timestamp
    /// Of the campaign.
    private(set) var posts: [Timestamp] = []
    private var awaited: [(at: Timestamp, sends: [ClaimedSend])] = []

    init(_ world: StoreUnderTest, _ sender: Sender, answer: Duration, start: Timestamp) {
      (self.world, self.sender, self.answer, self.start) = (world, sender, answer, start)
    }

    var count: Int { posts.count }
    var last: Timestamp { posts.last ?? start }

    mutating func go(until count: Int) throws {
      while posts.count < count {
        let now = world.clock.now
        let claim = try world.claim(sender, limit: 256)
        posts += claim.sends.filter { $0.campaign != nil }.map { _ in now }
        if !claim.sends.isEmpty { awaited.append((now + answer, claim.sends)) }
        let next = [claim.next, awaited.first?.at].compactMap(\.self).min()
        world.clock.advance(to: max(try #require(next), now + .milliseconds(1)))
        try record()
      }
    }

    private mutating func record() throws {
      while let first = awaited.first, first.at <= world.clock.now {
        awaited.removeFirst()
        _ = try world.store.record(
          first.sends.map { .accepted($0, "SM-\($0.id)", postedAt: first.at - answer) })
      }
    }
  }
}
