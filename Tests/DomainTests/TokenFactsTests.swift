import Domain
import Testing
import Time

@Suite struct TokenFactsTests {
  private static let now = CalendarTime(seconds: 1_800_000_000)

  private static func facts(
    checked: Int64?, issued: Int64 = -40, ends: Int64?, isValid: Bool = true, failing: Bool = false,
    unit: Int64 = 86400
  ) -> TokenFacts {
    var facts = TokenFacts()
    facts.checkedAt = checked.map { now - .seconds($0) }
    facts.issuedAt = now + .seconds(issued * unit)
    facts.expiresAt = ends.map { now + .seconds($0 * unit) }
    facts.isValid = isValid
    if failing { (facts.failingSince, facts.failure) = (now, "1: no") }
    return facts
  }

  @Test(
    "a token is looked at daily, and refreshed a third of its life before its end, at most twenty days",
    arguments: [
      (facts(checked: nil, ends: nil), false, TokenStep.look),
      (facts(checked: 10, ends: nil), false, .wait(until: now + .seconds(86390))),
      (facts(checked: 86400, ends: nil), false, .look),
      (facts(checked: 10, ends: 21), false, .wait(until: now + .seconds(86390))),
      (facts(checked: 10, ends: 20), false, .refresh),
      (facts(checked: 10, ends: 1), false, .refresh),
      // Of an hour, at once; of three, an hour before.
      (facts(checked: 10, issued: -1, ends: 59, unit: 60), false, .refresh),
      (
        facts(checked: 10, issued: -10, ends: 170, unit: 60), false,
        .wait(until: now + .seconds(110 * 60))
      ),
      (facts(checked: 10, issued: -120, ends: 60, unit: 60), false, .refresh),
      // One that has ended cannot be refreshed.
      (facts(checked: 10, ends: -1), false, .wait(until: now + .seconds(86390))),
      (facts(checked: 10, ends: 5, isValid: false), false, .wait(until: now + .seconds(86390))),
      // A refresh that failed is tried again, sooner towards the end.
      (facts(checked: 10, ends: 10, failing: true), false, .wait(until: now + .seconds(3590))),
      (facts(checked: 3600, ends: 10, failing: true), false, .refresh),
      (facts(checked: 1, ends: 1, failing: true, unit: 20), false, .wait(until: now + .seconds(1))),
      // A lane stands still for it.
      (facts(checked: 1, ends: nil), true, .wait(until: now + .seconds(86399))),
      (facts(checked: 2, ends: nil), true, .look),
    ])
  func steps(facts: TokenFacts, isDoubted: Bool, step: TokenStep) {
    #expect(TokenStep(facts, at: Self.now, isDoubted: isDoubted) == step)
  }

  @Test(
    "its state is told in words",
    arguments: [
      (TokenFacts(), "not looked at yet"), (facts(checked: 1, ends: nil), "does not end"),
      (facts(checked: 1, ends: 1), "ends in 1 day, at "),
      (facts(checked: 1, ends: 30), "ends in 30 days, at "),
      (facts(checked: 1, ends: -1), "ended: log in again"),
      (facts(checked: 1, ends: 1, isValid: false), "ended: log in again"),
    ])
  func words(facts: TokenFacts, start: String) {
    #expect(facts.sentence(at: Self.now).hasPrefix(start))
  }

  @Test("what it misses and what failed is told")
  func faults() {
    var facts = Self.facts(checked: 1, ends: 9, failing: true)
    #expect(facts.sentence(at: Self.now).hasSuffix("it could not be refreshed: 1: no"))
    facts.scopes = ["whatsapp_business_messaging"]
    #expect(facts.sentence(at: Self.now).contains("whatsapp_business_management"))
  }

  @Test(
    "warnings come fourteen days, a week and a day before the end",
    arguments: [(15, nil), (14, 14), (8, 14), (7, 7), (2, 7), (1, 1), (-1, nil)] as [(Int64, Int?)])
  func warnings(days: Int64, warning: Int?) {
    #expect(Self.facts(checked: 1, ends: days).warningDay(at: Self.now) == warning)
  }
}
