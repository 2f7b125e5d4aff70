package import Time

/// When nobody is to be written to, by each person's own clocks: during some hours of every day, and on whole days.
package struct QuietHours: Hashable, Sendable {
  package let hours: LocalHours
  /// Those on which people may be written to; never empty.
  package let days: Set<Weekday>
  package let dates: Set<CivilDate>

  package init(
    _ hours: LocalHours, days: Set<Weekday> = Set(Weekday.allCases), dates: Set<CivilDate> = []
  ) {
    self.hours = hours
    self.days = days.isEmpty ? Set(Weekday.allCases) : days
    self.dates = dates
  }

  /// A stretch of a zone's local time that is quiet or open all through.
  struct Stretch {
    let isQuiet: Bool
    /// Seconds of local time, counted as if it were UTC since 1970.
    let until: Int64
  }

  func stretch(atLocal second: Int64) -> Stretch {
    let (day, secondOfDay) = second.flooredDivision(by: 86400)
    let minute = Int(secondOfDay / 60)
    if !isAllowed(day: day) { return Stretch(isQuiet: true, until: (day + 1) * 86400) }
    let change = Int64(hours.change(after: minute))
    return Stretch(isQuiet: hours.contains(minute: minute), until: day * 86400 + change * 60)
  }

  private func isAllowed(day: Int64) -> Bool {
    guard days.contains(Weekday(daysSince1970: day)) else { return false }
    return dates.isEmpty || !dates.contains(CivilDate(daysSince1970: day))
  }
}
