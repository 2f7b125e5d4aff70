package import Time

/// A stretch of time in which it is quiet nowhere.
package struct Opening: Hashable, Sendable {
  package let from: Timestamp
  /// The first moment at which it is quiet somewhere.
  package let until: Timestamp
}

extension QuietHours {
  package func isQuiet(in zone: ZoneRules, at time: Timestamp) -> Bool {
    spell(in: zone, at: time).isQuiet
  }

  /// The first stretch from now on in which it is quiet in none of the zones. It begins now where that is the case already,
  /// and is whole even where it ends after the time that is looked through.
  ///
  /// nil where none begins in that time: because the zones' open hours never meet, or the days are quiet. nil as well
  /// without a zone, since nobody knows then what a person's clock shows.
  package func opening(
    in zones: [ZoneRules], from now: Timestamp, within span: Duration = .seconds(14 * 86400)
  ) -> Opening? {
    guard !zones.isEmpty else { return nil }
    let end = now + span
    var time = now
    while time < end {
      let spells = zones.map { spell(in: $0, at: time) }
      guard let quietUntil = spells.filter(\.isQuiet).map(\.until).max() else {
        return Opening(from: time, until: closing(in: zones, after: time))
      }
      time = quietUntil
    }
    return nil
  }

  /// Hours are quiet every day, so that each zone has a next quiet moment; one that skips it by its clocks has it a day
  /// later.
  private func closing(in zones: [ZoneRules], after time: Timestamp) -> Timestamp {
    var first = Timestamp.distantFuture
    for zone in zones {
      var time = time
      while time < first {
        let spell = spell(in: zone, at: time)
        if spell.isQuiet { first = time } else { time = spell.until }
      }
    }
    return first
  }

  /// What a zone's clocks show and its rules say holds until then.
  private func spell(in zone: ZoneRules, at time: Timestamp) -> (isQuiet: Bool, until: Timestamp) {
    let second = time.microseconds.flooredDivision(by: 1_000_000).quotient
    let period = zone.period(at: time)
    let stretch = stretch(atLocal: second + Int64(period.offset))
    let until = stretch.until - Int64(period.offset)
    return (stretch.isQuiet, Timestamp(seconds: min(until, period.until ?? until)))
  }
}
