internal import Time

/// A line of a rate card.
struct RateRow {
  let line: Int
  let from: CivilDate
  let currency: String
  let market: Market
  let category: PriceCategory
  let price: Price
  /// The messages of a month that it is for, counted from 1; without an upper end they are all others.
  let tier: ClosedRange<Int64>

  /// What rows have in common that are tiers of one price.
  struct Key: Hashable {
    let from: CivilDate
    let market: Market
    let category: PriceCategory
  }

  var key: Key { Key(from: from, market: market, category: category) }
}
