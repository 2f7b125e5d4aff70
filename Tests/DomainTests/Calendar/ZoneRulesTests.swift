import Domain
import Testing
import Time

@Suite struct ZoneRulesTests {
  /// Hours and minutes east of UTC, as the zone's law has them.
  static let known: [(String, String, Int)] = [
    ("UTC", "2026-01-01T00:00:00Z", 0),
    ("Europe/Rome", "2026-03-29T00:59:59Z", 60),
    ("Europe/Rome", "2026-03-29T01:00:00Z", 120),
    ("Europe/Rome", "2026-10-25T00:59:59Z", 120),
    ("Europe/Rome", "2026-10-25T01:00:00Z", 60),
    ("Europe/Rome", "2500-07-01T00:00:00Z", 120),
    ("Europe/Rome", "9999-01-01T00:00:00Z", 60),
    // Half an hour of summer time.
    ("Australia/Lord_Howe", "2026-01-01T00:00:00Z", 660),
    ("Australia/Lord_Howe", "2026-04-04T14:59:59Z", 660),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z", 630),
    ("Australia/Lord_Howe", "2060-07-01T00:00:00Z", 630),
    ("Asia/Kathmandu", "2026-06-01T00:00:00Z", 345),
    ("Asia/Kathmandu", "1980-06-01T00:00:00Z", 330),
    ("Asia/Calcutta", "2026-06-01T00:00:00Z", 330),
    ("Pacific/Chatham", "2026-01-01T00:00:00Z", 825),
    ("Pacific/Chatham", "2026-07-01T00:00:00Z", 765),
    ("Pacific/Chatham", "2060-01-01T00:00:00Z", 825),
    ("Pacific/Kiritimati", "2026-01-01T00:00:00Z", 840),
    // Over the date line: the 30th of December 2011 did not happen.
    ("Pacific/Apia", "2011-12-30T09:59:59Z", -600),
    ("Pacific/Apia", "2011-12-30T10:00:00Z", 840),
    ("Pacific/Apia", "2026-01-01T00:00:00Z", 780),
    ("America/Sao_Paulo", "2019-01-01T00:00:00Z", -120),
    ("America/Sao_Paulo", "2026-01-01T00:00:00Z", -180),
    // Winter time is the other one there, and Ramadan's in Morocco.
    ("Europe/Dublin", "2026-01-01T00:00:00Z", 0),
    ("Europe/Dublin", "2060-07-01T00:00:00Z", 60),
    ("Africa/Casablanca", "2026-01-01T00:00:00Z", 60),
    ("Africa/Casablanca", "2026-03-01T00:00:00Z", 0),
    ("Asia/Tehran", "2022-07-01T00:00:00Z", 270),
    ("Asia/Tehran", "2026-07-01T00:00:00Z", 210),
    ("Africa/Cairo", "2026-01-01T00:00:00Z", 120),
    ("Africa/Cairo", "2026-07-01T00:00:00Z", 180),
    ("Africa/Cairo", "2060-07-01T00:00:00Z", 180),
    // Two hours before midnight of a Sunday, so that hours of the rule are negative.
    ("America/Nuuk", "2030-01-01T00:00:00Z", -120),
    ("America/Nuuk", "2050-07-01T00:00:00Z", -60),
    ("America/St_Johns", "2026-01-01T00:00:00Z", -210),
    ("Asia/Kamchatka", "2026-01-01T00:00:00Z", 720),
    // South of the equator.
    ("America/Santiago", "2060-01-01T00:00:00Z", -180),
    ("America/Santiago", "2060-07-01T00:00:00Z", -240),
  ]

  @Test("an offset is the one of the zone's law", arguments: known)
  func law(zone: String, at: String, minutes: Int) throws {
    #expect(try systemZone(zone).offset(at: time(at)) == minutes * 60)
  }

  @Test("before the first time that a zone knows, its first offset holds")
  func beginning() throws {
    let rome = try systemZone("Europe/Rome")
    #expect(rome.offset(at: try time("0001-01-01T00:00:00Z")) == 2996)
    #expect(rome.offset(at: .distantPast) == 2996)
    #expect([3600, 7200].contains(rome.offset(at: .distantFuture)))
  }

  /// All in seconds since 1970: 2025 began at 1735689600, 2028 at 1830297600.
  static let rules: [(String, [(Int64, Int)])] = [
    ("<+0330>-3:30", [(0, 12_600), (1_735_689_600, 12_600)]),
    ("<-03>3", [(0, -10_800)]),
    ("ABC-0:16:08", [(0, 968)]),
    // Summer time without end.
    (
      "EST5EDT,0/0,J365/25",
      [(1_735_689_600, -14_400), (1_735_707_600, -14_400), (1_751_328_000, -14_400)]
    ),
    // The leap day is no day of J, and one of n: the 1st of March 2028 and 2025.
    ("AAA0BBB,J60/0,J61/1", [(1_835_481_599, 0), (1_835_481_600, 3600), (1_740_787_200, 3600)]),
    ("AAA0BBB,59/0,60/1", [(1_835_395_200, 3600), (1_835_481_600, 0), (1_740_787_200, 3600)]),
    // Hours before the day and days after it, as the third version has them: the last Sunday of March 2026 is the 29th.
    ("AAA3BBB2,M3.5.0/-2,M10.5.0/-1", [(1_774_745_999, -10_800), (1_774_746_000, -7200)]),
    ("AAA0BBB,M1.1.0/167,M2.1.0/167", [(1_767_826_799, 0), (1_768_086_000, 3600)]),
    // Another offset of its own, with seconds.
    ("AAA0BBB-0:30:30,M3.5.0,M10.5.0", [(1_774_752_000, 1830)]),
  ]

  @Test("the rule for later times is read in all its forms", arguments: rules)
  func later(rule: String, offsets: [(Int64, Int)]) throws {
    let zone = try ZoneRules(tzif: TestZone(version: "3", rule: rule).bytes)
    for (second, offset) in offsets {
      #expect(zone.offset(at: Timestamp(seconds: second)) == offset, "at \(second)")
    }
  }

  @Test(
    "a file of the first version has 32-bit times and no rule",
    arguments: [(Int64(-1), 60), (0, 120), (99, 120), (100, 180), (1 << 40, 180)])
  func firstVersion(second: Int64, offset: Int) throws {
    let file = TestZone(version: "\0", times: [(0, 1), (100, 2)], offsets: [60, 120, 180])
    #expect(try ZoneRules(tzif: file.bytes).offset(at: Timestamp(seconds: second)) == offset)
  }

  static let faulty: [(TestZone, String)] = [
    (TestZone(times: [(5, 0), (5, 0)]), "has times that do not ascend"),
    (TestZone(times: [(5, 1)]), "names an offset that it lacks"),
    (TestZone(offsets: []), "has no offset at all"),
    (TestZone(offsets: [100_000]), "has an offset of 100000 seconds, which no zone has"),
    (TestZone(leaps: 1), "counts leap seconds, so its times are not those of UTC"),
  ]

  @Test("a faulty file is refused by what is wrong with it", arguments: faulty)
  func fault(file: TestZone, says: String) {
    #expect {
      try ZoneRules(tzif: file.bytes)
    } throws: {
      "\($0)" == says
    }
  }

  @Test(
    "a rule that cannot be read is refused",
    arguments: [
      "x", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
      "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-25", "CET-1:60", "<CET-1",
      "<+1>-1", "CET-1CEST,J0,J5", "CET-1CEST,366,5", "CET-1CEST,M3.5.0/168,M10.5.0",
      "CET-1CEST,M3.5.0,M10.5.0 ", "CET-99999999999999999999", "CET--1",
    ])
  func faultyRule(rule: String) {
    #expect(throws: ZoneFault.self) { try ZoneRules(tzif: TestZone(rule: rule).bytes) }
  }

  @Test("other files are refused", arguments: ["", "TZif", "TZif2", "<html>", "TZjf2"])
  func otherFiles(text: String) {
    #expect(throws: ZoneFault.self) { try ZoneRules(tzif: Array(text.utf8)) }
  }

  @Test(
    "a damaged file is refused or read, and its offsets stay possible",
    arguments: ["Europe/Rome", "Africa/Casablanca", "Asia/Kathmandu"])
  func damaged(name: String) throws {
    let whole = try systemZoneFile(name)
    for length in whole.indices {
      #expect(throws: ZoneFault.self) { try ZoneRules(tzif: Array(whole[..<length])) }
    }
    var random = Seeded(state: 17)
    for _ in 0..<3000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(.random(in: 0...255, using: &random), at: place)
        // Where the counts stand, and the rule.
        case 2: bytes[place % 44] = .random(in: 0...255, using: &random)
        default:
          bytes[bytes.count - 1 - place % 40] ^= UInt8(1) << UInt8.random(in: 0..<8, using: &random)
        }
      }
      guard let zone = read(bytes) else { continue }
      for second: Int64 in [-1 << 60, -1 << 40, 0, 1_800_000_000, 1 << 40, 1 << 43] {
        let time = Timestamp(microseconds: second.multipliedReportingOverflow(by: 1_000_000).0)
        #expect((-93_600...93_600).contains(zone.offset(at: time)))
      }
    }
  }

  private func read(_ bytes: [UInt8]) -> ZoneRules? {
    do throws(ZoneFault) { return try ZoneRules(tzif: bytes) } catch { return nil }
  }
}

struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state ^ state >> 29) &* 0xBF58_476D_1CE4_E5B9
  }
}
