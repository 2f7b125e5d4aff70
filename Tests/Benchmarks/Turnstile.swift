import Domain
import EventLog
import Platform
import TestSupport

/// A log whose reader waits until it is let through, so that a measurement begins with everything there.
final class Turnstile: PassingLog {
  struct State: Sendable {
    var isOpen = false
    var committed: [TopicPartition: Int64] = [:]
  }

  let real: any EventLog
  private let state = Monitor(State())

  init(_ real: any EventLog) { self.real = real }

  /// Lets the reader through until it is done with all that is there.
  func letThrough(_ topic: Topic) throws {
    let ends = try real.offsets(of: topic, within: .seconds(10)).enumerated()
      .filter { !$1.isEmpty }
      .map { (TopicPartition(topic, $0), $1.upperBound) }
    state.change { $0.isOpen = true }
    state.wait(for: .seconds(3600)) { state in
      !ends.contains { state.committed[$0, default: 0] < $1 }
    }
    state.change { $0.isOpen = false }
  }

  func subscribe(
    group: String, topics: [Topic], options: SubscriptionOptions
  ) throws(LogError) -> any LogSubscription {
    TurnstileSubscription(
      try real.subscribe(group: group, topics: topics, options: options), state)
  }
}

private final class TurnstileSubscription: PassingSubscription {
  let real: any LogSubscription
  private let state: Monitor<Turnstile.State>

  init(_ real: any LogSubscription, _ state: Monitor<Turnstile.State>) {
    (self.real, self.state) = (real, state)
  }

  /// A member has to show itself now and then, or its partitions go to others.
  func next(max: Int, wait: Duration) throws(LogError) -> LogBatch {
    state.wait(for: .milliseconds(500)) { $0.isOpen }
    guard state.peek({ $0.isOpen }) else { return try real.next(max: 0, wait: .zero) }
    return try real.next(max: max, wait: wait)
  }

  func commit(_ offsets: [TopicPartition: Int64]) throws(LogError) {
    try real.commit(offsets)
    state.change { $0.committed.merge(offsets) { $1 } }
  }
}
