/// As people and settings write it: `mon`, `tue` and so on. Weeks begin on Monday.
package enum Weekday: String, Hashable, CaseIterable, Sendable {
  case monday = "mon"
  case tuesday = "tue"
  case wednesday = "wed"
  case thursday = "thu"
  case friday = "fri"
  case saturday = "sat"
  case sunday = "sun"

  /// The first of January 1970 was a Thursday.
  package init(daysSince1970: Int64) {
    self = Self.allCases[Int(((daysSince1970 % 7) + 10) % 7)]
  }
}
