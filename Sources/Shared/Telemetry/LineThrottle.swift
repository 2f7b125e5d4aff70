internal import Domain
internal import Platform
package import Time

/// Lets one line a second, or in a longer time, through for each reason, so that a flood from outside fills no disk.
package final class LineThrottle: Sendable {
  private struct Reason: Sendable {
    var quietUntil: Timestamp
    var leftOut = 0
  }

  private let now: @Sendable () -> Timestamp
  private let quiet: Duration
  private let reasons = Locked<[String: Reason]>([:])

  package init(now: @escaping @Sendable () -> Timestamp, quiet: Duration = .seconds(1)) {
    self.now = now
    self.quiet = quiet
  }

  /// How many of that reason were left out since the last line; nil where this one is left out as well.
  package func pass(_ name: String) -> Int? {
    let now = now()
    return reasons.withLock { reasons in
      let last = reasons[name] ?? Reason(quietUntil: now)
      guard now >= last.quietUntil else {
        reasons[name]?.leftOut += 1
        return nil
      }
      reasons[name] = Reason(quietUntil: now + quiet)
      return last.leftOut
    }
  }
}
