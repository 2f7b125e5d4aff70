package import Events

/// A member of a consumer group. Used by one thread.
package protocol LogSubscription: AnyObject {
  /// Waits until there is something to tell, at most that long. A partition's gain is told before its
  /// first record; after its loss nothing more of it comes.
  func next(max: Int, wait: Duration) throws(LogError) -> LogBatch

  /// Where to read from: partitions of a subscription with `ownOffsets` give nothing before this, and
  /// any may be moved so. An offset that the log does not have is told by `next` as `.outOfRange`.
  func start(_ offsets: [TopicPartition: Int64]) throws(LogError)

  /// The next offset to read of each, for the group. Never goes back. Throws `.lost` when a partition is
  /// no longer ours, and then nothing of it was committed. With `ownOffsets` it tells the retention what
  /// is done with.
  func commit(_ offsets: [TopicPartition: Int64]) throws(LogError)

  func pause(_ partitions: [TopicPartition]) throws(LogError)
  func resume(_ partitions: [TopicPartition]) throws(LogError)

  /// Hands the partitions over at once.
  func close()
}

package struct SubscriptionOptions: Sendable {
  /// Offsets are kept by the consumer; partitions wait for `start`.
  package var ownOffsets = false
  /// A name of this member that outlives a restart (Kafka's `group.instance.id`): partitions then wait
  /// for it to come back, for as long as a session lasts, instead of going round.
  package var member: String?
  /// Nobody comes back to this group's place: the retention does not wait for it, and it is forgotten with
  /// the subscription.
  package var isPassing = false
  /// How long a group's call to the log may take.
  package var patience: Duration = .seconds(10)

  package init(ownOffsets: Bool = false, member: String? = nil) {
    (self.ownOffsets, self.member) = (ownOffsets, member)
  }
}

/// What one `next` gave, in this order: losses, gains, records.
package struct LogBatch: Sendable {
  package var lost: [TopicPartition] = []
  package var gained: [TopicPartition] = []
  package var records: [LogRecord] = []

  package init() {}

  package var isEmpty: Bool { lost.isEmpty && gained.isEmpty && records.isEmpty }

  /// The next offset to read of each partition once all of these records are done.
  package var nextOffsets: [TopicPartition: Int64] {
    records.reduce(into: [:]) { $0[$1.partition] = $1.offset + 1 }
  }
}
