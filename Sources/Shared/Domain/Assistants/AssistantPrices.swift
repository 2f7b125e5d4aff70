/// What a model costs for a million tokens, in millionths of a currency.
package struct AssistantPrices: Hashable, Sendable {
  package let input: Int64
  package let output: Int64
  /// By its name, such as EUR.
  package let currency: String

  package init(input: Int64, output: Int64, currency: String) {
    (self.input, self.output, self.currency) = (input, output, currency)
  }

  /// Rounded up, so that a small call is not for nothing.
  package func price(of use: TokenUse) -> Int64 {
    let (input, output) = (Self.price(use.input, input), Self.price(use.output, output))
    let (sum, isTooMuch) = input.addingReportingOverflow(output)
    return isTooMuch ? .max : sum
  }

  private static func price(_ tokens: Int, _ perMillion: Int64) -> Int64 {
    let product = Int128(tokens) * Int128(perMillion)
    return Int64(clamping: (product + 999_999) / 1_000_000)
  }
}

/// Tokens of one call or of several.
package struct TokenUse: Hashable, Sendable {
  package let input: Int
  package let output: Int
  /// The endpoint did not say it, or not all of it.
  package let isEstimated: Bool

  package init(input: Int, output: Int, isEstimated: Bool = false) {
    (self.input, self.output) = (Self.bounded(input), Self.bounded(output))
    self.isEstimated = isEstimated
  }

  package static let none = TokenUse(input: 0, output: 0)

  package var total: Int { input + output }

  package static func + (one: Self, other: Self) -> Self {
    TokenUse(
      input: one.input + other.input, output: one.output + other.output,
      isEstimated: one.isEstimated || other.isEstimated)
  }

  /// An endpoint can claim any number.
  private static func bounded(_ tokens: Int) -> Int { min(max(0, tokens), 1_000_000_000) }
}
