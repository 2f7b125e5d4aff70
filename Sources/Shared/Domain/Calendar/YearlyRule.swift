internal import Time

/// When an offset begins in every year, by the local time that holds until then.
struct YearlyRule: Hashable, Sendable {
  enum Day: Hashable, Sendable {
    /// `J60` is the first of March in every year: the leap day is not counted, and cannot be said.
    case withoutLeapDay(Int64)
    /// From 0, the leap day counted.
    case ofYear(Int64)
    /// The first to fifth such weekday of a month, counted from Sunday as 0; the fifth is the last.
    case weekday(Int64, week: Int64, month: Int64)
  }

  let day: Day
  /// From the day's midnight; it may lie in the days before and after.
  let second: Int64

  /// Seconds since 1970 by local time.
  func localTime(in year: Int64) -> Int64 {
    let newYear = Self.days(year, month: 1)
    let date =
      switch day {
      case .withoutLeapDay(let number):
        newYear + number - 1 + (number > 59 && Self.days(year, month: 3) - newYear == 60 ? 1 : 0)
      case .ofYear(let number): newYear + number
      case .weekday(let weekday, let week, let month): Self.day(weekday, week, month, year)
      }
    return date * 86400 + second
  }

  private static func day(
    _ weekday: Int64, _ week: Int64, _ month: Int64, _ year: Int64
  ) -> Int64 {
    let start = days(year, month: month)
    let end = month == 12 ? days(year + 1, month: 1) : days(year, month: month + 1)
    // The first of January 1970 was a Thursday.
    let first = start + (weekday - (start + 4)).flooredDivision(by: 7).remainder
    let wanted = first + 7 * (week - 1)
    return wanted < end ? wanted : wanted - 7
  }

  /// Of the month's first day, since 1970.
  private static func days(_ year: Int64, month: Int64) -> Int64 {
    CivilDate(year: year, month: month, day: 1)?.daysSince1970 ?? 0
  }
}
