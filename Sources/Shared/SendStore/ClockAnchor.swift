package import Time

/// Where the store's time stood at a moment of a clock that keeps the pace, and how far the calendar was
/// ahead of it then. From there time goes on by that clock, a twentieth faster or slower until it meets the
/// calendar, so that it never goes back and never leaps:
///
///     calendar 60 s ahead:   1 s later 1.05 s, 20 min later 21 min, from then on even
///     calendar 60 s behind:  1 s later 0.95 s, 20 min later 19 min, from then on even
///
/// Whoever has the same anchor reads the same time. It is renewed each second, by the transaction that
/// finds it old.
struct ClockAnchor: Hashable {
  /// The moment of the clock that keeps the pace.
  let at: Int64
  let reached: Int64
  let gap: Int64

  static let renewal = Duration.seconds(1)
  /// Renewed each second while any worker lives: one that is older was left behind by the last of them.
  static let abandoned = Duration.seconds(10)
  /// What slewing makes good in less than two hours.
  static let slewed = Duration.seconds(300)
  private static let slewing: Int64 = 20

  func time(at pace: Int64) -> Int64 {
    let elapsed = max(0, pace - at)
    let most = elapsed / Self.slewing
    return reached + elapsed + min(max(gap, -most), most)
  }

  func isDue(at pace: Int64) -> Bool {
    pace < at || pace - at >= Self.renewal.microseconds
  }

  /// Nobody lived by this time lately, so nothing is under way that a leap could harm: time may begin at
  /// the calendar, as after a start of the machine.
  func mayLeap(at pace: Int64, calendar: Int64) -> Bool {
    pace - at > Self.abandoned.microseconds
      && calendar - time(at: pace) > Self.slewed.microseconds
  }
}

/// The store's time beside the calendar's.
package struct ClockReading: Hashable, Sendable {
  package let now: Timestamp
  package let calendar: Timestamp

  /// How far the store's time is ahead of the calendar.
  package var ahead: Duration { now - calendar }

  init(now: Int64, calendar: Int64) {
    self.now = Timestamp(microseconds: now)
    self.calendar = Timestamp(microseconds: calendar)
  }
}

extension SendStore {
  /// A gap to the calendar that is larger takes hours to close.
  package static let slewedGap = ClockAnchor.slewed
}
