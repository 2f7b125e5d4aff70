package import Events
internal import Forms
internal import Domain
private import Platform
internal import SQLite
private import Time

/// The log in one SQLite file, for the processes of one machine. A group has one active member at a
/// time, which has all partitions; the others stand by.
package final class EmbeddedLog: EventLog {
  private let settings: EmbeddedLogSettings
  private let layout: Layout
  private let writer: LogWriter

  package init(_ settings: EmbeddedLogSettings) throws(LogError) {
    self.settings = settings
    let lock: FileLock
    do { lock = try FileLock(path: settings.path + "-lock") } catch {
      throw .unusable(error.description)
    }
    layout = try LogFile.prepare(settings, lock: lock)
    writer = try LogWriter(settings)
  }

  deinit { writer.close(within: .zero) }

  package func append(
    _ records: [NewRecord], done: @escaping @Sendable (Result<Void, LogError>) -> Void
  ) {
    var batch: [PendingAppend.Record] = []
    batch.reserveCapacity(records.count)
    do throws(LogError) {
      for record in records {
        let headers = RecordHeaders(record.event)
        batch.append(try pending(record.topic, record.key, headers, record.event.data))
      }
    } catch {
      return done(.failure(error))
    }
    write(batch, done)
  }

  /// As a foreign producer would: any headers, and nil for a tombstone.
  func append(
    raw topic: Topic, key: String, headers: RecordHeaders, value: [UInt8]?, within limit: Duration
  ) throws(LogError) {
    let record = try pending(topic, key, headers, value)
    let outcome = Outcome<Void>()
    write([record]) { outcome.settle($0) }
    try outcome.get(within: limit)
  }

  package func subscribe(
    group: String, topics: [Topic], options: SubscriptionOptions
  ) throws(LogError) -> any LogSubscription {
    try EmbeddedSubscription(
      group: group, partitions: layout.partitions(of: topics), options: options,
      settings: settings, layout: layout, writer: writer,
      database: try LogFile.open(settings))
  }

  package func reader(_ name: String, of topics: [Topic]) throws(LogError) -> any LogReader {
    try EmbeddedReader(
      name: name, layout: layout, writer: writer, database: try LogFile.open(settings),
      patience: SubscriptionOptions().patience)
  }

  package func identity(within limit: Duration) throws(LogError) -> String { layout.id }

  package func partitionCount(of topic: Topic, within limit: Duration) throws(LogError) -> Int {
    layout.count(of: topic)
  }

  package func offsets(
    of topic: Topic, within limit: Duration
  ) throws(LogError) -> [Range<Int64>] {
    let database = try LogFile.open(settings)
    return try onFile { () throws(SQLiteError) in
      try Layout.offsets(of: topic, in: database)
    }
  }

  /// The bytes that records take on the disk, and how many records a group has still to read.
  package func content(unreadBy group: String) throws(LogError) -> (bytes: Int, records: Int) {
    let database = try LogFile.open(settings)
    return try onFile { () throws(SQLiteError) in
      (
        bytes: try WritableFile.usedBytes(of: database),
        records: try GroupOffsets.unread(by: group, in: database)
      )
    }
  }

  package func ping(within limit: Duration) throws(LogError) {
    try writer.perform(within: limit) { _ in }
  }

  /// A group that will not come back: the retention no longer waits for it.
  package func forget(group: String, within limit: Duration) throws(LogError) {
    try writer.perform(within: limit) { database throws(SQLiteError) in
      try GroupOffsets.forget(group, in: database)
    }
  }

  /// Deletes now what the retention allows, and returns how many records that were.
  package func prune(within limit: Duration) throws(LogError) -> Int {
    let before = (settings.now() - settings.retention).microseconds
    var deleted = 0
    while true {
      let step = try writer.perform(within: limit) { database throws(SQLiteError) in
        try Retention(database).step(before: before)
      }
      guard step > 0 else { return deleted }
      deleted += step
    }
  }

  package func close(within limit: Duration) { writer.close(within: limit) }

  private func write(
    _ batch: [PendingAppend.Record], _ done: @escaping @Sendable (Result<Void, LogError>) -> Void
  ) {
    guard !batch.isEmpty else { return done(.success(())) }
    let bytes = batch.reduce(0) { $0 + $1.size }
    writer.append(PendingAppend(records: batch, bytes: bytes, done: done))
  }

  private func pending(
    _ topic: Topic, _ key: String, _ headers: RecordHeaders, _ value: [UInt8]?
  ) throws(LogError) -> PendingAppend.Record {
    guard let row = layout.row(ofKey: key, in: topic) else {
      throw .unusable("\(settings.path) has no topic \(topic.rawValue)")
    }
    let record = PendingAppend.Record(row: row, key: key, headers: headers.block, value: value)
    guard record.size <= settings.recordLimit else {
      throw .recordTooLarge(limit: settings.recordLimit)
    }
    return record
  }
}
