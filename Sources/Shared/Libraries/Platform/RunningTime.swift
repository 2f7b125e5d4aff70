internal import Time

/// A moment by the time for which the machine has run: nobody can set it, and it counts while the machine sleeps, so a
/// process that was frozen sees that its time is over. It means nothing in another process's machine, and is no
/// time of day.
package struct RunningTime: Hashable, Comparable, Sendable {
  package let microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }

  package static var now: RunningTime { RunningTime(microseconds: bootMicroseconds()) }

  package static let distantPast = RunningTime(microseconds: .min)
  package static let distantFuture = RunningTime(microseconds: .max)

  /// How long until then, or nothing where that has passed.
  package var left: Duration {
    let now = bootMicroseconds()
    return microseconds > now ? .microseconds(microseconds - now) : .zero
  }

  package var hasPassed: Bool { microseconds <= bootMicroseconds() }

  package static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }

  package static func + (time: Self, span: Duration) -> Self {
    let (sum, isOver) = time.microseconds.addingReportingOverflow(span.microseconds)
    return isOver ? (span < .zero ? .distantPast : .distantFuture) : Self(microseconds: sum)
  }

  package static func - (left: Self, right: Self) -> Duration {
    .microseconds(left.microseconds - right.microseconds)
  }
}
