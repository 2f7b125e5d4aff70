import Domain
import Testing

/// What an assistant may still use.
@Suite struct AssistantBudgetTests {
  private static func verdict(
    _ limits: AssistantLimits, _ used: AssistantUse, next: AssistantUse
  ) -> AssistantBudget.Verdict {
    AssistantBudget(limits, conversation: used, day: used, tenantDay: used).verdict(on: next)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let verdict: AssistantBudget.Verdict
    let limit: @Sendable (inout AssistantLimits) -> Void

    init(
      _ description: String, _ verdict: AssistantBudget.Verdict,
      _ limit: @escaping @Sendable (inout AssistantLimits) -> Void
    ) {
      (testDescription, self.verdict, self.limit) = (description, verdict, limit)
    }
  }

  @Test(
    "a call fits up to each limit, and not past it",
    arguments: [
      Case("no limit", .fits) { $0.conversation = .init() },
      Case("calls to the last", .fits) { $0.conversation = .init(calls: 11) },
      Case("calls", .usedUp(.conversation, .calls)) { $0.conversation = .init(calls: 10) },
      Case("tokens to the last", .fits) { $0.day = .init(tokens: 1100) },
      Case("tokens", .usedUp(.day, .tokens)) { $0.day = .init(tokens: 1099) },
      Case("money to the last", .fits) { $0.tenantDay = .init(price: 5500) },
      Case("money", .usedUp(.tenantDay, .price)) { $0.tenantDay = .init(price: 5499) },
      Case("none at all", .usedUp(.day, .calls)) { $0.day = .init(calls: 0) },
      Case("the conversation's is told first", .usedUp(.conversation, .tokens)) {
        $0.conversation = .init(tokens: 1)
        $0.day = .init(tokens: 1)
      },
    ])
  func limits(item: Case) {
    var limits = AssistantLimits()
    item.limit(&limits)
    let used = AssistantUse(tokens: 1000, price: 5000, calls: 10)
    let next = AssistantUse(tokens: 100, price: 500, calls: 1)
    #expect(Self.verdict(limits, used, next: next) == item.verdict)
  }

  @Test("numbers that an endpoint makes up stop it and crash nothing")
  func extremes() {
    var limits = AssistantLimits()
    limits.day = .init(price: .max)
    let most = AssistantUse(tokens: .max, price: .max, calls: .max)
    #expect(Self.verdict(limits, most, next: most) == .usedUp(.conversation, .calls))
    let prices = AssistantPrices(input: .max, output: .max, currency: "EUR")
    #expect(prices.price(of: TokenUse(input: .max, output: .max)) == .max)
    #expect(TokenUse(input: -5, output: .min).total == 0)
  }

  @Test("a price is by the million tokens, rounded up")
  func price() {
    let prices = AssistantPrices(input: 150_000, output: 600_000, currency: "USD")
    #expect(prices.price(of: TokenUse(input: 1_000_000, output: 0)) == 150_000)
    #expect(prices.price(of: TokenUse(input: 1000, output: 500)) == 450)
    #expect(prices.price(of: TokenUse(input: 1, output: 1)) == 2)
    #expect(prices.price(of: .none) == 0)
  }

  @Test("what is left is of the tightest limit")
  func left() {
    var limits = AssistantLimits()
    let used = AssistantUse(price: 300)
    func left() -> Int64? {
      AssistantBudget(limits, conversation: used, day: used, tenantDay: used).priceLeft
    }
    #expect(left() == nil)
    limits.day = .init(price: 1000)
    #expect(left() == 700)
    limits.conversation = .init(price: 200)
    #expect(left() == 0)
  }

  @Test("bursts are answered once, and not put off for ever")
  func due() {
    let pace = AssistantPace()
    #expect(pace.due(first: .seconds(0), last: .seconds(0)) == .seconds(2))
    #expect(pace.due(first: .seconds(0), last: .seconds(17)) == .seconds(19))
    #expect(pace.due(first: .seconds(0), last: .seconds(19)) == .seconds(20))
  }
}
