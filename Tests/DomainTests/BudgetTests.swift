import Domain
import Testing

@Suite struct BudgetTests {
  @Test(
    "reads a rate as it is written",
    arguments: [
      ("1/3s", Rate(1, per: .seconds(3))), ("80/s", Rate(80, per: .seconds(1))),
      ("1/6s burst 45", Rate(1, per: .seconds(6), burst: 45)),
      ("10/500ms", Rate(10, per: .milliseconds(500))), ("100/m", Rate(100, per: .seconds(60))),
      ("5/2h", Rate(5, per: .seconds(7200))), ("1000/d", Rate(1000, per: .seconds(86400))),
    ])
  func rates(text: String, rate: Rate) {
    #expect(Rate(text) == rate)
    #expect(Rate(rate.description) == rate)
  }

  @Test(
    "refuses what is no rate",
    arguments: [
      "", "80", "80/", "/s", "0/s", "-1/s", "+1/s", "80/x", "80/s burst", "80/s burst 0", "80/0s",
      "80/s bursts 3", "1/99999999s", "80 /s",
    ])
  func refusals(text: String) { #expect(Rate(text) == nil) }

  @Test("the defaults are the project's")
  func defaults() {
    #expect(Budget.twilioSandbox.rate?.description == "1/3s")
    #expect(Budget.twilioSandbox.daily == .messages(1000))
    #expect(Budget.metaWhatsApp.rate?.description == "80/s")
    #expect(Budget.metaWhatsApp.daily == .recipients(1000))
    #expect(Budget.metaWhatsApp.pair?.description == "1/6s burst 45")
    #expect(Budget.twilioWhatsApp.daily == .messages(1000))
    #expect(Budget.sms.rate?.description == "1/s")
    #expect(Budget.sms.inFlight == 64)
  }

  @Test(
    "what the provider tells of a rate is taken, but a fixed one is only narrowed by it",
    arguments: [
      (own: "80/s", isFixed: false, told: 1000, rate: "1000/s"),
      (own: "80/s", isFixed: false, told: 5, rate: "5/s"),
      (own: "80/s", isFixed: true, told: 1000, rate: "80/s"),
      (own: "80/s", isFixed: true, told: 80, rate: "80/s"),
      (own: "80/s", isFixed: true, told: 5, rate: "5/s"),
    ])
  func told(own: String, isFixed: Bool, told: Int, rate: String) {
    var budget = Budget(rate: Rate(own), daily: nil, pair: nil)
    if isFixed { budget.fixed = [.rate] }
    #expect(budget.limited(messagesASecond: told).rate == Rate(rate))
  }

  @Test(
    "the ceiling of the backoff doubles up to its cap",
    arguments: [(1, 1), (2, 2), (5, 16), (6, 32), (7, 60), (100, 60), (0, 1)])
  func backoffCeiling(failures: Int, seconds: Int) {
    let backoff = Backoff(base: .seconds(1), cap: .seconds(60))
    #expect(backoff.ceiling(failures: failures) == .seconds(seconds))
  }

  @Test("waits are spread over the whole span below the ceiling")
  func jitter() {
    let backoff = Backoff(base: .seconds(1), cap: .seconds(60))
    var random = SeededRandom(seed: 3)
    let waits = (0..<4000).map { _ in backoff.wait(failures: 5, using: &random) }
    #expect(waits.allSatisfy { $0 >= .zero && $0 <= .seconds(16) })
    let quarters = Dictionary(grouping: waits) { min(3, Int($0 / .seconds(4))) }.mapValues(\.count)
    #expect(quarters.count == 4 && quarters.values.allSatisfy { (900...1100).contains($0) })
  }
}
