/// The columns of a rate card, in any order.
enum RateCardColumn: String, Hashable, CaseIterable {
  case from, currency, market, category, price
  case tierFrom = "tier_from"
  case tierTo = "tier_to"

  static let needed = [from, currency, market, category, price]
}
