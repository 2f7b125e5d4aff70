internal import Events
internal import Domain
private import Platform
internal import SQLite
private import Time

final class EmbeddedSubscription: LogSubscription {
  private let group: String
  private let partitions: [TopicPartition]
  private let options: SubscriptionOptions
  private let settings: EmbeddedLogSettings
  private let layout: Layout
  private let writer: LogWriter
  private let database: Database
  private let reading: FileRows
  private let owner = randomName()
  private let boot = bootIdentity()
  private var lease: GroupLease?
  private var isClosed = false

  init(
    group: String, partitions: [TopicPartition], options: SubscriptionOptions,
    settings: EmbeddedLogSettings, layout: Layout, writer: LogWriter, database: Database
  ) throws(LogError) {
    (self.group, self.partitions, self.options) = (group, partitions, options)
    (self.settings, self.layout, self.writer) = (settings, layout, writer)
    self.database = database
    reading = try FileRows(layout, database)
  }

  deinit { close() }

  func next(max: Int, wait: Duration) throws(LogError) -> LogBatch {
    guard !isClosed else { throw .closed }
    let deadline = RunningTime.now + wait
    while true {
      let seen = writer.committed.raised
      let batch = try look(max)
      let rest = deadline.left
      guard batch.isEmpty, rest > .zero else { return batch }
      writer.committed.wait(past: seen, for: min(LogWriter.unwatched, rest))
    }
  }

  func start(_ offsets: [TopicPartition: Int64]) throws(LogError) {
    reading.move(try rows(offsets))
  }

  func commit(_ offsets: [TopicPartition: Int64]) throws(LogError) {
    let rows = try rows(offsets)
    guard let lease, !rows.isEmpty else { return }
    let group = group
    let isOurs = try writer.perform(within: options.patience) { database throws(SQLiteError) in
      guard try lease.isHeld(in: database) else { return false }
      try GroupOffsets.commit(group, rows, in: database)
      return true
    }
    guard isOurs else { throw .lost(Set(offsets.keys)) }
  }

  func pause(_ partitions: [TopicPartition]) throws(LogError) {
    reading.pause(try rows(partitions))
  }

  func resume(_ partitions: [TopicPartition]) throws(LogError) {
    reading.resume(try rows(partitions))
  }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    guard let lease else { return }
    writer.drop(lease)
    self.lease = nil
    let (group, isPassing) = (group, options.isPassing)
    do throws(LogError) {
      try writer.perform(within: options.patience) { database throws(SQLiteError) in
        try lease.release(in: database)
        if isPassing { try GroupOffsets.forget(group, in: database) }
      }
    } catch {
      // A lease that cannot be given back runs out.
    }
  }

  private func look(_ max: Int) throws(LogError) -> LogBatch {
    var batch = LogBatch()
    if let lease {
      guard try isStillHeld(lease) else {
        batch.lost = lose(lease)
        return batch
      }
    } else if let taken = try take() {
      lease = taken
      batch.gained = partitions
      return batch
    }
    guard lease != nil else { return batch }
    batch.records = try reading.read(max)
    return batch
  }

  /// One whose time is over may have been taken: after a freeze nothing is read before that is known.
  private func isStillHeld(_ lease: GroupLease) throws(LogError) -> Bool {
    if lease.isLost { return false }
    let now = settings.bootTime()
    guard lease.isOver(at: now) else { return true }
    let until = now + settings.lease.microseconds
    try writer.perform(within: options.patience) { database throws(SQLiteError) in
      try lease.renew(until: until, in: database)
    }
    return !lease.isLost
  }

  private func lose(_ lease: GroupLease) -> [TopicPartition] {
    writer.drop(lease)
    self.lease = nil
    reading.begin([:])
    return partitions
  }

  private func take() throws(LogError) -> GroupLease? {
    let (group, owner, boot, now) = (group, owner, boot, settings.bootTime())
    let options = options
    do {
      guard try GroupLease.isFree(group, boot: boot, at: now, in: database) else { return nil }
    } catch { throw LogError(error) }
    let until = now + settings.lease.microseconds
    let rows = partitions.compactMap(layout.row(of:))
    let taken = try writer.perform(within: options.patience) {
      database throws(SQLiteError) -> (GroupLease, [Int: Int64])? in
      let lease = try GroupLease.take(
        group, for: owner, boot: boot, at: now, until: until, in: database)
      guard let lease else { return nil }
      if !options.isPassing { try GroupOffsets.register(group, rows: rows, in: database) }
      return (lease, try GroupOffsets.read(group, in: database))
    }
    guard let (lease, offsets) = taken else { return nil }
    reading.begin(options.ownOffsets ? [:] : offsets.filter { rows.contains($0.key) })
    writer.keep(lease)
    return lease
  }

  private func rows(_ partitions: [TopicPartition]) throws(LogError) -> [Int] {
    guard !isClosed else { throw .closed }
    guard lease?.isLost == false else { throw .lost(Set(partitions)) }
    return partitions.compactMap(layout.row(of:))
  }

  private func rows(_ offsets: [TopicPartition: Int64]) throws(LogError) -> [Int: Int64] {
    guard !isClosed else { throw .closed }
    guard lease?.isLost == false else { throw .lost(Set(offsets.keys)) }
    return offsets.reduce(into: [:]) { result, offset in
      if let row = layout.row(of: offset.key) { result[row] = offset.value }
    }
  }
}
