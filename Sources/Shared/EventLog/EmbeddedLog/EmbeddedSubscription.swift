internal import Compression
internal import Domain
internal import Kafka
private import Platform
internal import SQLite
private import Time

final class EmbeddedSubscription: LogSubscription {
  /// How soon a commit of another process is seen.
  private static let look: Duration = .milliseconds(10)
  private static let batchBytes = 16 << 20

  private let group: String
  private let partitions: [TopicPartition]
  private let options: SubscriptionOptions
  private let settings: EmbeddedLogSettings
  private let layout: Layout
  private let writer: LogWriter
  private let database: Database
  private let owner = randomName()
  private let boot = bootIdentity()
  private var lease: GroupLease?
  /// The next offset of each row that is read.
  private var positions: [Int: Int64] = [:]
  private var paused: Set<Int> = []
  private var seenVersion: Int64?
  private var turn = 0
  private var isClosed = false

  init(
    group: String, partitions: [TopicPartition], options: SubscriptionOptions,
    settings: EmbeddedLogSettings, layout: Layout, writer: LogWriter, database: Database
  ) {
    (self.group, self.partitions, self.options) = (group, partitions, options)
    (self.settings, self.layout, self.writer) = (settings, layout, writer)
    self.database = database
  }

  deinit { close() }

  func next(max: Int, wait: Duration) throws(LogError) -> LogBatch {
    guard !isClosed else { throw .closed }
    let deadline = bootMicroseconds() + wait.microseconds
    while true {
      let seen = writer.committed.raised
      let batch = try look(max)
      let rest = deadline - bootMicroseconds()
      guard batch.isEmpty, rest > 0 else { return batch }
      writer.committed.wait(past: seen, for: min(Self.look, .microseconds(rest)))
    }
  }

  func start(_ offsets: [TopicPartition: Int64]) throws(LogError) {
    for (row, offset) in try rows(offsets) { positions[row] = offset }
    seenVersion = nil
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
    paused.formUnion(try rows(partitions))
  }

  func resume(_ partitions: [TopicPartition]) throws(LogError) {
    paused.subtract(try rows(partitions))
    seenVersion = nil
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
    batch.records = try read(max)
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
    positions = [:]
    paused = []
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
    if !options.ownOffsets {
      positions = offsets.filter { rows.contains($0.key) }
    }
    seenVersion = nil
    writer.keep(lease)
    return lease
  }

  /// Nothing new is in the file as long as no connection but ours has committed.
  private func read(_ max: Int) throws(LogError) -> [LogRecord] {
    let version = try onFile { () throws(SQLiteError) in try dataVersion() }
    guard version != seenVersion else { return [] }
    let behind = try rowsBehind()
    guard !behind.isEmpty else {
      seenVersion = version
      return []
    }
    var (records, bytes): ([LogRecord], Int) = ([], 0)
    turn += 1
    for index in behind.indices where records.count < max && bytes < Self.batchBytes {
      let (row, end) = behind[(index + turn) % behind.count]
      try onFile { () throws(SQLiteError) in
        try read(row, until: end, max, into: &records, &bytes)
      }
    }
    return records
  }

  private func dataVersion() throws(SQLiteError) -> Int64 {
    let statement = try database.statement("PRAGMA data_version")
    defer { statement.reset() }
    return try statement.step() ? statement.integer(0) : 0
  }

  private func rowsBehind() throws(LogError) -> [(row: Int, end: Int64)] {
    var behind: [(row: Int, end: Int64)] = []
    for (row, available) in try onFile({ () throws(SQLiteError) in try availableOffsets() }) {
      guard let position = positions[row] else { continue }
      guard position >= available.lowerBound, position <= available.upperBound else {
        throw outOfRange(row, position, available)
      }
      if position < available.upperBound, !paused.contains(row) {
        behind.append((row, available.upperBound))
      }
    }
    return behind
  }

  private func availableOffsets() throws(SQLiteError) -> [(row: Int, offsets: Range<Int64>)] {
    let statement = try database.statement("SELECT partition, first, next FROM partitions")
    var available: [(row: Int, offsets: Range<Int64>)] = []
    while try statement.step() {
      available.append(
        (Int(statement.integer(0)), statement.integer(1)..<statement.integer(2)))
    }
    return available
  }

  /// Told once; the partition gives nothing more until it is started anew.
  private func outOfRange(_ row: Int, _ offset: Int64, _ available: Range<Int64>) -> LogError {
    positions[row] = nil
    guard let partition = layout.partition(atRow: row) else { return .lost([]) }
    return .outOfRange(partition, offset: offset, available: available)
  }

  private func read(
    _ row: Int, until end: Int64, _ max: Int, into records: inout [LogRecord], _ bytes: inout Int
  ) throws(SQLiteError) {
    guard let start = positions[row], let partition = layout.partition(atRow: row) else { return }
    let statement = try database.statement(
      """
      SELECT position, count, size, records FROM runs
      WHERE position >= ? AND position < ? ORDER BY position
      """)
    statement.bind(1, Layout.position(row, start))
    statement.bind(2, Layout.position(row, end))
    defer { statement.reset() }
    while records.count < max, bytes < Self.batchBytes, try statement.step() {
      let last = Layout.offset(statement.integer(0))
      var offset = last - statement.integer(1) + 1
      var run = RunReader(try run(statement))
      while records.count < max, let place = run.next() {
        defer { offset += 1 }
        guard offset >= start else { continue }
        let record = LogRecord(
          partition: partition, offset: offset, key: run.key(place),
          headers: RecordHeaders(block: run.headers(place)), value: run.value(place))
        bytes += record.headers.block.count + (record.value?.count ?? 0)
        positions[row] = offset + 1
        records.append(record)
      }
      guard offset > last || records.count >= max else {
        throw SQLiteError(damaged: "the run that ends at \(last) of row \(row)")
      }
    }
  }

  private func run(_ row: Statement) throws(SQLiteError) -> [UInt8] {
    let size = row.isNull(2) ? nil : Int(row.integer(2))
    guard let bytes = Packed(bytes: row.bytes(3), unpackedCount: size).unpacked() else {
      throw SQLiteError(damaged: "the run that ends at \(row.integer(0))")
    }
    return bytes
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
