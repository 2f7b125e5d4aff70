/// A point in time, in microseconds since 1970, UTC.
package struct Timestamp: Hashable, Comparable, Sendable, Codable {
  package var microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }
  package init(seconds: Int64) { microseconds = seconds * 1_000_000 }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }

  package static func + (time: Timestamp, span: Duration) -> Timestamp {
    Timestamp(microseconds: time.microseconds + span.microseconds)
  }

  package static func - (time: Timestamp, span: Duration) -> Timestamp {
    Timestamp(microseconds: time.microseconds - span.microseconds)
  }

  package static func - (later: Timestamp, earlier: Timestamp) -> Duration {
    .microseconds(later.microseconds - earlier.microseconds)
  }

  package static func += (time: inout Timestamp, span: Duration) { time = time + span }

  package static let distantPast = Timestamp(microseconds: Int64.min / 4)
  package static let distantFuture = Timestamp(microseconds: Int64.max / 4)

  /// The year 10000, which no text of a time can say: what is to last until then lasts until somebody ends it.
  private static let openEnd = Timestamp(seconds: 253_402_300_800)

  package var isOpenEnded: Bool { self >= Self.openEnd }
}
