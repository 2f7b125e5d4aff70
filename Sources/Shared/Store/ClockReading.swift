package import Time

/// The store's time beside the calendar's.
package struct ClockReading: Hashable, Sendable {
  package let now: Timestamp
  package let calendar: CalendarTime

  /// A gap to the calendar that is larger takes hours to close.
  package static let slewedGap = ClockAnchor.slewed

  /// How far the store's time is ahead of the calendar.
  package var ahead: Duration { .zero - now.lag(behind: calendar) }

  init(now: Int64, calendar: Int64) {
    self.now = Timestamp(microseconds: now)
    self.calendar = CalendarTime(microseconds: calendar)
  }
}
