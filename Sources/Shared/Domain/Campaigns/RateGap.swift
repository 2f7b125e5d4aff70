package import Time

/// Why a rate card has no price.
package enum RateGap: Error, Hashable, Sendable, CustomStringConvertible {
  case noRegion
  case region(String)
  case category(PriceCategory, region: String)
  case notYet(PriceCategory, region: String, from: CivilDate)

  package var description: String {
    switch self {
    case .noRegion: "the recipient's country is not known"
    case .region(let region): "the rate card has no price for \(region)"
    case .category(let category, let region):
      "the rate card has no price for \(category.rawValue) in \(region)"
    case .notYet(let category, let region, let day):
      "the rate card has a price for \(category.rawValue) in \(region) only from \(day) on"
    }
  }
}
