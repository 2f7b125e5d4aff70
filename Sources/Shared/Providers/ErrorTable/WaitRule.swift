package import Domain
internal import JSON

/// How long a code wants us to wait, attempt by attempt.
package enum WaitRule: Hashable, Sendable {
  /// One wait for each failed attempt, in their order; then what comes after.
  case steps([Duration], then: After)
  /// `first`, and then each time that many times as long, up to the cap: 5 min ×2 to 1 h is 5, 10, 20, 40, 60, 60.
  case growing(first: Duration, factor: Int, cap: Duration)
  /// Doubling with full jitter.
  case jittered(Backoff)
  case between(Duration, Duration)

  package enum After: String, Hashable, Sendable {
    /// The last wait again, as long as there are attempts.
    case `repeat`
    case fail, stop
  }

  package enum Next: Hashable, Sendable {
    case wait(Outcome.Wait)
    case fail, stop
  }

  /// What follows when the attempt of that number, from 1, has failed.
  package func next(attempt: Int) -> Next {
    let failures = max(attempt, 1)
    switch self {
    case .steps(let waits, let after):
      guard let last = waits.last else { return .fail }
      if failures <= waits.count { return .wait(.stated(waits[failures - 1])) }
      switch after {
      case .repeat: return .wait(.stated(last))
      case .fail: return .fail
      case .stop: return .stop
      }
    case .growing(let first, let factor, let cap):
      var wait = first
      for _ in 1..<failures where wait < cap { wait *= factor }
      return .wait(.stated(min(wait, cap)))
    case .jittered(let backoff): return .wait(.backoff(backoff))
    case .between(let shortest, let longest): return .wait(.between(shortest, longest))
    }
  }
}

extension WaitRule {
  init?(_ value: JSONValue) {
    if let steps = value["steps"]?.items?.compactMap(\.integer), !steps.isEmpty,
      let after = value["then"]?.string.flatMap(After.init(rawValue:))
    {
      self = .steps(steps.map { .seconds($0) }, then: after)
    } else if let parts = value["growing"]?.items?.compactMap(\.integer), parts.count == 3 {
      self = .growing(first: .seconds(parts[0]), factor: Int(parts[1]), cap: .seconds(parts[2]))
    } else if let parts = value["jittered"]?.items?.compactMap(\.integer), parts.count == 2 {
      self = .jittered(Backoff(base: .seconds(parts[0]), cap: .seconds(parts[1])))
    } else if let parts = value["between"]?.items?.compactMap(\.integer), parts.count == 2 {
      self = .between(.seconds(parts[0]), .seconds(parts[1]))
    } else {
      return nil
    }
  }
}
