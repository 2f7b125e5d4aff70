package import Time

/// Spares a host that does not answer: after so many failures in a row nothing goes to it but one probe at a
/// time, after waits that double.
package struct CircuitBreaker: Hashable, Sendable {
  private var failures = 0
  /// nil while it is closed.
  private var open: Opening?

  private struct Opening: Hashable, Sendable {
    var until: Timestamp
    var wait: Duration
    var isProbing = false
  }

  package static let threshold = 20
  package static let firstWait = Duration.seconds(1)
  package static let longestWait = Duration.seconds(30)

  package init() {}

  package enum State: Hashable, Sendable {
    case closed
    case open(until: Timestamp)
    /// The next one, or the one under way, is a probe.
    case halfOpen
  }

  package func state(at now: Timestamp) -> State {
    guard let open else { return .closed }
    return open.isProbing || now >= open.until ? .halfOpen : .open(until: open.until)
  }

  /// How many may go now; nil is no limit.
  package func room(at now: Timestamp) -> Int? {
    guard let open else { return nil }
    return !open.isProbing && now >= open.until ? 1 : 0
  }

  /// The room for a probe was used.
  package mutating func beginProbe() { open?.isProbing = true }

  /// A probe that told nothing of the host, since it never went.
  package mutating func dropProbe() { open?.isProbing = false }

  /// Any answer but a server's fault.
  package mutating func succeeded() {
    failures = 0
    open = nil
  }

  package mutating func failed(at now: Timestamp) {
    failures += 1
    if let before = open {
      // What was under way when it opened comes back failed as well, and says nothing new.
      guard before.isProbing else { return }
      let wait = min(before.wait * 2, Self.longestWait)
      open = Opening(until: now + wait, wait: wait)
    } else if failures >= Self.threshold {
      open = Opening(until: now + Self.firstWait, wait: Self.firstWait)
    }
  }
}
