import Domain
import Testing
import Time

/// When people of ours are there.
@Suite struct OpeningHoursTests {
  /// Two hours east of UTC, always.
  private static func zone() throws -> ZoneRules {
    try ZoneRules(tzif: TestZone(offsets: [7200], rule: "EET-2").bytes)
  }

  private static func at(_ text: String) throws -> Timestamp {
    try #require(CalendarTime(rfc3339: text).map { Timestamp(promised: $0) })
  }

  @Test(
    "hours are by the clocks of their zone, may pass midnight, and end on days that are closed",
    arguments: [
      // Monday, at 9:00 by the zone's clocks.
      ("2026-11-23T06:59:59Z", false), ("2026-11-23T07:00:00Z", true),
      ("2026-11-23T10:59:59Z", true), ("2026-11-23T11:00:00Z", false),
      ("2026-11-23T12:00:00Z", true), ("2026-11-23T16:00:00Z", false),
      // Friday night until two on Saturday.
      ("2026-11-27T19:59:00Z", false), ("2026-11-27T20:00:00Z", true),
      ("2026-11-27T23:59:00Z", true), ("2026-11-28T00:00:00Z", false),
      // Saturday until its end.
      ("2026-11-28T21:59:59Z", true), ("2026-11-28T22:00:00Z", false),
      // A Monday, and the night of a Friday, that are closed.
      ("2026-12-28T08:00:00Z", false), ("2026-12-25T21:00:00Z", false),
      ("2026-12-25T23:30:00Z", false),
    ])
  func open(text: String, isOpen: Bool) throws {
    func spans(_ texts: String...) -> [OpeningHours.Span] {
      texts.compactMap { OpeningHours.Span($0) }
    }
    let hours = OpeningHours(
      in: try Self.zone(),
      [
        .monday: spans("09:00-13:00", "14:00-18:00"), .friday: spans("22:00-02:00"),
        .saturday: spans("20:00-24:00"),
      ], closed: Set(["2026-12-28", "2026-12-25"].compactMap { CivilDate($0) }))
    #expect(hours.isOpen(at: try Self.at(text)) == isOpen)
  }

  @Test(
    "what is no part of a day is none",
    arguments: [
      "", "9-18", "09:00", "09:00-09:00", "24:00-01:00", "09:00-25:00", "09:00-12:00-13:00",
    ])
  func none(text: String) { #expect(OpeningHours.Span(text) == nil) }
}
