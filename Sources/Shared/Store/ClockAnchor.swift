internal import Time

/// The store's time, by which leases run out and budgets free their slots. It must never go back, or a lease would
/// run twice and a slot be freed twice; it must not leap, or all leases would run out at once and a day's budget be
/// free; every process must read the same; and in the end it must be the calendar's, since sends are due by that.
/// No clock of a machine is all of that:
///
/// - The running time since the start of the machine (CLOCK_BOOTTIME) never goes back and cannot be set, but begins
///   anew with each start, and another machine has another.
/// - The calendar is set: by a person, by NTP, by another server after a fail-over.
///
/// So the store keeps an anchor in one row: at which moment of a pace-keeping clock its time stood where, and how far
/// off the calendar was. On SQLite running time keeps the pace (`StoreClock`), as all processes are on one machine. On
/// PostgreSQL it is the server's clock, which may be set, so each process holds what it reads against its own running
/// time and does not believe what cannot be (`ServerClock`).
///
/// Three cases have no pace to go by. After a start of the machine time begins at the calendar, or where it stood if
/// the calendar is behind that. When no worker was alive for ten seconds nothing is under way that a leap could harm,
/// so time may leap forward to a calendar that slewing would take hours to meet. And beside workers of a version
/// without anchors time keeps to theirs for ten minutes.
///
/// An anchor: where the store's time stood at a moment of a clock that keeps the pace, and how far the calendar was
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
    // A server's clock was set back: time stands until the anchor is renewed, which is due then.
    guard pace > at else { return reached }
    let elapsed = pace - at
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
