internal import Events
internal import Domain
private import Platform
internal import SQLite
private import Time

/// Reads rows of the file from the places that it is given.
final class EmbeddedReader: LogReader {
  private let name: String
  private let rows: FileRows
  private let writer: LogWriter
  private let layout: Layout
  private let patience: Duration
  private var isClosed = false

  init(
    name: String, layout: Layout, writer: LogWriter, database: Database, patience: Duration
  ) throws(LogError) {
    (self.name, self.layout, self.writer, self.patience) = (name, layout, writer, patience)
    rows = try FileRows(layout, database)
  }

  func read(_ starts: [TopicPartition: Int64]) throws(LogError) {
    guard !isClosed else { throw .closed }
    rows.begin(
      starts.reduce(into: [:]) { result, start in
        if let row = layout.row(of: start.key) { result[row] = start.value }
      })
  }

  func next(max: Int, wait: Duration) throws(LogError) -> [LogRecord] {
    guard !isClosed else { throw .closed }
    let deadline = RunningTime.now + wait
    while true {
      let seen = writer.committed.raised
      let records = try rows.read(max)
      let rest = deadline.left
      guard records.isEmpty, rest > .zero else { return records }
      writer.committed.wait(past: seen, for: min(LogWriter.unwatched, rest))
    }
  }

  func bookmarks(of partitions: [TopicPartition]) throws(LogError) -> [TopicPartition: Bookmark] {
    let name = name
    let kept = try writer.perform(within: patience) { database throws(SQLiteError) in
      (try GroupOffsets.read(name, in: database), try Notes.read(name, in: database))
    }
    return partitions.reduce(into: [:]) { result, partition in
      guard let row = layout.row(of: partition), let offset = kept.0[row] else { return }
      result[partition] = Bookmark(offset: offset, note: kept.1[row] ?? "")
    }
  }

  func mark(_ bookmarks: [TopicPartition: Bookmark]) throws(LogError) {
    guard !isClosed else { throw .closed }
    let marks = bookmarks.reduce(into: [Int: Bookmark]()) { result, mark in
      if let row = layout.row(of: mark.key) { result[row] = mark.value }
    }
    let name = name
    try writer.perform(within: patience) { database throws(SQLiteError) in
      try GroupOffsets.move(name, to: marks.mapValues(\.offset), in: database)
      try Notes.save(name, marks.mapValues(\.note), in: database)
    }
  }

  func close() { isClosed = true }
}

/// The notes beside the offsets of groups. A table of its own, so that processes of an earlier version go on with
/// the file.
private enum Notes {
  private enum NoteColumn: Int, FileColumns { case partition, note }

  static func read(_ group: String, in database: Database) throws(SQLiteError) -> [Int: String] {
    try make(in: database)
    let found = try FileQuery<NoteColumn>(
      database.statement(#"SELECT partition, note FROM notes WHERE "group" = ?"#))
    defer { found.reset() }
    found.statement.bind(1, group)
    var notes: [Int: String] = [:]
    while try found.step() { notes[found.int(.partition)] = found.text(.note) }
    return notes
  }

  static func save(
    _ group: String, _ notes: [Int: String], in database: Database
  ) throws(SQLiteError) {
    try make(in: database)
    let statement = try database.statement(
      """
      INSERT INTO notes VALUES (?1, ?2, ?3)
      ON CONFLICT DO UPDATE SET note = ?3 WHERE note != ?3
      """)
    for (row, note) in notes {
      statement.bind(1, group)
      statement.bind(2, row)
      statement.bind(3, note)
      try statement.run()
    }
  }

  private static func make(in database: Database) throws(SQLiteError) {
    try database.execute(
      """
      CREATE TABLE IF NOT EXISTS notes (
        "group" TEXT NOT NULL, partition INTEGER NOT NULL, note TEXT NOT NULL,
        PRIMARY KEY ("group", partition)
      ) STRICT, WITHOUT ROWID
      """)
  }
}
