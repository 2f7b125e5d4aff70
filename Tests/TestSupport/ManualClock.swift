package import Store
private import Platform
package import Time

/// A clock that only moves when the test says so.
package final class ManualClock: Sendable {
  private let microseconds: Locked<Int64>

  package init(_ start: Timestamp = Timestamp(seconds: 1_800_000_000)) {
    microseconds = Locked(start.microseconds)
  }

  package var now: Timestamp { Timestamp(microseconds: microseconds.withLock { $0 }) }

  package func advance(_ span: Duration) {
    microseconds.withLock { $0 += span.microseconds }
  }

  package func advance(to time: Timestamp) {
    microseconds.withLock { $0 = max($0, time.microseconds) }
  }

  package var storeClock: StoreClock {
    StoreClock(
      running: { self.microseconds.withLock { $0 } },
      calendar: { self.microseconds.withLock { $0 } },
      boot: "test")
  }
}

extension Timestamp {
  /// On a test's clock the calendar and the store's time are one.
  package var calendar: CalendarTime { CalendarTime(microseconds: microseconds) }
}
