internal import Platform

/// The time that the PostgreSQL store lives by: the server's clock, which may be set or be another server's
/// after a fail-over. Each process holds what it reads against its own running time: a reading that cannot
/// be is not believed, so that one bad one neither makes time leap nor stand still.
///
/// A process that has read nothing yet believes the server.
struct ServerClock: Sendable {
  private let last = Locked<Memory?>(nil)

  /// What one reading showed, and the running time just before and just after it.
  private struct Memory {
    let time: Int64
    let before: Int64
    let after: Int64
  }

  /// The time, and the anchor to be kept where a new one is due.
  func time(
    _ anchor: ClockAnchor, server: Int64, before: Int64, after: Int64
  ) -> (time: Int64, renewed: ClockAnchor?) {
    let read = anchor.time(at: server)
    let (time, isBelieved) = last.withLock { last -> (Int64, Bool) in
      let possible = last.map { Self.span(since: $0, before: before, after: after) }
      let time =
        if let possible {
          max(anchor.reached, min(max(read, possible.lowerBound), possible.upperBound))
        } else {
          anchor.mayLeap(at: server, calendar: server) ? server : read
        }
      if last.map({ time > $0.time }) ?? true {
        last = Memory(time: time, before: before, after: after)
      }
      return (time, time == read)
    }
    guard !isBelieved || anchor.isDue(at: server) else { return (time, nil) }
    return (time, ClockAnchor(at: server, reached: time, gap: server - time))
  }

  /// What time it can be, however slow the answers of the server were and however it slews.
  private static func span(
    since last: Memory, before: Int64, after: Int64
  ) -> ClosedRange<Int64> {
    // Readings of several threads overlap: nothing need have passed between two, and they may come out of order.
    let least = max(0, before - last.after)
    let most = max(least, after - last.before)
    return (last.time + least - least / 16)...(last.time + most + most / 16 + tolerance)
  }

  /// Between two threads' readings.
  private static let tolerance: Int64 = 10_000
}
