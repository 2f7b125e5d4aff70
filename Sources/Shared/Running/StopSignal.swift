internal import Platform

/// Tells every loop of a process that it should come to its end.
package final class StopSignal: Sendable {
  private let gate = Gate()

  package init() {}

  package func request() { gate.open() }

  package var isRequested: Bool { gate.wait(for: .zero) }

  /// Sleeps, unless asked to stop. True where it was asked.
  @discardableResult
  package func wait(for span: Duration) -> Bool { gate.wait(for: span) }

  package func wait() { gate.wait() }
}
