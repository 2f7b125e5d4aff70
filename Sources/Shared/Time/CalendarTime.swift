/// A moment of the calendar, as people promise it and providers say it. The store lives by a time of its own, which is
/// `Timestamp`: that is led to the calendar, and may be seconds or minutes off it. So the two cannot be compared, and
/// each way from one to the other has a name that says why it may be gone there.
package struct CalendarTime: Hashable, Comparable, Sendable {
  package let microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }
  package init(seconds: Int64) { microseconds = seconds * 1_000_000 }

  package static func < (left: CalendarTime, right: CalendarTime) -> Bool {
    left.microseconds < right.microseconds
  }

  package static func + (time: CalendarTime, span: Duration) -> CalendarTime {
    CalendarTime(microseconds: time.microseconds + span.microseconds)
  }

  package static func - (time: CalendarTime, span: Duration) -> CalendarTime {
    CalendarTime(microseconds: time.microseconds - span.microseconds)
  }

  package static func - (later: CalendarTime, earlier: CalendarTime) -> Duration {
    .microseconds(later.microseconds - earlier.microseconds)
  }
}

// MARK: As text

extension CalendarTime: CustomStringConvertible {
  /// RFC 3339.
  package init?(rfc3339 text: String) {
    guard let time = Timestamp(rfc3339: text) else { return nil }
    microseconds = time.microseconds
  }

  /// As mail and HTTP write it.
  package init?(rfc2822 text: String) {
    guard let time = Timestamp(rfc2822: text) else { return nil }
    microseconds = time.microseconds
  }

  package var description: String { written.description }
  package var utf8: [UInt8] { written.utf8 }

  package var httpDate: String { written.httpDate }

  private var written: Timestamp { Timestamp(microseconds: microseconds) }
}

// MARK: Between the calendar and the store's time

extension Timestamp {
  /// What was promised by the calendar, in the store's time: that is led to the calendar for the very reason that sends
  /// are due by it, and no promise is finer than what is left between them.
  package init(promised time: CalendarTime) { self.init(microseconds: time.microseconds) }

  /// When a provider says that something happened, among moments of the store's time. It is good for hours and days,
  /// as those of a service window, and for nothing shorter.
  package init(told time: CalendarTime) { self.init(microseconds: time.microseconds) }

  /// How far a clock stands ahead of the store's time that shows this now.
  package func lag(behind time: CalendarTime) -> Duration {
    .microseconds(time.microseconds - microseconds)
  }

  /// The same moment as a clock shows it that is so far ahead of the store's time.
  package func shown(byClockAhead span: Duration) -> CalendarTime {
    CalendarTime(microseconds: microseconds) + span
  }
}
