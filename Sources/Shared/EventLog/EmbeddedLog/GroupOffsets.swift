internal import SQLite

/// The offsets that groups have committed, by row of the table `partitions`.
enum GroupOffsets {
  private enum OffsetColumn: Int, FileColumns { case partition, next }

  /// Makes the group known to the retention from where the log begins now.
  static func register(
    _ group: String, rows: [Int], in database: Database
  ) throws(SQLiteError) {
    let statement = try database.statement(
      """
      INSERT OR IGNORE INTO offsets
      SELECT ?, partition, first FROM partitions WHERE partition = ?
      """)
    for row in rows {
      statement.bind(1, group)
      statement.bind(2, row)
      try statement.run()
    }
  }

  static func read(_ group: String, in database: Database) throws(SQLiteError) -> [Int: Int64] {
    let found = try FileQuery<OffsetColumn>(
      database.statement(#"SELECT partition, next FROM offsets WHERE "group" = ?"#))
    found.statement.bind(1, group)
    var offsets: [Int: Int64] = [:]
    while try found.step() { offsets[found.int(.partition)] = found.integer(.next) }
    return offsets
  }

  /// Of all topics, those too that it has not begun to read.
  static func unread(by group: String, in database: Database) throws(SQLiteError) -> Int {
    let statement = try database.statement(
      """
      SELECT coalesce(sum(p.next - max(p.first, coalesce(o.next, 0))), 0)
      FROM partitions p LEFT JOIN offsets o ON o."group" = ? AND o.partition = p.partition
      """)
    statement.bind(1, group)
    return Int(try statement.number() ?? 0)
  }

  static func commit(
    _ group: String, _ offsets: [Int: Int64], in database: Database
  ) throws(SQLiteError) {
    let statement = try database.statement(
      """
      INSERT INTO offsets VALUES (?1, ?2, ?3)
      ON CONFLICT DO UPDATE SET next = max(next, ?3)
      """)
    for (row, offset) in offsets {
      statement.bind(1, group)
      statement.bind(2, row)
      statement.bind(3, offset)
      try statement.run()
    }
  }

  /// Also back, where a person has chosen to read again.
  static func move(
    _ group: String, to offsets: [Int: Int64], in database: Database
  ) throws(SQLiteError) {
    let statement = try database.statement(
      "INSERT INTO offsets VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET next = ?3")
    for (row, offset) in offsets {
      statement.bind(1, group)
      statement.bind(2, row)
      statement.bind(3, offset)
      try statement.run()
    }
  }

  static func forget(_ group: String, in database: Database) throws(SQLiteError) {
    for table in ["offsets", "members"] {
      let statement = try database.statement(#"DELETE FROM \#(table) WHERE "group" = ?"#)
      statement.bind(1, group)
      try statement.run()
    }
  }
}
