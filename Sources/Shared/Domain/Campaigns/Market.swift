internal import PhoneLibrary

/// Whom a row of a rate card is for.
enum Market: Hashable, Sendable {
  /// By ISO's two letters.
  case region(String)
  case callingCode(Int)
  case group(MarketGroup)

  /// nil where nothing is known by that text.
  init?(_ text: String) {
    let name = text.lowercased()
    if let group = MarketGroup.allCases.first(where: { $0.rawValue.lowercased() == name }) {
      self = .group(group)
    } else if Self.regions.contains(text) {
      self = .region(text)
    } else {
      let digits = text.hasPrefix("+") ? text.dropFirst() : text[...]
      guard (1...3).contains(digits.utf8.count),
        digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        let code = Int(digits), !PhoneLibrary.regions(ofCallingCode: code).isEmpty
      else { return nil }
      self = .callingCode(code)
    }
  }

  struct Place: Hashable {
    let region: String
    /// Of several rows for a region the one of the highest counts: a row for the region itself, then one for the country that
    /// it shares a calling code with, then one for that code, then one for a group.
    let precision: Int
  }

  var places: [Place] {
    switch self {
    case .region(let region):
      [Place(region: region, precision: 3)]
        + Self.guests(of: region).map { Place(region: $0, precision: 2) }
    case .callingCode(let code):
      PhoneLibrary.regions(ofCallingCode: code).map { Place(region: $0, precision: 1) }
    case .group(.other):
      Self.regions.subtracting(Self.grouped).map { Place(region: $0, precision: 0) }
    case .group(let group): Self.all(of: group.regions).map { Place(region: $0, precision: 0) }
    }
  }

  /// All that phone numbers have.
  static let regions = Set((1..<1000).flatMap { PhoneLibrary.regions(ofCallingCode: $0) })

  private static let grouped = Set(all(of: MarketGroup.named))

  private static func all(of regions: some Sequence<String>) -> [String] {
    regions.flatMap { [$0] + guests(of: $0) }
  }

  /// Prices go by calling codes, and these have the numbers of one country and of small places near it or far from it, as
  /// +44 has Jersey's. The two codes that several countries share have none.
  private static func guests(of region: String) -> [String] { guestsOf[region] ?? [] }

  private static let guestsOf: [String: [String]] = {
    var guests: [String: [String]] = [:]
    for code in 1..<1000 where code != 1 && code != 7 {
      let regions = PhoneLibrary.regions(ofCallingCode: code)
      if let country = regions.first, regions.count > 1 {
        guests[country] = Array(regions.dropFirst())
      }
    }
    return guests
  }()
}
