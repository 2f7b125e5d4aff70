import Domain
import EventLog
import Platform

/// A log whose reader waits until it is let through, so that a measurement begins with everything there.
final class Turnstile: EventLog {
  struct State: Sendable {
    var isOpen = false
    var committed: [TopicPartition: Int64] = [:]
  }

  private let real: any EventLog
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

  func append(
    _ records: [NewRecord], done: @escaping @Sendable (Result<Void, LogError>) -> Void
  ) {
    real.append(records, done: done)
  }

  func subscribe(
    group: String, topics: [Topic], options: SubscriptionOptions
  ) throws(LogError) -> any LogSubscription {
    TurnstileSubscription(
      try real.subscribe(group: group, topics: topics, options: options), state)
  }

  func ping(within limit: Duration) throws(LogError) { try real.ping(within: limit) }

  func identity(within limit: Duration) throws(LogError) -> String {
    try real.identity(within: limit)
  }

  func partitionCount(of topic: Topic, within limit: Duration) throws(LogError) -> Int {
    try real.partitionCount(of: topic, within: limit)
  }

  func offsets(of topic: Topic, within limit: Duration) throws(LogError) -> [Range<Int64>] {
    try real.offsets(of: topic, within: limit)
  }

  func close(within limit: Duration) { real.close(within: limit) }
}

private final class TurnstileSubscription: LogSubscription {
  private let real: any LogSubscription
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

  func start(_ offsets: [TopicPartition: Int64]) throws(LogError) { try real.start(offsets) }

  func commit(_ offsets: [TopicPartition: Int64]) throws(LogError) {
    try real.commit(offsets)
    state.change { $0.committed.merge(offsets) { $1 } }
  }

  func pause(_ partitions: [TopicPartition]) throws(LogError) { try real.pause(partitions) }
  func resume(_ partitions: [TopicPartition]) throws(LogError) { try real.resume(partitions) }
  func close() { real.close() }
}
