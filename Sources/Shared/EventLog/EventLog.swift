package import Events
internal import Domain
private import Platform
private import Time

/// Durable topics that are read in order, partition by partition, by groups that keep their place.
/// At least once: whoever reads may see a record again.
package protocol EventLog: AnyObject, Sendable {
  /// `done` comes once, from any thread, when every record of the batch is durable or with why not; a
  /// batch that failed may be there in part. Never blocks long: a full queue is `.full(.queue)`.
  /// `done` must not block either.
  func append(
    _ records: [NewRecord], done: @escaping @Sendable (Result<Void, LogError>) -> Void)

  /// The group's offsets start at the beginning of each partition that it has not committed.
  func subscribe(
    group: String, topics: [Topic], options: SubscriptionOptions
  ) throws(LogError) -> any LogSubscription

  /// A reader of these topics that keeps its bookmarks under that name.
  func reader(_ name: String, of topics: [Topic]) throws(LogError) -> any LogReader

  /// Which log this is: another one, also one emptied and made anew, has another identity, and offsets
  /// kept outside of it are worth nothing there.
  func identity(within limit: Duration) throws(LogError) -> String

  func partitionCount(of topic: Topic, within limit: Duration) throws(LogError) -> Int

  /// By partition: from the first offset that there is to the one that comes next.
  func offsets(of topic: Topic, within limit: Duration) throws(LogError) -> [Range<Int64>]

  /// Whether the log answers now.
  func ping(within limit: Duration) throws(LogError)

  /// Takes nothing more; what is not durable within that time is told as failed. Subscriptions are
  /// closed by those who have them.
  func close(within limit: Duration)
}

extension EventLog {
  /// Returns when every record is durable. After a time-out the records may still become so.
  package func append(_ records: [NewRecord], within limit: Duration) throws(LogError) {
    let outcome = Outcome<Void>()
    append(records) { outcome.settle($0) }
    try outcome.get(within: limit)
  }

  package func subscribe(group: String, topics: [Topic]) throws(LogError) -> any LogSubscription {
    try subscribe(group: group, topics: topics, options: SubscriptionOptions())
  }
}
