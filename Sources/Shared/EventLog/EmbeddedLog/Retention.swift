internal import SQLite

/// Deletes what is old enough and passed by every group that reads it, run by run, in steps that hold
/// nobody up.
final class Retention {
  private static let step = 1000

  /// `passed`: what every group has read, or the end.
  private enum PartitionColumn: Int, FileColumns { case partition, first, passed }
  private enum OldestColumn: Int, FileColumns { case position, appended }

  private let partitions: FileQuery<PartitionColumn>
  private let oldest: FileQuery<OldestColumn>
  private let delete: Statement
  private let advance: Statement

  init(_ database: Database) throws(SQLiteError) {
    // Rows that have records, with the offset that the slowest group has still to read.
    partitions = try FileQuery(
      database.prepare(
        """
        SELECT p.partition AS partition, p.first AS first, coalesce(min(o.next), p.next) AS passed
        FROM partitions p LEFT JOIN offsets o ON o.partition = p.partition
        WHERE p.first < p.next
        GROUP BY p.partition
        """))
    oldest = try FileQuery(
      database.prepare(
        "SELECT position, appended FROM runs WHERE position BETWEEN ? AND ? ORDER BY position"))
    delete = try database.prepare("DELETE FROM runs WHERE position BETWEEN ? AND ?")
    advance = try database.prepare("UPDATE partitions SET first = ? WHERE partition = ?")
  }

  /// Inside of a transaction. How many were deleted; 0 when there is nothing left to delete.
  func step(before: Int64) throws(SQLiteError) -> Int {
    var ranges: [(row: Int, first: Int64, end: Int64)] = []
    while try partitions.step() {
      let range = (
        partitions.int(.partition), partitions.integer(.first), partitions.integer(.passed)
      )
      if range.1 < range.2 { ranges.append(range) }
    }
    var left = Self.step
    for range in ranges where left > 0 {
      left -= try delete(range.row, range.first..<range.end, before, atMost: left)
    }
    return Self.step - left
  }

  private func delete(
    _ row: Int, _ offsets: Range<Int64>, _ before: Int64, atMost limit: Int
  ) throws(SQLiteError) -> Int {
    let start = Layout.position(row, offsets.lowerBound)
    oldest.statement.bind(1, start)
    oldest.statement.bind(2, Layout.position(row, offsets.upperBound - 1))
    defer { oldest.reset() }
    var (last, end) = (start, offsets.lowerBound)
    while end - offsets.lowerBound < limit, try oldest.step(), oldest.integer(.appended) < before {
      last = oldest.integer(.position)
      end = Layout.offset(last) + 1
    }
    oldest.reset()
    guard end > offsets.lowerBound else { return 0 }
    delete.bind(1, start)
    delete.bind(2, last)
    try delete.run()
    advance.bind(1, end)
    advance.bind(2, row)
    try advance.run()
    return Int(end - offsets.lowerBound)
  }
}
