import Domain
import Testing
import Time

@Suite struct CareRuleTests {
  // MARK: First wave

  struct Wave: CustomTestStringConvertible, Sendable {
    let text: String
    var rows = 1000
    let found: FirstWave.Found
    var quiet = Duration.zero
    let passes: Bool?

    var testDescription: String { text }
  }

  private static func found(
    _ begun: Int, arrived: Int, failed: Int = 0, optedOut: Int = 0, open: Int = 0
  ) -> FirstWave.Found {
    FirstWave.Found(
      begun: begun, arrived: arrived, failed: failed, optedOut: optedOut, open: open)
  }

  static let waves = [
    Wave(text: "some have not gone", found: found(99, arrived: 99), passes: nil),
    Wave(text: "all arrived", found: found(100, arrived: 100), passes: true),
    Wave(
      text: "half arrived, of the rest nothing is heard yet",
      found: found(100, arrived: 60, open: 40), passes: nil),
    Wave(
      text: "half arrived, of the rest nothing was heard for long",
      found: found(100, arrived: 60, open: 40), quiet: .seconds(1800), passes: true),
    Wave(
      text: "too few arrived", found: found(100, arrived: 49, open: 51), quiet: .seconds(1800),
      passes: false),
    Wave(text: "as many failed as may", found: found(100, arrived: 90, failed: 10), passes: true),
    Wave(
      text: "too many failed before the rest was heard",
      found: found(50, arrived: 10, failed: 11, open: 29), passes: false),
    Wave(text: "too many opted out", found: found(100, arrived: 100, optedOut: 6), passes: false),
    Wave(
      text: "fewer people than the wave has", rows: 10, found: found(10, arrived: 10), passes: true),
  ]

  @Test(
    "a first wave passes once enough of it arrived, and fails as soon as it must", arguments: waves)
  func wave(_ wave: Wave) {
    let rule = FirstWave(size: 100)
    let passes: Bool? =
      switch rule.verdict(on: wave.found, of: wave.rows, quiet: wave.quiet) {
      case .wait: nil
      case .pass: true
      case .fail: false
      }
    #expect(passes == wave.passes)
  }

  // MARK: Error budget

  private static func tally(_ sent: Int, failed: Int, code: String = "131026") -> CampaignTally {
    func item(_ state: SendState, _ code: String, _ count: Int) -> CampaignTally.Item {
      CampaignTally.Item(
        sender: SenderID("main"), template: "sale", segment: "+39", place: 1, state: state,
        code: code, count: count)
    }
    return CampaignTally([item(.delivered, "", sent - failed), item(.failed, code, failed)])
  }

  /// Whether each look in turn finds a breach.
  private func breaches(
    _ budget: ErrorBudget, _ looks: [(sent: Int, failed: Int)], code: String = "131026"
  ) -> [Bool] {
    var watch = ErrorBudget.Watch(budget)
    return looks.map { !watch.look(at: Self.tally($0.sent, failed: $0.failed, code: code)).isEmpty }
  }

  @Test("nothing is judged before so many went")
  func early() {
    #expect(
      breaches(ErrorBudget(share: 5, after: 20), [(1, 1), (19, 1), (20, 1)]) == [
        false, false, true,
      ])
  }

  @Test("a long past without failures hides nothing")
  func window() {
    let looks = (0...10).map { (sent: $0 * 100, failed: 0) }
    #expect(breaches(ErrorBudget(share: 10), looks + [(1100, 9)]).last == false)
    #expect(breaches(ErrorBudget(share: 10), looks + [(1100, 10)]).last == true)
  }

  @Test(
    "what is the person's own affair is no failure",
    arguments: ["opted-out", "expired", "frequency-cap"])
  func ownAffairs(code: String) {
    #expect(breaches(ErrorBudget(), [(100, 50)], code: code) == [false])
  }

  @Test("what was stopped is judged by what comes afterwards")
  func afterwards() {
    var watch = ErrorBudget.Watch(ErrorBudget(share: 10, after: 20))
    let before = Self.tally(100, failed: 50)
    let breach = watch.look(at: before)
    #expect(breach.count == 1)
    watch.forget(breach[0].segment, as: before)
    #expect(watch.look(at: Self.tally(200, failed: 55)).isEmpty)
    #expect(watch.look(at: Self.tally(300, failed: 70)).count == 1)
  }

  // MARK: Frequency cap

  @Test("a cap has room again once the last messages that fill it are old enough")
  func cap() {
    let now = Timestamp(seconds: 1_800_000_000)
    func hours(_ hours: Int...) -> [Timestamp] { hours.map { now - .seconds(3600 * $0) } }
    let cap = FrequencyCap(2, in: .seconds(86_400))
    #expect(cap.nextRoom(after: hours(1), at: now) == now)
    #expect(cap.nextRoom(after: hours(1, 30), at: now) == now)
    #expect(cap.nextRoom(after: hours(1, 20), at: now) == now + .seconds(4 * 3600))
    // Three of them: two have to go.
    #expect(cap.nextRoom(after: hours(20, 1, 10), at: now) == now + .seconds(14 * 3600))
  }
}
