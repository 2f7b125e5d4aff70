import Domain
import EventLog
import Platform

/// A log that tells how much of it a group is done with.
final class WatchedLog: EventLog {
  private let real: any EventLog
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

  func append(
    _ records: [NewRecord], done: @escaping @Sendable (Result<Void, LogError>) -> Void
  ) {
    real.append(records, done: done)
  }

  func subscribe(
    group: String, topics: [Topic], options: SubscriptionOptions
  ) throws(LogError) -> any LogSubscription {
    WatchedSubscription(
      try real.subscribe(group: group, topics: topics, options: options), committed)
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

private final class WatchedSubscription: LogSubscription {
  private let real: any LogSubscription
  private let committed: Monitor<[TopicPartition: Int64]>

  init(_ real: any LogSubscription, _ committed: Monitor<[TopicPartition: Int64]>) {
    self.real = real
    self.committed = committed
  }

  func next(max: Int, wait: Duration) throws(LogError) -> LogBatch {
    try real.next(max: max, wait: wait)
  }

  func start(_ offsets: [TopicPartition: Int64]) throws(LogError) { try real.start(offsets) }

  func commit(_ offsets: [TopicPartition: Int64]) throws(LogError) {
    try real.commit(offsets)
    committed.change { $0.merge(offsets) { $1 } }
  }

  func pause(_ partitions: [TopicPartition]) throws(LogError) { try real.pause(partitions) }
  func resume(_ partitions: [TopicPartition]) throws(LogError) { try real.resume(partitions) }
  func close() { real.close() }
}
