import Testing
import Time

@Suite struct TimestampTests {
  @Test(
    "reads and writes RFC 3339",
    arguments: [
      ("1970-01-01T00:00:00.000Z", 0),
      ("2026-11-20T15:48:00.000Z", 1_795_189_680_000_000),
      ("2024-02-29T23:59:59.999Z", 1_709_251_199_999_000),
      ("2000-03-01T00:00:00.000001Z", 951_868_800_000_001),
      ("1969-12-31T23:59:59.500Z", -500_000),
    ])
  func roundTrip(text: String, microseconds: Int64) {
    #expect(Timestamp(rfc3339: text) == Timestamp(microseconds: microseconds))
    #expect(Timestamp(microseconds: microseconds).description == text)
  }

  @Test(
    "reads the other spellings of the same moment",
    arguments: [
      "2026-01-31T12:00:00Z", "2026-01-31 12:00:00z", "2026-01-31T13:00:00+01:00",
      "2026-01-31T08:30:00.0000000-03:30",
    ])
  func spellings(text: String) {
    #expect(Timestamp(rfc3339: text)?.description == "2026-01-31T12:00:00.000Z")
  }

  @Test(
    "refuses what is not a moment",
    arguments: [
      "", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z",
      "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Z ", "2026-1-1T0:0:0Z",
      "2026-01-01T00:00:00+24:00", "٢٠٢٦-01-01T00:00:00Z",
    ])
  func refusals(text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test("every day of four centuries comes back as itself and follows the one before")
  func calendar() {
    var before = CivilDate(daysSince1970: -1)
    for day in Int64(0)..<146_097 {
      let date = CivilDate(daysSince1970: day)
      #expect(date.daysSince1970 == day)
      let follows =
        date.day == before.day + 1 || (date.day == 1 && date.month == before.month % 12 + 1)
      #expect(follows)
      before = date
    }
  }

  @Test("spans add up to the microsecond")
  func arithmetic() {
    let start = Timestamp(seconds: 100)
    #expect(start + .milliseconds(1) - start == .milliseconds(1))
    #expect(start - .seconds(200) == Timestamp(seconds: -100))
    #expect(start < start + .microseconds(1))
  }

  @Test("durations are told in whole units without losing short ones")
  func durations() {
    #expect(Duration.milliseconds(1500).microseconds == 1_500_000)
    #expect(Duration.microseconds(1).millisecondsRoundedUp == 1)
    #expect(Duration.zero.millisecondsRoundedUp == 0)
  }

  @Test(
    "refuses a time whose offset leads out of the years of four digits",
    arguments: ["0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"])
  func edges(text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test("prints times far outside of any calendar without falling over them")
  func farAway() {
    #expect(Timestamp.distantPast.description.hasPrefix("-"))
    #expect(!Timestamp.distantFuture.description.isEmpty)
  }

  @Test(
    "reads the dates of mail",
    arguments: [
      ("Wed, 27 May 2020 15:08:03 +0000", "2020-05-27T15:08:03.000Z"),
      ("27 May 2020 15:08:03 GMT", "2020-05-27T15:08:03.000Z"),
      ("Thu, 1 Jan 1970 01:00:00 +0130", "1969-12-31T23:30:00.000Z"),
      ("Mon, 31 Feb 2020 00:00:00 +0000", nil), ("Wed, 27 May 2020 24:00:00 +0000", nil),
      ("Wed, 27 Mai 2020 15:08:03 +0000", nil), ("2020-05-27T15:08:03Z", nil), ("", nil),
      ("Wed, 27 May 2020 15:08 +0000", nil), ("Wed, 27 May 2020 15:08:03 +00a0", nil),
    ] as [(String, String?)])
  func mailDates(text: String, expected: String?) {
    #expect(Timestamp(rfc2822: text)?.description == expected)
  }

  @Test(
    "HTTP's dates name the right day of the week",
    arguments: [
      (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
      (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"),
      (1_795_226_400, "Sat, 21 Nov 2026 02:00:00 GMT"),
    ] as [(Int64, String)])
  func httpDates(seconds: Int64, expected: String) {
    #expect(Timestamp(seconds: seconds).httpDate == expected)
    #expect(Timestamp(rfc2822: expected) == Timestamp(seconds: seconds))
  }
}
