package import Time

/// What a time zone's clocks show at any time: its offsets since its beginning, and the rule for all later years.
package struct ZoneRules: Hashable, Sendable {
  package struct Period: Hashable, Sendable {
    /// Seconds east of UTC.
    package let offset: Int
    /// In seconds since 1970; nil where the offset stays for ever. The next period may have the same offset.
    package let until: Int64?
  }

  /// RFC 9636 allows no others.
  static let possibleOffsets = -89_999...93_599 as ClosedRange<Int64>

  private let times: [Int64]
  private let offsets: [Int32]
  private let firstOffset: Int32
  private let later: LaterRule?

  /// The bytes of a TZif file of any version.
  package init(tzif bytes: [UInt8]) throws(ZoneFault) {
    let file = try ZoneFile(bytes)
    (times, offsets, firstOffset) = (file.times, file.offsets, file.firstOffset)
    later = file.rule.isEmpty ? nil : try LaterRuleReader.read(file.rule)
  }

  /// Seconds east of UTC.
  package func offset(at time: Timestamp) -> Int { period(at: time).offset }

  /// The offset that holds at a time, and how long it surely does.
  package func period(at time: Timestamp) -> Period {
    let second = time.microseconds.flooredDivision(by: 1_000_000).quotient
    let begun = countOfTimes(notAfter: second)
    if begun == times.count, let later { return later.period(at: second) }
    return Period(
      offset: Int(begun == 0 ? firstOffset : offsets[begun - 1]),
      until: begun < times.count ? times[begun] : nil)
  }

  private func countOfTimes(notAfter second: Int64) -> Int {
    var (low, high) = (0, times.count)
    while low < high {
      let middle = (low + high) / 2
      if times[middle] <= second { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
