internal import Platform

/// When the next look is worth while, by what is known here. What is not known waits for the usual look.
package struct Agenda {
  private var times: [RunningTime] = []

  private static let most = 1000
  /// A look before its time finds nothing.
  private static let leeway = Duration.milliseconds(1)

  package init() {}

  /// From now until the first of them; nil: none is known.
  package var next: Duration? { times.min()?.left }

  package mutating func add(in span: Duration) {
    guard times.count < Self.most else { return }
    times.append(.now + span + Self.leeway)
  }

  package mutating func forgetPast() { times.removeAll(where: \.hasPassed) }
}
