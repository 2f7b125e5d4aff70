import Domain
import Testing
import Time

@Suite struct ForecastTests {
  @Test("who waits for the best message goes once those who try them have and the wait is over")
  func bestMessage() throws {
    let world = ForecastUnderTest(1_000, .only(Rate(10, per: .seconds(1)))) { input in
      var rest = ForecastCrowd(SenderID("main"), count: 4_000)
      rest.waitsForBest = true
      input.crowds.append(rest)
      input.test = ForecastInput.FirstWave(left: 1_000, look: .seconds(1800))
    }
    let span = try #require(world.span)
    #expect(span.isAbout(.seconds(500) * 1.025 + .seconds(1800), plus: .seconds(3)))
    #expect(world.course.stretches.map(\.limitedBy) == [.rate, .bestMessage, .rate])
    #expect(world.forecast.assumptions.count == 1)
  }

  struct Steady: CustomTestStringConvertible {
    let text: String
    let count: Int
    let budget: Budget
    let ends: Duration
    let limit: ForecastLimit
    /// How near it must be, beside 1 %: a lump of its rate, or a step of the grid of a day.
    var plus = Duration.seconds(2)

    var testDescription: String { text }
  }

  /// The guard of 25 ms makes a second 1.025 s long; a day's slots come back within 84.4 s of when they might.
  static let steady = [
    Steady(
      text: "80 a second", count: 8_000, budget: .only(Rate(80, per: .seconds(1))),
      ends: .milliseconds(99 * 1025), limit: .rate),
    Steady(
      text: "1 in 3 s", count: 100, budget: .only(Rate(1, per: .seconds(3))),
      ends: .seconds(99 * 3), limit: .rate, plus: .seconds(3)),
    // 100 at once, the other 1900 at 10 a second.
    Steady(
      text: "10 a second, of which 100 at once", count: 2_000,
      budget: .only(Rate(10, per: .seconds(1), burst: 100)), ends: .seconds(190), limit: .rate),
    // A window that takes all at once and frees all at once.
    Steady(
      text: "1000 in an hour", count: 3_500, budget: .only(Rate(1000, per: .seconds(3600))),
      ends: .hours(3), limit: .rate, plus: .seconds(15)),
    // 1 in 3 s, one after the other rather than at once, under a thousand a day: three days of waiting.
    Steady(
      text: "Twilio's sandbox", count: 3_500, budget: .twilioSandbox,
      ends: .seconds(3 * 86400 + 500 * 3), limit: .daily, plus: .seconds(300)),
    Steady(
      text: "250 in a day", count: 1_000,
      budget: .only(Rate(80, per: .seconds(1)), daily: .recipients(250)),
      ends: .hours(72), limit: .recipients, plus: .seconds(300)),
    Steady(
      text: "2000 in a day", count: 9_000,
      budget: .only(Rate(80, per: .seconds(1)), daily: .recipients(2_000)),
      ends: .hours(96), limit: .recipients, plus: .seconds(500)),
    // 10,000 take 128 s; the second 10,000 come back a day later over as long.
    Steady(
      text: "10,000 in a day", count: 25_000,
      budget: .only(Rate(80, per: .seconds(1)), daily: .recipients(10_000)),
      ends: .seconds(2 * 86400 + 64), limit: .recipients, plus: .seconds(400)),
    Steady(
      text: "100,000 in a day", count: 100_000,
      budget: .only(Rate(80, per: .seconds(1)), daily: .recipients(100_000)),
      ends: .milliseconds(1249 * 1025), limit: .rate),
    // 64 under way, each for half a second: 128 a second.
    Steady(
      text: "64 under way", count: 12_800, budget: .only(inFlight: 64), ends: .seconds(100),
      limit: .inFlight),
  ]

  @Test("ends when a calculation by hand says, for the reason that it says", arguments: steady)
  func byHand(_ steady: Steady) throws {
    let test = ForecastUnderTest(steady.count, steady.budget) {
      if steady.limit == .inFlight { $0.lanes[0].answer = .milliseconds(500) }
    }
    let span = try #require(test.span)
    #expect(span.isAbout(steady.ends, plus: steady.plus), "\(span) rather than \(steady.ends)")
    let course = test.course
    #expect(course.isConsistent && course.isComplete && course.sent == steady.count)
    let longest = try #require(
      course.stretches.max { $0.until - $0.from < $1.until - $1.from })
    #expect(longest.limitedBy == steady.limit, "\(course.stretches)")
    #expect(test.forecast.cautious == course)
  }

  @Test("slots that are spent already come back at their own time")
  func spent() throws {
    var recipients = RecipientBudget(limit: 250)
    // 100 twelve hours ago, 100 two hours ago.
    for hour in [12, 2] {
      for _ in 0..<100 {
        recipients.count(lastCounted: nil, at: ForecastUnderTest.start - .hours(hour))
      }
    }
    var test = ForecastUnderTest(
      200, .only(Rate(80, per: .seconds(1)), daily: .recipients(250)))
    test.input.groups[0].recipients = recipients
    // 50 now, 100 in twelve hours, 50 in twenty-two.
    #expect(try #require(test.span).isAbout(.hours(22), plus: .seconds(200)))
    test.input.crowds[0].count = 150
    #expect(try #require(test.span).isAbout(.hours(12), plus: .seconds(200)))
    test.input.crowds[0].count = 50
    #expect(try #require(test.span) < .seconds(10))
    // What is kept for replies is never touched.
    test.input.groups[0].reserve = 50
    #expect(try #require(test.span).isAbout(.hours(12), plus: .seconds(200)))
  }

  @Test("a day's messages that are spent hold the lane until they come back")
  func spentDaily() throws {
    var test = ForecastUnderTest(500, .twilioSandbox)
    test.input.lanes[0].spent.take(800, at: ForecastUnderTest.start - .hours(20))
    // 200 in ten minutes, then nothing for four hours, then 300.
    #expect(try #require(test.span).isAbout(.seconds(4 * 3600 + 299 * 3), plus: .seconds(200)))
    #expect(test.course.stretches.map(\.limitedBy) == [.rate, .daily, .rate])
    #expect((199...200).contains(try #require(test.course.stretches.first).sent))
  }

  @Test(
    "two lanes of one portfolio share its recipients, two portfolios have their own",
    arguments: [true, false])
  func portfolios(areOne: Bool) throws {
    let budget = Budget.only(Rate(80, per: .seconds(1)), daily: .recipients(1_000))
    let (one, two) = (LaneGroupID("portfolio:one"), LaneGroupID("portfolio:two"))
    var test = ForecastUnderTest(2_000, budget)
    test.input.lanes = [("a", one), ("b", areOne ? one : two)].map { name, group in
      ForecastLane(sender: SenderID(name), group: group, budget: budget)
    }
    test.input.crowds = ["a", "b"].map { ForecastCrowd(SenderID($0), count: 2_000) }
    test.input.groups = [one, two].map { ForecastGroup($0, RecipientBudget(limit: 1_000)) }
    // 4000 in portions of a thousand; or of two thousand.
    #expect(try #require(test.span).isAbout(.hours(areOne ? 72 : 24), plus: .seconds(400)))
    #expect(test.course.isConsistent && test.course.lanes.map(\.sent) == [2_000, 2_000])
    // Neither waits for the other to be done.
    let finishes = test.course.lanes.compactMap(\.finish)
    #expect(finishes.count == 2 && finishes[0] - finishes[1] < .hours(25))
  }

  @Test("a pace and a share are kept, the narrower of them")
  func paces() throws {
    var test = ForecastUnderTest(6_000, .only(Rate(80, per: .seconds(1))))
    test.input.lanes[0].pace = CampaignPace(pace: Rate(600, per: .seconds(60)))
    #expect(try #require(test.span).isAbout(.seconds(599)))
    #expect(test.course.stretches.map(\.limitedBy) == [.pace])
    test.input.lanes[0].pace = CampaignPace(pace: Rate(600, per: .seconds(60)), lanes: 2)
    #expect(try #require(test.span).isAbout(.seconds(1199)))
    test.input.lanes[0].pace.share = 5
    // 5 % of 80: 4 a second.
    #expect(try #require(test.span).isAbout(.seconds(1499)))
    #expect(test.course.stretches.map(\.limitedBy) == [.share])
  }

  @Test("what else waits goes before it, beside it or after it")
  func others() throws {
    var test = ForecastUnderTest(800, .only(Rate(8, per: .seconds(1))))
    func ends(_ queue: ForecastQueue...) throws -> Duration {
      test.input.lanes[0].others = queue
      return try #require(test.span)
    }
    let second = Duration.milliseconds(1025)
    #expect(try ends().isAbout(second * 99))
    #expect(try ends(ForecastQueue(.after, count: 5_000)).isAbout(second * 99))
    #expect(try ends(ForecastQueue(.before, count: 800)).isAbout(second * 199))
    #expect(test.course.stretches.map(\.limitedBy) == [.others, .rate])
    // Until those that stand beside are through, each has as much.
    #expect(try ends(ForecastQueue(.beside, count: 5_000)).isAbout(second * 199))
    #expect(try ends(ForecastQueue(.beside, count: 400)).isAbout(second * 149))
    let two = [ForecastQueue(.beside, count: 9_000), ForecastQueue(.beside, count: 9_000)]
    #expect(try ends(two[0], two[1]).isAbout(second * 300, within: 0.02))
  }

  @Test("what comes in from elsewhere takes its part of the rate and of the day")
  func inflow() throws {
    var test = ForecastUnderTest(8_000, .only(Rate(80, per: .seconds(1))))
    test.input.lanes[0].inflow = Rate(40, per: .seconds(1))
    // 78 a second are left by the guard, 40 of them to others.
    #expect(try #require(test.span).isAbout(.seconds(8_000 / 38), within: 0.02))
    var daily = ForecastUnderTest(1_200, .only(Rate(10, per: .seconds(1)), daily: .messages(1_000)))
    daily.input.lanes[0].inflow = Rate(10, per: .seconds(3600))
    // 1000 at once; of the next thousand the others took 240 before, and slots come back as they were taken.
    #expect(try #require(daily.span).isAbout(.hours(24), plus: .seconds(400)))
    #expect(daily.course.isConsistent)
    // While a lane is held for hours, what comes in is not held for good.
    test.input.lanes[0].pace = CampaignPace(pace: Rate(10, per: .seconds(1)))
    test.input.start = ForecastUnderTest.start + .hours(10)
    #expect(try #require(test.span).isAbout(.seconds(36_000 + 800), within: 0.002))
    // A lane whose own traffic fills it never gets to the campaign.
    test.input.lanes[0].inflow = Rate(90, per: .seconds(1))
    #expect(test.course.finish == nil && test.course.losses[.noRoom, default: 0] > 7_000)
  }

  @Test("a slow provider leaves no more than what is under way at once")
  func inFlight() throws {
    var test = ForecastUnderTest(6_400, .only(Rate(80, per: .seconds(1)), inFlight: 64))
    test.input.lanes[0].answer = .milliseconds(200)
    #expect(try #require(test.span).isAbout(.milliseconds(79 * 1025), plus: .seconds(2)))
    #expect(test.course.stretches.map(\.limitedBy) == [.rate])
    test.input.lanes[0].answer = .seconds(4)
    // 16 a second. What is under way now must be answered first.
    #expect(try #require(test.span).isAbout(.seconds(4 * 99)))
    #expect(test.course.stretches.map(\.limitedBy) == [.inFlight])
    test.input.lanes[0].inFlight = 64
    #expect(try #require(test.span).isAbout(.seconds(4 * 100)))
  }

  @Test("answers that may be slow are an assumption, and make the cautious end later")
  func slowAnswers() throws {
    var test = ForecastUnderTest(6_400, .only(inFlight: 64))
    test.input.lanes[0].answer = .seconds(1)
    #expect(test.forecast.assumptions.isEmpty)
    test.input.lanes[0].slowAnswer = .seconds(3)
    let forecast = test.forecast
    #expect(forecast.assumptions.count == 1)
    let (likely, cautious) = (
      try #require(forecast.likely.finish), try #require(forecast.cautious.finish)
    )
    #expect((likely - ForecastUnderTest.start).isAbout(.seconds(99)))
    #expect((cautious - ForecastUnderTest.start).isAbout(.seconds(297)))
  }

  @Test("this machine's speed is one of the limits, and a held lane waits")
  func machine() throws {
    var test = ForecastUnderTest(10_000, .only(Rate(1000, per: .seconds(1))))
    test.input.lanes[0].topRate = Rate(100, per: .seconds(1))
    #expect(try #require(test.span).isAbout(.seconds(99)))
    #expect(test.course.stretches.map(\.limitedBy) == [.machine])
    test.input.lanes[0].heldUntil = ForecastUnderTest.start + .seconds(300)
    #expect(try #require(test.span).isAbout(.seconds(399)))
    #expect(test.course.stretches.map(\.limitedBy) == [.laneHeld, .machine])
  }

  @Test("who is in a window or counts already needs no slot")
  func free() throws {
    var test = ForecastUnderTest(
      1_000, .only(Rate(80, per: .seconds(1)), daily: .recipients(250)))
    test.input.crowds[0].inWindow = 700
    // 300 new ones: 250 now, 50 a day later.
    #expect(try #require(test.span).isAbout(.hours(24), plus: .seconds(200)))
    test.input.crowds[0].inWindow = 750
    #expect(try #require(test.span) < .seconds(15))
    // Those that count already keep their slots, so that nobody else gets them.
    var recipients = RecipientBudget(limit: 250)
    for _ in 0..<200 {
      recipients.count(lastCounted: nil, at: ForecastUnderTest.start - .hours(20))
    }
    test.input.groups[0].recipients = recipients
    test.input.crowds[0] = ForecastCrowd(SenderID("main"), count: 300)
    test.input.crowds[0].counted = 200
    // 50 new ones and the 200 now; the slots of these come back a day from now, not in four hours.
    #expect(try #require(test.span).isAbout(.hours(24), plus: .seconds(200)))
    // If they were others, their slots would be free in four hours.
    test.input.crowds[0] = ForecastCrowd(SenderID("main"), count: 100)
    #expect(try #require(test.span).isAbout(.hours(4), plus: .seconds(200)))
  }

  @Test("who may write before their turn is an assumption")
  func mayWrite() throws {
    var test = ForecastUnderTest(
      1_000, .only(Rate(80, per: .seconds(1)), daily: .recipients(250)))
    test.input.crowds[0].mayWrite = 250...750
    let forecast = test.forecast
    #expect(forecast.assumptions.count == 1)
    let (likely, cautious) = (
      try #require(forecast.likely.finish), try #require(forecast.cautious.finish)
    )
    // 500 and 750 need a slot.
    #expect((likely - ForecastUnderTest.start).isAbout(.hours(24), plus: .seconds(400)))
    #expect((cautious - ForecastUnderTest.start).isAbout(.hours(48), plus: .seconds(400)))
  }
}
