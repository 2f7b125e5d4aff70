package import Time

/// What messages cost by country, category and day, as an operator wrote it down from the provider's price list. It knows no
/// price that was not written down.
package struct RateCard: Sendable {
  /// From a day on, in UTC, until a later one of the same market.
  private struct Rate {
    let from: CivilDate
    let precision: Int
    let range: PriceRange
  }

  /// ISO's three letters; a card has one.
  package let currency: String
  private let rates: [String: [PriceCategory: [Rate]]]

  /// The text of a CSV file.
  package init(csv: [UInt8]) throws(RateCardFaults) {
    let reader = RateCardReader(csv)
    guard reader.faults.isEmpty, let first = reader.rows.first else { throw reader.faults }
    currency = first.currency
    var rates: [String: [PriceCategory: [Rate]]] = [:]
    for (key, rows) in Dictionary(grouping: reader.rows, by: \.key) {
      guard let range = PriceRange(rows.map(\.price)) else { continue }
      for place in key.market.places {
        let rate = Rate(from: key.from, precision: place.precision, range: range)
        rates[place.region, default: [:]][key.category, default: []].append(rate)
      }
    }
    self.rates = rates
  }

  /// The cheapest and the dearest tier; nil where the card has no price, and `rate` says why.
  package func price(region: String?, category: PriceCategory, at time: Timestamp) -> PriceRange? {
    do throws(RateGap) { return try rate(region: region, category: category, at: time) } catch {
      return nil
    }
  }

  package func rate(
    region: String?, category: PriceCategory, at time: Timestamp
  ) throws(RateGap) -> PriceRange {
    guard let region else { throw .noRegion }
    guard let ofRegion = rates[region] else { throw .region(region) }
    guard let all = ofRegion[category], let first = all.map(\.from).min() else {
      throw .category(category, region: region)
    }
    let day = CivilDate(
      daysSince1970: time.microseconds.flooredDivision(by: 86_400_000_000).quotient)
    let holding = all.filter { $0.from <= day }
    guard let best = holding.max(by: { ($0.precision, $0.from) < ($1.precision, $1.from) }) else {
      throw .notYet(category, region: region, from: first)
    }
    // A region may have two calling codes, with a row for each.
    let equal = holding.filter { ($0.precision, $0.from) == (best.precision, best.from) }
    return PriceRange(
      least: equal.map(\.range.least).min() ?? best.range.least,
      most: equal.map(\.range.most).max() ?? best.range.most)
  }
}
