internal import Time
internal import Platform

/// What each part of a process says of itself: whether it does its work, and whether it still moves.
package final class Health: Sendable {
  private struct Part {
    var trouble: String?
    var lastSign: Int64
    let patience: Duration
  }

  private let parts = Locked<[String: Part]>([:])
  private let now: @Sendable () -> Int64

  /// `now` counts microseconds that nobody can turn back.
  package init(now: @escaping @Sendable () -> Int64 = bootMicroseconds) { self.now = now }

  /// A part of the process. Until its first sign it is not ready; without one for longer than `patience` it
  /// counts as stuck.
  package func part(_ name: String, patience: Duration = .seconds(30)) -> HealthPart {
    parts.withLock {
      $0[name] = Part(trouble: "starting", lastSign: now(), patience: patience)
    }
    return HealthPart(name: name, health: self)
  }

  /// Parts that no longer move: the process should be restarted.
  package var stuck: [String: String] {
    let now = now()
    return parts.withLock { parts in
      parts.filter { now - $1.lastSign > $1.patience.microseconds }
        .mapValues { "no sign for \((now - $0.lastSign) / 1_000_000) s" }
    }
  }

  /// Parts that cannot do their work now.
  package var troubles: [String: String] {
    let troubled = parts.withLock { $0.compactMapValues(\.trouble) }
    return troubled.merging(stuck) { $1 }
  }

  fileprivate func note(_ name: String, _ trouble: String?) {
    parts.withLock {
      $0[name]?.trouble = trouble
      $0[name]?.lastSign = now()
    }
  }

  fileprivate func leave(_ name: String) { parts.withLock { $0[name] = nil } }
}

/// One part's way to say how it is.
package struct HealthPart: Sendable {
  fileprivate let name: String
  fileprivate let health: Health

  package func ready() { health.note(name, nil) }
  package func notReady(_ reason: String) { health.note(name, reason) }
  /// It has ended, as it should.
  package func ended() { health.leave(name) }
}
