internal import Compression
internal import SQLite

/// Writes records; knows the next offset of each partition as long as no other process has written.
final class Appending {
  private let database: Database
  private let insert: Statement
  private let advance: Statement
  private let dataVersion: Statement
  private var knownVersion: Int64?
  /// By row of the table `partitions`.
  private var next: [Int64] = []
  private var runs: [RecordRun] = []

  init(_ database: Database) throws(SQLiteError) {
    self.database = database
    insert = try database.prepare(
      "INSERT INTO runs (position, appended, count, size, records) VALUES (?, ?, ?, ?, ?)")
    advance = try database.prepare("UPDATE partitions SET next = ? WHERE partition = ?")
    dataVersion = try database.prepare("PRAGMA data_version")
  }

  /// Inside of a transaction; `forget` when that does not commit.
  func write(_ batches: [PendingAppend], at time: Int64) throws(SQLiteError) {
    try learn()
    insert.bind(2, time)
    var touched: Set<Int> = []
    for batch in batches {
      for record in batch.records {
        try write(record)
        touched.insert(record.row)
      }
    }
    for row in touched {
      try flush(row)
      advance.bind(1, next[row])
      advance.bind(2, row)
      try advance.run()
    }
  }

  func forget() {
    knownVersion = nil
    for row in runs.indices { runs[row].clear() }
  }

  private func write(_ record: PendingAppend.Record) throws(SQLiteError) {
    let row = record.row
    runs[row].add(key: record.key, headers: record.headers, value: record.value)
    next[row] += 1
    if runs[row].isFull { try flush(row) }
  }

  private func flush(_ row: Int) throws(SQLiteError) {
    guard runs[row].count > 0 else { return }
    insert.bind(1, Layout.position(row, next[row] - 1))
    let packed = Packed(runs[row].bytes)
    insert.bind(3, runs[row].count)
    insert.bind(4, packed.unpackedCount.map(Int64.init))
    insert.bind(5, packed.bytes)
    runs[row].clear()
    try insert.run()
  }

  private func learn() throws(SQLiteError) {
    let version = try dataVersion.number() ?? 0
    guard version != knownVersion else { return }
    let rows = try FileQuery<PartitionColumn>(
      database.statement("SELECT partition, next FROM partitions ORDER BY partition"))
    next = []
    while try rows.step() {
      let row = rows.int(.partition)
      next += Array(repeating: 0, count: row + 1 - next.count)
      next[row] = rows.integer(.next)
    }
    while runs.count < next.count { runs.append(RecordRun()) }
    knownVersion = version
  }
}

private enum PartitionColumn: Int, FileColumns { case partition, next }
