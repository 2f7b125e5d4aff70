import Domain
import Testing
import Time

@Suite struct TierPlanTests {
  static let now = ForecastUnderTest.start

  struct Case: CustomTestStringConvertible {
    let text: String
    var limit: Int? = 2_000
    var used: [Int] = []
    var audience = 5_000
    var reserve = 0
    var quality = TierPlan.Quality.high
    /// Each as hours from now and a count, or a limit; 0 stands for none.
    let waves: [[Int]]
    let rises: [[Int]]
    let ends: Int?
    let without: Int?

    var testDescription: String { text }

    var plan: TierPlan {
      var input = TierPlan.Input(now: now, limit: limit, used: used, audience: audience)
      (input.reserve, input.quality) = (reserve, quality)
      return TierPlan(input)
    }
  }

  static let cases = [
    Case(
      text: "the first day earns the next level, and that takes the rest",
      waves: [[0, 2_000], [6, 3_000]], rises: [[6, 10_000], [12, 100_000]], ends: 6, without: 48),
    Case(
      text: "a level after the other", audience: 200_000,
      waves: [[0, 2_000], [6, 8_000], [12, 90_000], [18, 100_000]],
      rises: [[6, 10_000], [12, 100_000], [18, 0]], ends: 18, without: 99 * 24),
    Case(
      text: "what is kept is never planned for", reserve: 500,
      waves: [[0, 1_500], [6, 3_500]], rises: [[6, 10_000], [12, 100_000]], ends: 6, without: 72),
    Case(
      text: "more than half is kept, so it takes two days", reserve: 1_200,
      waves: [[0, 800], [24, 800], [30, 3_400]], rises: [[30, 10_000], [36, 100_000]],
      ends: 30, without: 144),
    Case(
      text: "the half was used already", used: [0, 0, 0, 0, 600, 500, 0], audience: 3_000,
      waves: [[0, 2_000], [6, 1_000]], rises: [[6, 10_000]], ends: 6, without: 24),
    Case(
      text: "what was used today leaves less of it", used: [1_600], audience: 1_000,
      waves: [[0, 400], [6, 600]], rises: [[6, 10_000]], ends: 6, without: 24),
    Case(
      text: "what was used a week ago counts no more",
      used: [900, 0, 0, 0, 0, 0, 0, 0], audience: 500, waves: [[0, 500]], rises: [], ends: 0,
      without: 0),
    Case(
      text: "an audience that is too small earns nothing", audience: 900, waves: [[0, 900]],
      rises: [], ends: 0, without: 0),
    Case(
      text: "without quality nothing rises", quality: .notHigh,
      waves: [[0, 2_000], [24, 2_000], [48, 1_000]], rises: [], ends: 48, without: 48),
    Case(
      text: "from 250 the half is not enough: 2000 in thirty days are", limit: 250,
      audience: 3_000,
      waves: (0..<8).map { [$0 * 24, 250] } + [[7 * 24 + 6, 1_000]],
      rises: [[7 * 24 + 6, 2_000], [7 * 24 + 12, 10_000]], ends: 7 * 24 + 6, without: 11 * 24),
    Case(
      text: "what was delivered in the weeks before counts", limit: 250,
      used: Array(repeating: 80, count: 24) + [0], audience: 500,
      waves: [[0, 250], [6, 250]], rises: [[6, 2_000]], ends: 6,
      without: 24),
    Case(
      text: "a limit that is not of the ladder rises as the level below it does", limit: 1_000,
      audience: 1_500, waves: [[0, 1_000], [24, 500]], rises: [], ends: 24, without: 24),
    Case(
      text: "without a limit all of it goes", limit: nil, audience: 70, waves: [[0, 70]],
      rises: [], ends: 0, without: 0),
    Case(
      text: "what is kept is all", audience: 10, reserve: 2_000, waves: [], rises: [], ends: nil,
      without: nil),
    Case(text: "nobody", audience: 0, waves: [], rises: [], ends: 0, without: 0),
  ]

  @Test(
    "sends as early as is allowed, so that the limit rises as early as may be", arguments: cases)
  func plans(_ one: Case) {
    let plan = one.plan
    func hours(_ time: Timestamp) -> Int { Int((time - Self.now).seconds / 3600) }
    #expect(plan.waves.map { [hours($0.at), $0.count] } == one.waves)
    #expect(plan.rises.map { [hours($0.at), $0.limit ?? 0] } == one.rises)
    #expect(plan.finish.map(hours) == one.ends)
    #expect(plan.finishWithoutRise.map(hours) == one.without)
  }

  @Test("never plans over the limit less what is kept", arguments: 1...40 as ClosedRange<UInt64>)
  func limits(seed: UInt64) {
    var dice = SeededRandom(seed: seed)
    let levels = [250, 1_000, 2_000, 10_000, 100_000]
    var input = TierPlan.Input(
      now: Self.now, limit: levels[Int.random(in: 0..<5, using: &dice)],
      used: (0..<7).map { _ in Int.random(in: 0...400, using: &dice) },
      audience: Int.random(in: 0...300_000, using: &dice))
    input.reserve = Int.random(in: 0...300, using: &dice)
    let plan = TierPlan(input)
    for (index, wave) in plan.waves.enumerated() {
      guard let limit = wave.limit else { continue }
      let inDay = plan.waves[...index].filter { $0.at > wave.at - DailyLimit.length }
      let before = wave.at < Self.now + DailyLimit.length ? input.used[6] : 0
      #expect(inDay.reduce(before) { $0 + $1.count } <= limit - input.reserve)
    }
    let sent = plan.waves.reduce(0) { $0 + $1.count }
    #expect(sent == input.audience || plan.finish == nil)
    #expect(plan.days.reduce(0) { $0 + $1.sent } == sent)
    if let with = plan.finish, let without = plan.finishWithoutRise { #expect(with <= without) }
  }

  @Test("names what it takes for granted")
  func assumptions() {
    func texts(_ one: Case) -> String { one.plan.assumptions.joined(separator: "\n") }
    let usual = texts(Self.cases[2])
    #expect(usual.contains("how the provider measures the half of a limit is not published"))
    #expect(usual.contains("a drop in the quality of any number or template stops the rise"))
    #expect(usual.contains("500 recipients of each day are kept"))
    #expect(!usual.contains("verifying the business"))
    #expect(
      texts(Self.cases[7]).contains("100 more people would have to be written to within 7 days"))
    #expect(texts(Self.cases[9]).contains("verifying the business raises it sooner"))
    #expect(texts(Self.cases[8]).contains("not all numbers and templates have a high quality"))
    var unknown = Self.cases[0]
    unknown.quality = .unknown
    #expect(texts(unknown).contains("is not known; it is taken as high"))
  }
}
