/// The groups of countries that Meta's rate cards have beside single ones. A country that has a row of its own now is in the
/// group that it was in before, so that cards of other dates hold as well.
///
/// Of the numbers that begin with +1 the Caribbean's are Latin American for Meta, and only those of Canada and the United
/// States North American.
enum MarketGroup: String, Hashable, CaseIterable, Sendable {
  case northAmerica = "North America"
  case africa = "Rest of Africa"
  case asiaPacific = "Rest of Asia Pacific"
  case easternEurope = "Rest of Central & Eastern Europe"
  case westernEurope = "Rest of Western Europe"
  case latinAmerica = "Rest of Latin America"
  case middleEast = "Rest of Middle East"
  /// All regions that no other group has.
  case other = "Other"

  /// Empty for those that are in no list.
  var regions: [String] { Self.lists[self] ?? [] }

  /// In all groups but the last.
  static let named = Set(lists.values.joined())

  private static let lists: [MarketGroup: [String]] = [
    northAmerica: "CA US",
    africa: """
    AO BF BI BJ BW CG CI CM DZ EG ER ET GA GH GM GW KE LR LS LY MA MG ML MR MW MZ NA NE NG RW SD SL SN SO SS SZ TD TG TN TZ \
    UG ZA ZM ZW
    """,
    asiaPacific: """
    AF AU BD CN HK ID IN JP KH LA LK MN MY NP NZ PG PH PK SG TH TJ TM TW UZ VN
    """,
    easternEurope: "AL AM AZ BG BY CZ GE GR HR HU LT LV MD MK PL RO RS RU SI SK UA",
    westernEurope: "AT BE CH DE DK ES FI FR GB IE IT NL NO PT SE",
    latinAmerica: """
    AG AI AR BB BM BO BR BS CL CO CR DM DO EC GD GT HN HT JM KN KY LC MS MX NI PA PE PR PY SV SX TC TT UY VC VE VG VI
    """,
    middleEast: "AE BH IL IQ JO KW LB OM QA SA TR YE",
  ].mapValues { $0.split(separator: " ").map(String.init) }
}
