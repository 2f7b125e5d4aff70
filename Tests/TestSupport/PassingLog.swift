package import Events
internal import Domain
package import EventLog

/// A log in front of another, which does itself what it is not told to do differently.
package protocol PassingLog: EventLog {
  var real: any EventLog { get }
}

extension PassingLog {
  package func append(
    _ records: [NewRecord], done: @escaping @Sendable (Result<Void, LogError>) -> Void
  ) {
    real.append(records, done: done)
  }

  package func subscribe(
    group: String, topics: [Topic], options: SubscriptionOptions
  ) throws(LogError) -> any LogSubscription {
    try real.subscribe(group: group, topics: topics, options: options)
  }

  package func reader(_ name: String, of topics: [Topic]) throws(LogError) -> any LogReader {
    try real.reader(name, of: topics)
  }

  package func identity(within limit: Duration) throws(LogError) -> String {
    try real.identity(within: limit)
  }

  package func partitionCount(of topic: Topic, within limit: Duration) throws(LogError) -> Int {
    try real.partitionCount(of: topic, within: limit)
  }

  package func offsets(of topic: Topic, within limit: Duration) throws(LogError) -> [Range<Int64>] {
    try real.offsets(of: topic, within: limit)
  }

  package func ping(within limit: Duration) throws(LogError) { try real.ping(within: limit) }
  package func close(within limit: Duration) { real.close(within: limit) }
}

/// The same for a reader.
package protocol PassingReader: LogReader {
  var real: any LogReader { get }
}

extension PassingReader {
  package func read(_ starts: [TopicPartition: Int64]) throws(LogError) { try real.read(starts) }

  package func next(max: Int, wait: Duration) throws(LogError) -> [LogRecord] {
    try real.next(max: max, wait: wait)
  }

  package func bookmarks(
    of partitions: [TopicPartition]
  ) throws(LogError) -> [TopicPartition: Bookmark] {
    try real.bookmarks(of: partitions)
  }

  package func mark(_ bookmarks: [TopicPartition: Bookmark]) throws(LogError) {
    try real.mark(bookmarks)
  }

  package func close() { real.close() }
}

/// The same for a subscription.
package protocol PassingSubscription: LogSubscription {
  var real: any LogSubscription { get }
}

extension PassingSubscription {
  package func next(max: Int, wait: Duration) throws(LogError) -> LogBatch {
    try real.next(max: max, wait: wait)
  }

  package func start(_ offsets: [TopicPartition: Int64]) throws(LogError) {
    try real.start(offsets)
  }

  package func commit(_ offsets: [TopicPartition: Int64]) throws(LogError) {
    try real.commit(offsets)
  }

  package func pause(_ partitions: [TopicPartition]) throws(LogError) {
    try real.pause(partitions)
  }

  package func resume(_ partitions: [TopicPartition]) throws(LogError) {
    try real.resume(partitions)
  }

  package func close() { real.close() }
}
