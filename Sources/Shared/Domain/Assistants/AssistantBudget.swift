/// How much an assistant may use; nil: as much as it likes. Days are those of UTC.
package struct AssistantLimits: Hashable, Sendable {
  package struct Limit: Hashable, Sendable {
    package var tokens: Int?
    /// In millionths of the currency of its prices.
    package var price: Int64?
    package var calls: Int?

    package init(tokens: Int? = nil, price: Int64? = nil, calls: Int? = nil) {
      (self.tokens, self.price, self.calls) = (tokens, price, calls)
    }
  }

  /// In one conversation and day.
  package var conversation = Limit(tokens: 500_000, calls: 200)
  /// In all its conversations together.
  package var day = Limit()
  /// For all of a tenant's conversations, by this assistant.
  package var tenantDay = Limit()

  package init() {}
}

/// What was used.
package struct AssistantUse: Hashable, Sendable {
  package var tokens: Int
  package var price: Int64
  package var calls: Int

  package init(tokens: Int = 0, price: Int64 = 0, calls: Int = 0) {
    (self.tokens, self.price, self.calls) = (tokens, price, calls)
  }

  /// One call.
  package init(_ use: TokenUse, at prices: AssistantPrices?) {
    self.init(tokens: use.total, price: prices?.price(of: use) ?? 0, calls: 1)
  }
}

/// Whether an assistant may be asked once more.
package struct AssistantBudget: Hashable, Sendable {
  package enum Scope: String, CaseIterable, Hashable, Sendable {
    case conversation, day, tenantDay
  }

  package enum Measure: String, CaseIterable, Hashable, Sendable { case tokens, price, calls }

  package enum Verdict: Hashable, Sendable {
    case fits
    case usedUp(Scope, Measure)
  }

  private let limits: AssistantLimits
  private let used: [Scope: AssistantUse]

  package init(
    _ limits: AssistantLimits, conversation: AssistantUse, day: AssistantUse,
    tenantDay: AssistantUse
  ) {
    self.limits = limits
    used = [.conversation: conversation, .day: day, .tenantDay: tenantDay]
  }

  /// `next` is what the call may come to at most.
  package func verdict(on next: AssistantUse) -> Verdict {
    for scope in Scope.allCases {
      let (limit, used) = (limit(scope), used[scope] ?? AssistantUse())
      if Self.passes(limit.calls.map(Int64.init), Int64(used.calls), Int64(next.calls)) {
        return .usedUp(scope, .calls)
      }
      if Self.passes(limit.tokens.map(Int64.init), Int64(used.tokens), Int64(next.tokens)) {
        return .usedUp(scope, .tokens)
      }
      if Self.passes(limit.price, used.price, next.price) { return .usedUp(scope, .price) }
    }
    return .fits
  }

  /// What is left of the tightest limit of money; nil: it has none.
  package var priceLeft: Int64? {
    Scope.allCases.compactMap { scope in
      limit(scope).price.map { max(0, $0 - min($0, used[scope]?.price ?? 0)) }
    }.min()
  }

  private func limit(_ scope: Scope) -> AssistantLimits.Limit {
    switch scope {
    case .conversation: limits.conversation
    case .day: limits.day
    case .tenantDay: limits.tenantDay
    }
  }

  private static func passes(_ limit: Int64?, _ used: Int64, _ next: Int64) -> Bool {
    guard let limit else { return false }
    let (sum, isTooMuch) = used.addingReportingOverflow(next)
    return isTooMuch || sum > limit
  }
}

extension AssistantBudget.Verdict: CustomStringConvertible {
  package var description: String {
    switch self {
    case .fits: "fits"
    case .usedUp(let scope, let measure):
      "used up: \(measure.rawValue) per \(scope == .tenantDay ? "tenant and day" : scope.rawValue)"
    }
  }
}

extension Assistant {
  /// What a call with this question may come to at most, as we estimate it.
  package func most(for prompt: AssistantPrompt, rounds: [ToolRound] = []) -> AssistantUse {
    let input = rounds.reduce(prompt.tokens) { $0 + $1.tokens }
    return AssistantUse(TokenUse(input: input, output: bounds.tokens), at: prices)
  }
}
