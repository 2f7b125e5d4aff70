import Domain
import Platform
import Time

/// How long the forecast of a large campaign takes, under each of the limits that it may have, and in how much memory.
enum ForecastBenchmark {
  static func run(_ arguments: ArraySlice<String>) throws {
    let people = arguments.first.flatMap(Int.init) ?? 1_000_000
    print("a campaign for \(people) people")
    var race = Race()
    let before = ProcessFacts.residentBytes
    for (name, input) in cases(people) {
      try race.run(name, operations: people) {
        let course = CampaignForecast(input).likely
        guard course.sent == people else { throw Unexpected(what: "\(course.sent) sent") }
      }
    }
    race.report()
    // Ten seconds for a million.
    for (name, _) in cases(people) { race.expect(name, atLeast: 100_000) }
    if let before, let after = ProcessFacts.residentBytes {
      print("  grew by \((after - before) / 1_048_576) MB, at most 200 MB")
    }
  }

  private static let now = Timestamp(seconds: 1_800_000_000)

  private static func budget(
    _ rate: Rate?, _ daily: DailyLimit? = nil, inFlight: Int = 64
  ) -> Budget {
    Budget(rate: rate, daily: daily, pair: nil, inFlight: inFlight)
  }

  private static func cases(_ people: Int) -> [(String, ForecastInput)] {
    let second = Rate(1, per: .seconds(1))
    return [
      ("80 a second", one(people, budget(Rate(80, per: .seconds(1))))),
      ("1 in 3 s", one(people, budget(Rate(1, per: .seconds(3))))),
      ("a burst", one(people, budget(Rate(80, per: .seconds(1), burst: 800)))),
      ("1 in 3 s and 1000 a day", one(people, .twilioSandbox)),
      (
        "1 a second and 100,000 recipients a day",
        one(people, budget(second, .recipients(100_000)))
      ),
      ("64 under way", one(people, budget(nil))),
      ("ten lanes, 500 crowds, quiet hours", many(people)),
    ]
  }

  private static func one(_ people: Int, _ budget: Budget) -> ForecastInput {
    let sender = SenderID("main")
    var lane = ForecastLane(sender: sender, budget: budget)
    lane.answer = .milliseconds(300)
    var input = ForecastInput(
      now: now, lanes: [lane], crowds: [ForecastCrowd(sender, count: people)])
    if case .recipients(let limit) = budget.daily {
      input.groups = [ForecastGroup(lane.group, RecipientBudget(limit: limit))]
    }
    return input
  }

  /// People of all zones, each written to from 8 to 21 o'clock, by the ten numbers of one portfolio.
  private static func many(_ people: Int) -> ForecastInput {
    let group = LaneGroupID("portfolio:one")
    let budget = budget(Rate(20, per: .seconds(1), burst: 40), .recipients(100_000))
    let lanes = (0..<10).map { number in
      var lane = ForecastLane(sender: SenderID("s\(number)"), group: group, budget: budget)
      lane.answer = .milliseconds(300)
      return lane
    }
    let crowds = (0..<500).map { number in
      var crowd = ForecastCrowd(
        lanes[number % 10].sender, count: people / 500 + (number < people % 500 ? 1 : 0))
      crowd.openings = .from { opening(after: $0, hoursAhead: Int64(number / 10 % 24)) }
      return crowd
    }
    return ForecastInput(
      now: now, lanes: lanes, groups: [ForecastGroup(group, RecipientBudget(limit: 100_000))],
      crowds: crowds)
  }

  private static func opening(after time: Timestamp, hoursAhead: Int64) -> Range<Timestamp> {
    let day = (time.microseconds / 1_000_000 + hoursAhead * 3600) / 86400
    let today = Timestamp(seconds: day * 86400 - hoursAhead * 3600)
    let from = today + .seconds(8 * 3600)
    let until = today + .seconds(21 * 3600)
    let later = Duration.seconds(time < until ? 0 : 86400)
    return from + later..<until + later
  }

  private struct Unexpected: Error { let what: String }
}
