internal import Events
internal import Domain
internal import Platform
internal import SQLite

/// Opens and, where needed, makes the file of an embedded log.
enum LogFile {
  private static let version: Int64 = 2

  private enum RecordColumn: Int, FileColumns { case position, appended, key, headers, value }

  /// For reading, and for writing by one thread a process. FULL: a commit is on the disk when it
  /// returns, also if the power fails.
  static func open(_ settings: EmbeddedLogSettings) throws(LogError) -> Database {
    try onFile { () throws(SQLiteError) in
      let database = try Database(path: settings.path)
      try database.execute("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000")
      if let limit = settings.pageLimit {
        try database.execute("PRAGMA max_page_count = \(limit)")
      }
      return database
    }
  }

  /// Two processes that turn one new file to WAL at once would find it locked whatever their patience:
  /// they do it one after the other.
  static func prepare(
    _ settings: EmbeddedLogSettings, lock: FileLock
  ) throws(LogError) -> Layout {
    try lock.hold { () throws(LogError) in
      let database = try open(settings)
      try onFile { () throws(SQLiteError) in try database.execute("PRAGMA journal_mode = WAL") }
      try database.transaction(onFailure: { LogError($0) }) { () throws(LogError) in
        try migrate(database, settings)
      }
      return try onFile { () throws(SQLiteError) in try Layout(database) }
    }
  }

  private static func migrate(
    _ database: Database, _ settings: EmbeddedLogSettings
  ) throws(LogError) {
    let found = try onFile { () throws(SQLiteError) in
      try database.prepare("PRAGMA user_version").number() ?? 0
    }
    guard found <= version else {
      throw .unusable("\(settings.path) is of version \(found), this program knows \(version)")
    }
    try onFile { () throws(SQLiteError) in
      if found == 0 { try create(database) }
      if found == 1 { try joinRecords(database) }
      try addTopics(database, settings.partitions)
    }
  }

  private static func create(_ database: Database) throws(SQLiteError) {
    try database.execute(String(decoding: PackageResources.Schema_sql, as: UTF8.self))
    let insert = try database.prepare("INSERT INTO log VALUES (?)")
    insert.bind(1, randomName())
    try insert.run()
  }

  /// Version 1 had a row for each record.
  private static func joinRecords(_ database: Database) throws(SQLiteError) {
    try database.execute(
      """
      CREATE TABLE runs (
        position INTEGER PRIMARY KEY, appended INTEGER NOT NULL, count INTEGER NOT NULL,
        size INTEGER, records BLOB NOT NULL
      ) STRICT
      """)
    let old = try FileQuery<RecordColumn>(
      database.prepare(
        "SELECT position, appended, key, headers, value FROM records ORDER BY position"))
    let insert = try database.prepare("INSERT INTO runs VALUES (?, ?, 1, NULL, ?)")
    while try old.step() {
      var run = RecordRun()
      run.add(
        key: old.text(.key), headers: old.bytes(.headers), value: old.optionalBytes(.value))
      insert.bind(1, old.integer(.position))
      insert.bind(2, old.integer(.appended))
      insert.bind(3, run.bytes)
      try insert.run()
    }
    try database.execute("DROP TABLE records; PRAGMA user_version = 2")
  }

  private static func addTopics(_ database: Database, _ count: Int) throws(SQLiteError) {
    let known = try database.prepare("SELECT 1 FROM partitions WHERE topic = ?")
    let insert = try database.prepare("INSERT INTO partitions (topic, number) VALUES (?, ?)")
    for topic in Topic.allCases {
      known.bind(1, topic.rawValue)
      defer { known.reset() }
      guard try !known.step() else { continue }
      for number in 0..<count {
        insert.bind(1, topic.rawValue)
        insert.bind(2, number)
        try insert.run()
      }
    }
  }
}

func randomName() -> String {
  var random = SystemRandomNumberGenerator()
  return (0..<2).map { _ in
    let word = String(random.next() as UInt64, radix: 16)
    return String(repeating: "0", count: 16 - word.count) + word
  }.joined()
}

/// Runs the body and tells its error in the log's words.
func onFile<Result>(_ body: () throws(SQLiteError) -> Result) throws(LogError) -> Result {
  do { return try body() } catch { throw LogError(error) }
}

extension LogError {
  init(_ error: SQLiteError) {
    if error.isDiskFault {
      self = .full(.disk)
    } else if error.isBusy {
      self = .unreachable(error.description)
    } else {
      self = .other(error.description)
    }
  }
}
