/// One answer that a thread waits for and another gives. The first one counts.
package final class Answer<Value: Sendable>: Sendable {
  private let given = Monitor<Value?>(nil)

  package init() {}

  package func give(_ value: Value) {
    given.change { $0 = $0 ?? value }
  }

  /// nil where none came within that time.
  package func wait(for limit: Duration) -> Value? {
    given.wait(for: limit) { $0 != nil }
    return given.peek { $0 }
  }
}

/// Lets the thread sleep for that long.
package func pause(for span: Duration) { _ = Gate().wait(for: span) }
