internal import Events
internal import Forms
internal import Compression
internal import Domain
internal import SQLite

/// The rows of the file that are read, each from a place of its own.
final class FileRows {
  private static let batchBytes = 16 << 20

  private let layout: Layout
  private let database: Database
  private let dataVersion: Statement
  private let available: FileQuery<AvailableColumn>
  private let runs: FileQuery<RunColumn>
  /// The next offset of each row that is read.
  private var positions: [Int: Int64] = [:]
  private var paused: Set<Int> = []
  private var seenVersion: Int64?
  private var turn = 0

  private enum AvailableColumn: Int, FileColumns { case partition, first, next }
  private enum RunColumn: Int, FileColumns { case position, count, size, records }

  init(_ layout: Layout, _ database: Database) throws(LogError) {
    (self.layout, self.database) = (layout, database)
    do {
      dataVersion = try database.prepare("PRAGMA data_version")
      available = try FileQuery(
        database.prepare("SELECT partition, first, next FROM partitions"))
      runs = try FileQuery(
        database.prepare(
          """
          SELECT position, count, size, records FROM runs
          WHERE position >= ? AND position < ? ORDER BY position
          """))
    } catch { throw LogError(error) }
  }

  /// Reads these and nothing else.
  func begin(_ starts: [Int: Int64]) {
    positions = starts
    paused = []
    seenVersion = nil
  }

  func move(_ starts: [Int: Int64]) {
    positions.merge(starts) { $1 }
    seenVersion = nil
  }

  func pause(_ rows: [Int]) { paused.formUnion(rows) }

  func resume(_ rows: [Int]) {
    paused.subtract(rows)
    seenVersion = nil
  }

  /// Nothing new is in the file as long as no connection but ours has committed.
  func read(_ max: Int) throws(LogError) -> [LogRecord] {
    let version = try onFile { () throws(SQLiteError) in try dataVersion.number() ?? 0 }
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
    var offsets: [(row: Int, offsets: Range<Int64>)] = []
    while try available.step() {
      offsets.append(
        (available.int(.partition), available.integer(.first)..<available.integer(.next)))
    }
    return offsets
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
    runs.statement.bind(1, Layout.position(row, start))
    runs.statement.bind(2, Layout.position(row, end))
    defer { runs.reset() }
    while records.count < max, bytes < Self.batchBytes, try runs.step() {
      let last = Layout.offset(runs.integer(.position))
      var offset = last - runs.integer(.count) + 1
      var run = RunReader(try unpackedRun())
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

  private func unpackedRun() throws(SQLiteError) -> [UInt8] {
    let size = runs.optionalInteger(.size).map { Int($0) }
    guard let bytes = Packed(bytes: runs.bytes(.records), unpackedCount: size).unpacked() else {
      throw SQLiteError(damaged: "the run that ends at \(runs.integer(.position))")
    }
    return bytes
  }
}
