import Domain
import Platform
import Testing
import Time

@Suite struct RateCardTests {
  static let header = "from,currency,market,category,price,tier_from,tier_to\n"

  static func card(_ rows: String) throws -> RateCard {
    try RateCard(csv: Array((header + rows).utf8))
  }

  static func range(_ least: Int64, _ most: Int64) -> PriceRange {
    PriceRange(least: Price(millionths: least), most: Price(millionths: most))
  }

  static let example = """
    # what a person wrote down
    2026-01-01,EUR,IT,marketing,0.0658
    2026-10-01,EUR,IT,marketing,0.07
    2026-01-01,EUR,IT,utility,0.03,1,1000
    2026-01-01,EUR,IT,utility,0.025,1001,25000000

    2026-01-01,EUR,IT,utility,0.02,25000001,
    2026-10-01,EUR,IT,service,0
    2026-01-01,EUR,North America,marketing,0.05
    2026-01-01,EUR,rest of latin america,marketing,0.06
    2026-01-01,EUR,+1,utility,0.01
    2026-01-01,EUR,CA,utility,0.012
    2026-01-01,EUR,44,marketing,123456.654321
    2026-01-01,EUR,Rest of Western Europe,utility,1
    2026-12-01,EUR,Rest of Western Europe,marketing,0.08
    2027-01-01,EUR,"Rest of Central & Eastern Europe", marketing ,0.000001
    2026-01-01,EUR,Rest of Africa,marketing,0.02
    2026-10-01,EUR,MA,marketing,0.04
    2026-01-01,EUR,Other,marketing,0.09
    """

  static let prices: [(String, PriceCategory, String, PriceRange?)] = [
    ("IT", .marketing, "2025-12-31T23:59:59Z", nil),
    ("IT", .marketing, "2026-01-01T00:00:00Z", range(65_800, 65_800)),
    ("IT", .marketing, "2026-09-30T23:59:59.999Z", range(65_800, 65_800)),
    ("IT", .marketing, "2026-10-01T00:00:00Z", range(70_000, 70_000)),
    ("IT", .marketing, "9999-01-01T00:00:00Z", range(70_000, 70_000)),
    // A later row of its group is not its own.
    ("ES", .marketing, "2026-11-30T23:59:59Z", nil),
    ("ES", .marketing, "2026-12-01T00:00:00Z", range(80_000, 80_000)),
    // By volume.
    ("IT", .utility, "2026-05-01T00:00:00Z", range(20_000, 30_000)),
    ("IT", .service, "2026-10-01T00:00:00Z", range(0, 0)),
    ("IT", .sms, "2026-10-01T00:00:00Z", nil),
    // A small place has its neighbour's calling code.
    ("VA", .marketing, "2026-10-01T00:00:00Z", range(70_000, 70_000)),
    ("JE", .marketing, "2026-10-01T00:00:00Z", range(123_456_654_321, 123_456_654_321)),
    // What begins with +1.
    ("US", .marketing, "2026-05-01T00:00:00Z", range(50_000, 50_000)),
    ("CA", .marketing, "2026-05-01T00:00:00Z", range(50_000, 50_000)),
    ("JM", .marketing, "2026-05-01T00:00:00Z", range(60_000, 60_000)),
    ("PR", .marketing, "2026-05-01T00:00:00Z", range(60_000, 60_000)),
    ("GU", .marketing, "2026-05-01T00:00:00Z", range(90_000, 90_000)),
    ("US", .utility, "2026-05-01T00:00:00Z", range(10_000, 10_000)),
    ("JM", .utility, "2026-05-01T00:00:00Z", range(10_000, 10_000)),
    ("CA", .utility, "2026-05-01T00:00:00Z", range(12_000, 12_000)),
    // A country's own row counts from its day on, before its group's.
    ("MA", .marketing, "2026-09-30T00:00:00Z", range(20_000, 20_000)),
    ("MA", .marketing, "2026-10-01T00:00:00Z", range(40_000, 40_000)),
    ("EH", .marketing, "2026-10-01T00:00:00Z", range(40_000, 40_000)),
    ("PL", .marketing, "2026-10-01T00:00:00Z", nil),
    ("PL", .marketing, "2027-01-01T00:00:00Z", range(1, 1)),
    ("AX", .utility, "2026-10-01T00:00:00Z", range(1_000_000, 1_000_000)),
    // In no group, and in one that has no row: those are not the same.
    ("EE", .marketing, "2026-10-01T00:00:00Z", range(90_000, 90_000)),
    ("XK", .marketing, "2026-10-01T00:00:00Z", range(90_000, 90_000)),
    ("QA", .marketing, "2026-10-01T00:00:00Z", nil),
    ("ZZ", .marketing, "2026-10-01T00:00:00Z", nil),
  ]

  @Test("a price is the one of the day, the country and the category", arguments: prices)
  func price(region: String, category: PriceCategory, at: String, price: PriceRange?) throws {
    let card = try Self.card(Self.example)
    #expect(card.currency == "EUR")
    #expect(card.price(region: region, category: category, at: try time(at)) == price)
  }

  static let gaps: [(String?, PriceCategory, String)] = [
    (nil, .marketing, "the recipient's country is not known"),
    ("QA", .marketing, "the rate card has no price for QA"),
    ("IT", .sms, "the rate card has no price for sms in IT"),
    (
      "PL", .marketing,
      "the rate card has a price for marketing in PL only from 2027-01-01 on"
    ),
  ]

  @Test("why there is no price is told", arguments: gaps)
  func gap(region: String?, category: PriceCategory, says: String) throws {
    let card = try Self.card(Self.example)
    let at = try time("2026-10-01T00:00:00Z")
    #expect(card.price(region: region, category: category, at: at) == nil)
    #expect {
      try card.rate(region: region, category: category, at: at)
    } throws: {
      "\($0)" == says
    }
  }

  static let categories =
    "marketing, utility, authentication, service, authentication_international, marketing_lite, sms, mms, rcs"
  static let faulty: [(String, [String])] = [
    ("", ["line 1: the rate card has no price"]),
    ("# nothing\n\n", ["line 3: the rate card has no price"]),
    (
      "from,currency,markt,category,price,price\n2026-01-01,EUR,IT,sms,1",
      [
        "line 1: \"markt\" is no column of a rate card; its first line is from,currency,market,category,price,tier_from,tier_to",
        "line 1: the column price is there twice", "line 1: the column market is missing",
      ]
    ),
    (header, ["line 2: the rate card has no price"]),
    (
      header
        + "2026-13-01,eur,UK,Marketing,\"0,05\"\n2026-01-01,EUR,IT,sms,1\n2026-01-01,EUR,+999,sms,1",
      [
        "line 2: from must be a date such as 2026-10-01",
        "line 2: currency must be three capitals, such as EUR",
        "line 2: market must be a country's two letters, a calling code such as +39, or a group of Meta's such as Rest of Africa",
        "line 2: category must be one of \(categories)",
        "line 2: price must be a number such as 0.0455, with at most six digits after the point",
        "line 4: market must be a country's two letters, a calling code such as +39, or a group of Meta's such as Rest of Africa",
      ]
    ),
    (
      "from,currency,market,category,price\n2026-01-01,EUR,IT,sms,0,05",
      ["line 2: has 6 fields, but there are 5 columns; prices have a point"]
    ),
    (
      header + "2026-01-01,EUR,IT,sms,0.01,5,4\n2026-01-01,EUR,IT,sms,0.01,x,",
      (2...3).map {
        "line \($0): tier_from and tier_to must be whole numbers, the first not above the second; without tier_to the tier has no end"
      }
    ),
    (
      header + "2026-01-01,EUR,IT,sms,1\n2026-01-01,USD,DE,sms,1\n2026-01-01,EUR,IT,sms,2,9,",
      [
        "line 3: currency is USD, but line 2 has EUR: a rate card has one",
        "line 4: is for the same messages as line 2",
      ]
    ),
  ]

  @Test("everything wrong with a card is told at once, with its line", arguments: faulty)
  func faults(text: String, says: [String]) {
    #expect {
      try RateCard(csv: Array(text.utf8))
    } throws: {
      ($0 as? RateCardFaults)?.all.map(\.description) == says
    }
  }

  @Test("a text that is not UTF-8 is refused, and no more is told than anybody reads")
  func limits() {
    #expect(throws: RateCardFaults.self) { try RateCard(csv: [0xFF, 0xFE, 0x41]) }
    let bad = Self.header + String(repeating: "x\n", count: 5000)
    #expect {
      try RateCard(csv: Array(bad.utf8))
    } throws: {
      ($0 as? RateCardFaults)?.all.count == RateCardFaults.limit
    }
  }

  static let numbers: [(String, Int64?)] = [
    ("0", 0), ("0.000001", 1), ("00.10", 100_000), ("999999.999999", 999_999_999_999),
    ("1000000", nil), ("0.0000001", nil), ("-1", nil), ("1.", nil), (".5", nil), ("1,5", nil),
    ("1e3", nil), ("", nil), ("1.2.3", nil), ("€1", nil), ("+1", nil),
  ]

  @Test("a price is read without rounding", arguments: numbers)
  func number(text: String, millionths: Int64?) {
    #expect(Price(text)?.millionths == millionths)
  }

  @Test("columns stand in any order, and as other programs write them")
  func forms() throws {
    let text =
      "\u{FEFF}price,category,market,currency,from\r\n0.5,sms,IT,EUR,2026-01-01\r\n,,,,\r\n"
    let card = try RateCard(csv: Array(text.utf8))
    let at = try time("2026-01-01T00:00:00Z")
    #expect(card.price(region: "IT", category: .sms, at: at) == Self.range(500_000, 500_000))
  }

  @Test("the example of deploy can be read, and says that it is one")
  func shipped() throws {
    let file = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    let text = try #require(content(ofFile: "/\(file)/deploy/rates.csv"))
    #expect(String(decoding: text.prefix(80), as: UTF8.self).contains("INVENTED"))
    let card = try RateCard(csv: text)
    let at = try time("2026-11-01T00:00:00Z")
    #expect(card.price(region: "IT", category: .utility, at: at) == Self.range(20_000, 30_000))
    #expect(card.price(region: "TV", category: .marketing, at: at) != nil)
  }
}
