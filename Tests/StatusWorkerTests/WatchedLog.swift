import Domain
import EventLog
import Platform
import TestSupport

/// A log that tells how much of it a group is done with.
final class WatchedLog: PassingLog {
  let real: any EventLog
  private let committed = Monitor<[TopicPartition: Int64]>([:])

  init(_ real: any EventLog) { self.real = real }

  /// Whether the group came to the present end of the topic within that time. All but one group read
  /// other topics.
  func isDone(_ topic: Topic, within limit: Duration) throws -> Bool {
    let ends = try real.offsets(of: topic, within: .seconds(10)).enumerated()
      .filter { !$1.isEmpty }
      .map { (TopicPartition(topic, $0), $1.upperBound) }
    let isDone: @Sendable ([TopicPartition: Int64]) -> Bool = { committed in
      !ends.contains { committed[$0, default: 0] < $1 }
    }
    committed.wait(for: limit, until: isDone)
    return isDone(committed.peek { $0 })
  }

  func subscribe(
    group: String, topics: [Topic], options: SubscriptionOptions
  ) throws(LogError) -> any LogSubscription {
    WatchedSubscription(
      try real.subscribe(group: group, topics: topics, options: options), committed)
  }
}

private final class WatchedSubscription: PassingSubscription {
  let real: any LogSubscription
  private let committed: Monitor<[TopicPartition: Int64]>

  init(_ real: any LogSubscription, _ committed: Monitor<[TopicPartition: Int64]>) {
    self.real = real
    self.committed = committed
  }

  func commit(_ offsets: [TopicPartition: Int64]) throws(LogError) {
    try real.commit(offsets)
    committed.change { $0.merge(offsets) { $1 } }
  }
}
