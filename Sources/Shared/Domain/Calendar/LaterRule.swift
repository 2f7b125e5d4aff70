internal import Time

/// What holds after the last time that a zone's file lists: one offset for ever, or two in turn.
struct LaterRule: Hashable, Sendable {
  struct Turns: Hashable, Sendable {
    let offset: Int32
    /// In local time by the usual offset.
    let begins: YearlyRule
    /// In local time by the other offset.
    let ends: YearlyRule
  }

  let usualOffset: Int32
  let turns: Turns?

  func period(at second: Int64) -> ZoneRules.Period {
    guard let turns else { return ZoneRules.Period(offset: Int(usualOffset), until: nil) }
    let day = second.flooredDivision(by: 86400).quotient
    let year = CivilDate(daysSince1970: day).year
    var now = (offset: usualOffset, since: Int64.min)
    var next: Int64?
    // A rule may lead a week out of its year, and an offset a day more.
    for year in (year - 2)...(year + 2) {
      let begin = turns.begins.localTime(in: year) - Int64(usualOffset)
      let end = turns.ends.localTime(in: year) - Int64(turns.offset)
      // Where one year's end is the next one's begin, as where summer time never ends, the begin counts.
      for (time, offset) in [(begin, turns.offset), (end, usualOffset)] {
        if time > second {
          next = min(next ?? time, time)
        } else if time >= now.since {
          now = (offset, time)
        }
      }
    }
    return ZoneRules.Period(offset: Int(now.offset), until: next)
  }
}
