internal import Platform
internal import Time

/// When single sends last came in, for whoever makes room for them.
final class IntakePace: Sendable {
  private let last = Locked(RunningTime.distantPast)

  func note() { last.withLock { $0 = .now } }

  /// Single sends came within the last second.
  var isBusy: Bool { last.withLock { !($0 + .seconds(1)).hasPassed } }
}
