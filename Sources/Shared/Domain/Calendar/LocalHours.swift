/// A part of every day by its clocks, which may pass midnight: from 21:00 to 08:00, say. Its last minute is the one before
/// `to`.
package struct LocalHours: Hashable, Sendable {
  package let from: LocalMinute
  package let to: LocalMinute

  /// nil where both are the same, since that could be the whole day or nothing of it.
  package init?(from: LocalMinute, to: LocalMinute) {
    guard from != to else { return nil }
    (self.from, self.to) = (from, to)
  }

  package func contains(minute: Int) -> Bool {
    from < to
      ? (from.number..<to.number).contains(minute)
      : minute >= from.number || minute < to.number
  }

  /// The first minute after this one at which the hours begin or end, or the day does.
  func change(after minute: Int) -> Int {
    [from.number, to.number].filter { $0 > minute }.min() ?? 24 * 60
  }
}
