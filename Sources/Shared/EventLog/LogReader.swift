package import Events
internal import Domain

/// Reads partitions that its owner names; who may read them is the owner's to know, and no group decides.
/// Used by one thread.
package protocol LogReader: AnyObject {
  /// Reads these from these offsets from now on, and nothing else. An offset that the log does not have is
  /// told by `next` as `.outOfRange`, and its partition then gives nothing more.
  func read(_ starts: [TopicPartition: Int64]) throws(LogError)

  /// Waits until there is something to read, at most that long.
  func next(max: Int, wait: Duration) throws(LogError) -> [LogRecord]

  /// What the log keeps under this reader's name; nothing for partitions that were never marked.
  func bookmarks(of partitions: [TopicPartition]) throws(LogError) -> [TopicPartition: Bookmark]

  /// Kafka's tools see the lag by it, and the retention of the embedded log waits for it.
  func mark(_ bookmarks: [TopicPartition: Bookmark]) throws(LogError)

  func close()
}

/// The next offset to read, with a note beside it.
package struct Bookmark: Hashable, Sendable {
  package let offset: Int64
  package let note: String

  package init(offset: Int64, note: String) {
    self.offset = offset
    self.note = note
  }
}
