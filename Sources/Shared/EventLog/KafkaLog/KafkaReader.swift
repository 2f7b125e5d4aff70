internal import Events
internal import Domain
internal import Kafka

/// A consumer that assigns itself what it is told to, outside of any group's rebalances. Its bookmarks are the
/// committed offsets of the group of its name.
final class KafkaReader: LogReader {
  private let consumer: KafkaConsumer
  private let topics: [String: Topic]
  private let names: [Topic: String]
  private let patience: Duration
  /// The next offset of each partition that is read.
  private var positions: [TopicPartition: Int64] = [:]
  /// Offsets that the broker does not have, still to be told.
  private var gaps: [(KafkaPartition, Int64)] = []

  init(_ consumer: KafkaConsumer, topics: [String: Topic], patience: Duration) {
    (self.consumer, self.topics, self.patience) = (consumer, topics, patience)
    names = Dictionary(uniqueKeysWithValues: topics.map { ($0.value, $0.key) })
  }

  func read(_ starts: [TopicPartition: Int64]) throws(LogError) {
    positions = starts
    gaps = []
    try assign()
  }

  func next(max: Int, wait: Duration) throws(LogError) -> [LogRecord] {
    if gaps.isEmpty {
      let poll = try told { () throws(KafkaError) in try consumer.poll(max: max, wait: wait) }
      gaps = poll.outOfRange.filter { gap in partition(gap.0).map { positions[$0] != nil } ?? false
      }
      let records = poll.messages.compactMap(take)
      // What was told cannot be taken back: a gap waits for the next call.
      if !records.isEmpty { return records }
    }
    guard let gap = gaps.first, let partition = partition(gap.0) else { return [] }
    let available = try told { () throws(KafkaError) in
      try consumer.range(of: gap.0, within: patience)
    }
    gaps.removeFirst()
    positions[partition] = nil
    throw .outOfRange(partition, offset: gap.1, available: available)
  }

  func bookmarks(of partitions: [TopicPartition]) throws(LogError) -> [TopicPartition: Bookmark] {
    let found = try told { () throws(KafkaError) in
      try consumer.bookmarks(of: partitions.map(native), within: patience)
    }
    return found.reduce(into: [:]) { result, item in
      guard let partition = partition(item.key) else { return }
      result[partition] = Bookmark(offset: item.value.offset, note: item.value.note)
    }
  }

  func mark(_ bookmarks: [TopicPartition: Bookmark]) throws(LogError) {
    let native = Dictionary(
      uniqueKeysWithValues: bookmarks.map {
        (self.native($0.key), (offset: $0.value.offset, note: $0.value.note))
      })
    try told { () throws(KafkaError) in try consumer.mark(native, within: patience) }
  }

  func close() { consumer.close() }

  private func assign() throws(LogError) {
    let starts = Dictionary(
      uniqueKeysWithValues: positions.map { (native($0.key), Optional($0.value)) })
    try told { () throws(KafkaError) in try consumer.assign(starts) }
  }

  /// librdkafka may still give what it had fetched for a partition that is no longer read, or was moved.
  private func take(_ message: KafkaMessage) -> LogRecord? {
    guard let partition = partition(message.partition), let position = positions[partition],
      message.offset >= position
    else { return nil }
    positions[partition] = message.offset + 1
    return LogRecord(
      partition: partition, offset: message.offset,
      key: String(decoding: message.key, as: UTF8.self), headers: message.headers,
      value: message.value)
  }

  private func told<Result>(
    _ body: () throws(KafkaError) -> Result
  ) throws(LogError) -> Result {
    do { return try body() } catch { throw LogError(error) }
  }

  private func native(_ partition: TopicPartition) -> KafkaPartition {
    KafkaPartition(topic: names[partition.topic] ?? "", number: partition.number)
  }

  private func partition(_ native: KafkaPartition) -> TopicPartition? {
    topics[native.topic].map { TopicPartition($0, native.number) }
  }
}
