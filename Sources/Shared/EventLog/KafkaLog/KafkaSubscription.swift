internal import Events
internal import Domain
internal import Kafka

final class KafkaSubscription: LogSubscription {
  private let consumer: KafkaConsumer
  private let topics: [String: Topic]
  private let names: [Topic: String]
  private let options: SubscriptionOptions
  /// What the group has given us.
  private var ours: Set<TopicPartition> = []
  /// The next offset of each partition that is read; nil is the first that there is.
  private var positions: [TopicPartition: Int64?] = [:]
  private var committed: [TopicPartition: Int64] = [:]
  private var paused: Set<TopicPartition> = []
  /// Offsets that the broker does not have, still to be told.
  private var gaps: [(KafkaPartition, Int64)] = []

  init(_ consumer: KafkaConsumer, topics: [String: Topic], _ options: SubscriptionOptions) {
    (self.consumer, self.topics, self.options) = (consumer, topics, options)
    names = Dictionary(uniqueKeysWithValues: topics.map { ($0.value, $0.key) })
  }

  /// What is told cannot be taken back, so nothing that may fail happens to a batch that has something
  /// in it: an offer or a gap waits for the next call.
  func next(max: Int, wait: Duration) throws(LogError) -> LogBatch {
    if let gap = gaps.first { throw try outOfRange(gap) }
    var batch = LogBatch()
    let poll = try told { () throws(KafkaError) in
      try consumer.poll(max: max, wait: consumer.hasOffer ? .zero : wait)
    }
    batch.lost = lose(poll.revoked)
    batch.records = poll.messages.compactMap(take)
    gaps += poll.outOfRange
    guard batch.isEmpty else { return batch }
    if let gap = gaps.first { throw try outOfRange(gap) }
    if let offered = poll.offered { batch.gained = try gain(offered) }
    return batch
  }

  func start(_ offsets: [TopicPartition: Int64]) throws(LogError) {
    try own(offsets.keys)
    positions.merge(offsets.mapValues(Optional.some)) { $1 }
    try assign()
  }

  func commit(_ offsets: [TopicPartition: Int64]) throws(LogError) {
    try own(offsets.keys)
    let ahead = offsets.filter { $0.value > committed[$0.key] ?? -1 }
    guard !ahead.isEmpty else { return }
    let offsets = Dictionary(uniqueKeysWithValues: ahead.map { (native($0.key), $0.value) })
    do { try consumer.commit(offsets, within: options.patience) } catch {
      throw error.kind == .lost ? .lost(Set(ahead.keys)) : LogError(error)
    }
    committed.merge(ahead) { $1 }
  }

  func pause(_ partitions: [TopicPartition]) throws(LogError) {
    try own(partitions)
    paused.formUnion(partitions)
    consumer.pause(partitions.map(native))
  }

  func resume(_ partitions: [TopicPartition]) throws(LogError) {
    try own(partitions)
    paused.subtract(partitions)
    consumer.resume(partitions.map(native))
  }

  func close() { consumer.close() }

  private func lose(_ revoked: [KafkaPartition]) -> [TopicPartition] {
    let lost = revoked.compactMap(ours(_:))
    for partition in lost {
      ours.remove(partition)
      positions[partition] = nil
      committed[partition] = nil
      paused.remove(partition)
    }
    gaps.removeAll { revoked.contains($0.0) }
    return lost
  }

  /// Where it throws, the offer stands and the next poll brings it again.
  private func gain(_ offered: [KafkaPartition]) throws(LogError) -> [TopicPartition] {
    let offsets = try told { () throws(KafkaError) in
      try consumer.committed(offered, within: options.patience)
    }
    var gained: [TopicPartition] = []
    for (partition, offset) in offsets {
      guard let partition = ours(partition) else { continue }
      committed[partition] = offset
      if !options.ownOffsets { positions[partition] = .some(offset) }
      gained.append(partition)
    }
    try assign()
    ours.formUnion(gained)
    return gained
  }

  /// librdkafka begins every assigned partition anew, so each is given where we stand.
  private func assign() throws(LogError) {
    let starts = Dictionary(uniqueKeysWithValues: positions.map { (native($0.key), $0.value) })
    try told { () throws(KafkaError) in try consumer.assign(starts) }
    if !paused.isEmpty { consumer.pause(paused.map(native)) }
  }

  /// librdkafka may still give what it had fetched for a partition that is lost or was moved.
  private func take(_ message: KafkaMessage) -> LogRecord? {
    guard let partition = ours(message.partition), let position = positions[partition],
      message.offset >= position ?? 0
    else { return nil }
    positions[partition] = .some(message.offset + 1)
    return LogRecord(
      partition: partition, offset: message.offset,
      key: String(decoding: message.key, as: UTF8.self), headers: message.headers,
      value: message.value)
  }

  private func outOfRange(_ gap: (KafkaPartition, Int64)) throws(LogError) -> LogError {
    let available = try told { () throws(KafkaError) in
      try consumer.range(of: gap.0, within: options.patience)
    }
    gaps.removeFirst()
    guard let partition = ours(gap.0) else { return .lost([]) }
    positions[partition] = nil
    return .outOfRange(partition, offset: gap.1, available: available)
  }

  private func own(_ partitions: some Sequence<TopicPartition>) throws(LogError) {
    let lost = Set(partitions).subtracting(ours)
    guard lost.isEmpty else { throw .lost(lost) }
  }

  private func told<Result>(
    _ body: () throws(KafkaError) -> Result
  ) throws(LogError) -> Result {
    do { return try body() } catch {
      throw error.kind == .lost ? .lost(ours) : LogError(error)
    }
  }

  private func native(_ partition: TopicPartition) -> KafkaPartition {
    KafkaPartition(topic: names[partition.topic] ?? "", number: partition.number)
  }

  private func ours(_ partition: KafkaPartition) -> TopicPartition? {
    topics[partition.topic].map { TopicPartition($0, partition.number) }
  }
}
