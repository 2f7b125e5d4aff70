package import Time

/// When people of ours are there to answer, by the clocks of one place.
package struct OpeningHours: Hashable, Sendable {
  private let zone: ZoneRules
  private let days: [Weekday: [Span]]
  private let closed: Set<CivilDate>

  package init(in zone: ZoneRules, _ days: [Weekday: [Span]], closed: Set<CivilDate> = []) {
    (self.zone, self.days, self.closed) = (zone, days, closed)
  }

  /// A part of a day: `09:00-18:00`; `24:00` is its end, and `22:00-02:00` ends on the day after.
  package struct Span: Hashable, Sendable {
    /// Minutes since the day's beginning, the last one being left out.
    let minutes: Range<Int>

    package init?(_ text: String) {
      let parts = text.split(separator: "-", omittingEmptySubsequences: false)
      guard parts.count == 2, let from = LocalMinute(String(parts[0]))?.number,
        let to = parts[1] == "24:00" ? Self.day : LocalMinute(String(parts[1]))?.number,
        from != to
      else { return nil }
      minutes = from..<(to > from ? to : to + Self.day)
    }

    static let day = 24 * 60
  }

  package func isOpen(at time: Timestamp) -> Bool {
    let second =
      time.microseconds.flooredDivision(by: 1_000_000).quotient + Int64(zone.offset(at: time))
    let (day, secondOfDay) = second.flooredDivision(by: 86_400)
    let minute = Int(secondOfDay / 60)
    return isOpen(minute, of: day) || isOpen(minute + Span.day, of: day - 1)
  }

  private func isOpen(_ minute: Int, of day: Int64) -> Bool {
    let spans = days[Weekday(daysSince1970: day)] ?? []
    return spans.contains { $0.minutes.contains(minute) }
      && !closed.contains(CivilDate(daysSince1970: day))
  }
}
