import Domain
import Testing
import Time

@Suite struct OpeningTests {
  static func quiet(
    _ from: String, _ to: String, days: Set<Weekday> = Set(Weekday.allCases), notOn: [String] = []
  ) throws -> QuietHours {
    let from = try #require(LocalMinute(from))
    let to = try #require(LocalMinute(to))
    let dates = try notOn.map { try #require(CivilDate($0)) }
    return QuietHours(try #require(LocalHours(from: from, to: to)), days: days, dates: Set(dates))
  }

  struct Case: CustomStringConvertible {
    let description: String
    let zones: [String]
    let hours: (String, String)
    let now: String
    /// nil where there is none.
    let opening: (String, String)?
    var days = Set(Weekday.allCases)
    var notOn: [String] = []
  }

  static let unitedStates = [
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
    "America/Anchorage", "Pacific/Honolulu",
  ]
  static let russia = [
    "Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk",
    "Asia/Krasnoyarsk", "Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan",
    "Asia/Kamchatka",
  ]

  static let cases: [Case] = [
    Case(
      description: "now, where it is open", zones: ["Europe/Rome"], hours: ("21:00", "08:00"),
      now: "2026-11-25T10:11:12.345Z",
      opening: ("2026-11-25T10:11:12.345Z", "2026-11-25T20:00:00Z")),
    Case(
      description: "the next morning", zones: ["Europe/Rome"], hours: ("21:00", "08:00"),
      now: "2026-11-25T20:00:00Z", opening: ("2026-11-26T07:00:00Z", "2026-11-26T20:00:00Z")),
    Case(
      description: "quiet hours within the day", zones: ["Europe/Rome"], hours: ("13:00", "16:00"),
      now: "2026-11-25T12:30:00Z", opening: ("2026-11-25T15:00:00Z", "2026-11-26T12:00:00Z")),
    Case(
      description: "the night when clocks go forward", zones: ["Europe/Rome"],
      hours: ("21:00", "08:00"), now: "2026-03-28T23:00:00Z",
      opening: ("2026-03-29T06:00:00Z", "2026-03-29T19:00:00Z")),
    Case(
      description: "a quiet end that clocks skip", zones: ["Europe/Rome"],
      hours: ("21:00", "02:30"), now: "2026-03-28T23:00:00Z",
      opening: ("2026-03-29T01:00:00Z", "2026-03-29T19:00:00Z")),
    Case(
      description: "quiet hours that clocks skip altogether", zones: ["Europe/Rome"],
      hours: ("02:00", "03:00"), now: "2026-03-28T02:00:00Z",
      opening: ("2026-03-28T02:00:00Z", "2026-03-30T00:00:00Z")),
    Case(
      description: "a quiet end that comes twice: the first time opens", zones: ["Europe/Rome"],
      hours: ("21:00", "02:30"), now: "2026-10-24T23:00:00Z",
      opening: ("2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z")),
    Case(
      description: "and its second time opens again", zones: ["Europe/Rome"],
      hours: ("21:00", "02:30"), now: "2026-10-25T01:00:00Z",
      opening: ("2026-10-25T01:30:00Z", "2026-10-25T20:00:00Z")),
    Case(
      description: "half an hour of summer time ends", zones: ["Australia/Lord_Howe"],
      hours: ("21:00", "01:45"), now: "2026-04-04T14:00:00Z",
      opening: ("2026-04-04T14:45:00Z", "2026-04-04T15:00:00Z")),
    Case(
      description: "half an hour of summer time begins", zones: ["Australia/Lord_Howe"],
      hours: ("21:00", "02:15"), now: "2026-10-03T14:00:00Z",
      opening: ("2026-10-03T15:30:00Z", "2026-10-04T10:00:00Z")),
    Case(
      description: "three quarters of an hour", zones: ["Asia/Kathmandu"],
      hours: ("21:00", "08:00"), now: "2026-11-25T20:00:00Z",
      opening: ("2026-11-26T02:15:00Z", "2026-11-26T15:15:00Z")),
    Case(
      description: "three quarters and summer time", zones: ["Pacific/Chatham"],
      hours: ("21:00", "08:00"), now: "2026-11-25T10:00:00Z",
      opening: ("2026-11-25T18:15:00Z", "2026-11-26T07:15:00Z")),
    Case(
      description: "a day that did not happen", zones: ["Pacific/Apia"], hours: ("21:00", "08:00"),
      now: "2011-12-30T07:00:00Z", opening: ("2011-12-30T18:00:00Z", "2011-12-31T07:00:00Z")),
    Case(
      description: "no summer time any more", zones: ["America/Sao_Paulo"],
      hours: ("21:00", "08:00"), now: "2026-12-01T03:00:00Z",
      opening: ("2026-12-01T11:00:00Z", "2026-12-02T00:00:00Z")),
    Case(
      description: "Ramadan takes an hour off", zones: ["Africa/Casablanca"],
      hours: ("21:00", "08:00"), now: "2026-02-15T00:00:00Z",
      opening: ("2026-02-15T08:00:00Z", "2026-02-15T21:00:00Z")),
    Case(
      description: "half an hour without summer time", zones: ["Asia/Tehran"],
      hours: ("21:00", "08:00"), now: "2026-07-01T00:00:00Z",
      opening: ("2026-07-01T04:30:00Z", "2026-07-01T17:30:00Z")),
    Case(
      description: "summer time that begins at midnight, on a Friday", zones: ["Africa/Cairo"],
      hours: ("21:00", "08:00"), now: "2026-04-23T20:00:00Z",
      opening: ("2026-04-24T05:00:00Z", "2026-04-24T18:00:00Z")),
    Case(
      description: "the date line between two zones",
      zones: ["Pacific/Kiritimati", "Pacific/Pago_Pago"], hours: ("21:00", "08:00"),
      now: "2026-11-25T07:00:00Z", opening: ("2026-11-25T19:00:00Z", "2026-11-26T07:00:00Z")),
    Case(
      description: "six zones of the United States", zones: unitedStates,
      hours: ("21:00", "08:00"), now: "2026-11-25T12:00:00Z",
      opening: ("2026-11-25T18:00:00Z", "2026-11-26T02:00:00Z")),
    Case(
      description: "six zones that meet for an hour", zones: unitedStates,
      hours: ("18:00", "12:00"), now: "2026-11-25T00:00:00Z",
      opening: ("2026-11-25T22:00:00Z", "2026-11-25T23:00:00Z")),
    Case(
      description: "and in summer not at all", zones: unitedStates, hours: ("18:00", "12:00"),
      now: "2026-07-01T00:00:00Z", opening: nil),
    Case(
      description: "eleven zones of Russia", zones: russia, hours: ("21:00", "08:00"),
      now: "2026-11-25T12:00:00Z", opening: ("2026-11-26T06:00:00Z", "2026-11-26T09:00:00Z")),
    Case(
      description: "eleven zones that never meet", zones: russia, hours: ("18:00", "09:00"),
      now: "2026-11-25T12:00:00Z", opening: nil),
    Case(
      description: "the weekend is over", zones: ["Europe/Rome"], hours: ("21:00", "08:00"),
      now: "2026-11-27T20:30:00Z", opening: ("2026-11-30T07:00:00Z", "2026-11-30T20:00:00Z"),
      days: [.monday, .tuesday, .wednesday, .thursday, .friday]),
    Case(
      description: "a day ends where the next is quiet", zones: ["Europe/Rome"],
      hours: ("03:00", "04:00"), now: "2026-11-27T12:00:00Z",
      opening: ("2026-11-27T12:00:00Z", "2026-11-27T23:00:00Z"), days: [.friday]),
    Case(
      description: "quiet dates", zones: ["Europe/Rome"], hours: ("21:00", "08:00"),
      now: "2026-12-24T20:00:00Z", opening: ("2026-12-27T07:00:00Z", "2026-12-27T20:00:00Z"),
      notOn: ["2026-12-25", "2026-12-26"]),
    Case(
      description: "only one day a week", zones: ["Pacific/Kiritimati", "Pacific/Pago_Pago"],
      hours: ("21:00", "08:00"), now: "2026-11-25T00:00:00Z", opening: nil, days: [.sunday]),
    Case(
      description: "two weeks of quiet dates", zones: ["UTC"], hours: ("21:00", "08:00"),
      now: "2026-12-01T00:00:00Z", opening: nil,
      notOn: (1...14).map { "2026-12-\($0 < 10 ? "0" : "")\($0)" }),
    Case(
      description: "no zone", zones: [], hours: ("21:00", "08:00"), now: "2026-12-01T12:00:00Z",
      opening: nil),
  ]

  @Test("an opening is the first stretch that is quiet in no zone", arguments: cases)
  func opening(_ it: Case) throws {
    let quiet = try Self.quiet(it.hours.0, it.hours.1, days: it.days, notOn: it.notOn)
    let found = quiet.opening(in: try it.zones.map(systemZone), from: try time(it.now))
    #expect(found?.from == (try it.opening.map { try time($0.0) }))
    #expect(found?.until == (try it.opening.map { try time($0.1) }))
  }

  @Test("an opening that begins after the time that is looked through is none")
  func span() throws {
    let quiet = try Self.quiet("21:00", "08:00")
    let (zones, now) = (try [systemZone("UTC")], try time("2026-11-25T21:00:00Z"))
    #expect(quiet.opening(in: zones, from: now, within: .seconds(11 * 3600)) == nil)
    #expect(quiet.opening(in: zones, from: now, within: .seconds(11 * 3600 + 1)) != nil)
  }

  @Test("over a week in every zone, openings have each open minute and no quiet one")
  func everyZone() throws {
    let quiet = try [
      Self.quiet("21:00", "08:00"),
      Self.quiet("01:17", "02:41", days: [.monday, .wednesday, .saturday, .sunday]),
      Self.quiet("12:00", "11:30", notOn: ["2026-10-25", "2027-03-28"]),
    ]
    let start = try time("2026-09-01T00:00:00Z")
    for (number, name) in try systemZoneNames().enumerated() {
      let zone = try systemZone(name)
      // The days around the next change of the zone's clocks, where there is one.
      let change = zone.period(at: start).until.map { Timestamp(seconds: $0) } ?? start
      let day = change.microseconds / 86_400_000_000 - 3
      let week = Week(zones: [zone], from: Timestamp(seconds: day * 86400))
      let hours = quiet[number % quiet.count]
      #expect(week.open(in: zone, by: hours) == week.inOpenings(by: hours), "\(name)")
    }
  }

  @Test("over a week in several zones at once as well")
  func zonesAtOnce() throws {
    let from = try time("2026-10-23T00:00:00Z")
    for names in [Self.unitedStates, Self.russia, ["Europe/Rome", "America/St_Johns"]] {
      let zones = try names.map(systemZone)
      let hours = try Self.quiet("19:30", "09:00", days: [.monday, .saturday, .sunday])
      let week = Week(zones: zones, from: from)
      let open = week.open(by: hours)
      #expect(open.contains(true))
      #expect(week.inOpenings(by: hours) == open)
    }
  }
}

/// A week, minute by minute: whether each is open.
private struct Week {
  static let minutes = 7 * 24 * 60
  let zones: [ZoneRules]
  let from: Timestamp

  /// By what the clocks of one zone show at each minute.
  func open(in zone: ZoneRules, by quiet: QuietHours) -> [Bool] {
    let (first, last) = (quiet.hours.from.number, quiet.hours.to.number)
    let start = from.microseconds / 1_000_000
    var open: [Bool] = []
    var period = zone.period(at: from)
    var (day, isQuietDay) = (Int64.min, false)
    for minute in 0..<Self.minutes {
      let second = start + Int64(minute) * 60
      if let until = period.until, until <= second {
        period = zone.period(at: Timestamp(seconds: second))
      }
      let shown = (second + Int64(period.offset)) / 60
      if shown / 1440 != day {
        day = shown / 1440
        let date = CivilDate(daysSince1970: day)
        isQuietDay =
          quiet.dates.contains(date) || !quiet.days.contains(Weekday.allCases[Int(day + 3) % 7])
      }
      let ofDay = Int(shown % 1440)
      let isQuiet =
        first < last ? ofDay >= first && ofDay < last : !(ofDay >= last && ofDay < first)
      open.append(!isQuiet && !isQuietDay)
    }
    return open
  }

  func open(by quiet: QuietHours) -> [Bool] {
    zones.map { open(in: $0, by: quiet) }.reduce([Bool](repeating: true, count: Self.minutes)) {
      zip($0, $1).map { $0 && $1 }
    }
  }

  func inOpenings(by quiet: QuietHours) -> [Bool] {
    var open = [Bool](repeating: false, count: Self.minutes)
    var time = from
    let end = from + .seconds(7 * 86400)
    while let opening = quiet.opening(in: zones, from: time, within: end - time) {
      let first = Int((opening.from - from).seconds) / 60
      let last = min(Self.minutes, Int((opening.until - from).seconds) / 60)
      for minute in first..<last { open[minute] = true }
      guard opening.until < end else { break }
      time = opening.until
    }
    return open
  }
}
