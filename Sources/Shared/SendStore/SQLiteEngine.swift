internal import Foundation
internal import Platform
internal import Time
internal import SQLite

/// The store in one file. Writers take turns by a lock file beside it, in the order in which they came:
/// SQLite's own waiting would let some starve.
final class SQLiteEngine: Engine, @unchecked Sendable {
  // `writer` is used only while `writing` is held, and `reader` while `reading` is.
  private let writing = NSLock()
  private let reading = NSLock()
  private var writer: SQLiteConnection?
  private var reader: SQLiteConnection?
  private let turn: FileLock

  init(path: String, cacheMegabytes: Int = 32, clock: StoreClock = .system) throws(StoreError) {
    let turn: FileLock
    do { turn = try FileLock(path: path + ".lock") } catch {
      throw .unavailable(error.description)
    }
    self.turn = turn
    turn.lock()
    defer { turn.unlock() }
    let statements = try Statements(PackageResources.sqlite_statements_sql, without: [.advance])
    let writer = try Self.open(path, cacheMegabytes, clock, statements)
    try Self.migrate(writer.database)
    try writer.database.transaction(onFailure: { StoreError($0) }) { () throws(StoreError) in
      try clock.begin(writer)
    }
    let reader = try Self.open(path, cacheMegabytes / 4, clock, statements, isReader: true)
    self.writer = writer
    self.reader = reader
  }

  func write<Value>(
    _ body: (any Transaction) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    writing.lock()
    defer { writing.unlock() }
    guard let writer else { throw .unavailable("it is closed") }
    turn.lock()
    defer { turn.unlock() }
    return try writer.database.transaction(onFailure: { StoreError($0) }) { () throws(StoreError) in
      try body(writer)
    }
  }

  func read<Value>(
    _ body: (any Transaction) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    reading.lock()
    defer { reading.unlock() }
    guard let reader else { throw .unavailable("it is closed") }
    return try reader.database.snapshot(onFailure: { StoreError($0) }) { () throws(StoreError) in
      try body(reader)
    }
  }

  func close() {
    writing.lock()
    reading.lock()
    writer = nil
    reader = nil
    reading.unlock()
    writing.unlock()
  }

  private static func open(
    _ path: String, _ cacheMegabytes: Int, _ clock: StoreClock, _ statements: Statements,
    isReader: Bool = false
  ) throws(StoreError) -> SQLiteConnection {
    do {
      let database = try Database(path: path)
      try database.execute(
        """
        PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000;
        PRAGMA cache_size = -\(max(2, cacheMegabytes) * 1024); PRAGMA temp_store = MEMORY;
        """)
      return SQLiteConnection(database, statements, clock, isReader: isReader)
    } catch { throw StoreError(error) }
  }

  private static func migrate(_ database: Database) throws(StoreError) {
    for step in try Migration.pending(Migration.sqlite, from: try schema(of: database)) {
      do {
        try database.transaction { () throws(SQLiteError) in
          try database.execute(step.sql)
          try database.execute("PRAGMA user_version = \(step.number)")
        }
      } catch { throw StoreError(error) }
    }
  }

  private static func schema(of database: Database) throws(StoreError) -> Int {
    do {
      let version = try database.prepare("PRAGMA user_version")
      _ = try version.step()
      return Int(version.integer(0))
    } catch { throw StoreError(error) }
  }
}

/// A connection with its prepared statements.
final class SQLiteConnection: Transaction {
  let database: Database
  private let statements: Statements
  private let storeClock: StoreClock
  private let isReader: Bool
  private var prepared: [Statement?]

  init(_ database: Database, _ statements: Statements, _ clock: StoreClock, isReader: Bool) {
    self.database = database
    self.statements = statements
    storeClock = clock
    self.isReader = isReader
    prepared = Array(repeating: nil, count: StatementName.allCases.count)
  }

  var isRemote: Bool { false }

  var running: Int64 { storeClock.running() }

  func clock() throws(StoreError) -> ClockReading {
    try storeClock.reading(self, renewing: !isReader)
  }

  func run(_ name: StatementName, _ batch: [Column]) throws(StoreError) {
    do {
      let statement = try statement(name)
      for index in 0..<(batch.first?.count ?? 1) {
        statement.bind(batch, row: index)
        try statement.run()
      }
    } catch { throw StoreError(error) }
  }

  func rows<Value>(
    _ name: StatementName, _ batch: [Column], _ read: (any Row) throws(StoreError) -> Value
  ) throws(StoreError) -> [Value] {
    let statement: Statement
    do { statement = try self.statement(name) } catch { throw StoreError(error) }
    var values: [Value] = []
    for index in 0..<(batch.first?.count ?? 1) {
      statement.bind(batch, row: index)
      do throws(StoreError) {
        while try next(statement) { values.append(try read(SQLiteRow(statement: statement))) }
      } catch {
        statement.reset()
        throw error
      }
    }
    return values
  }

  private func next(_ statement: Statement) throws(StoreError) -> Bool {
    do { return try statement.step() } catch { throw StoreError(error) }
  }

  private func statement(_ name: StatementName) throws(SQLiteError) -> Statement {
    let index = name.index
    if let kept = prepared[index] { return kept }
    let made = try database.prepare(statements[name])
    prepared[index] = made
    return made
  }
}

private struct SQLiteRow: Row {
  let statement: Statement

  func isNull(_ column: Int) -> Bool { statement.isNull(Int32(column)) }
  func integer(_ column: Int) -> Int64 { statement.integer(Int32(column)) }
  func text(_ column: Int) -> String { statement.text(Int32(column)) }
  func bytes(_ column: Int) -> [UInt8] { statement.bytes(Int32(column)) }
}

extension Statement {
  fileprivate func bind(_ batch: [Column], row: Int) {
    for index in batch.indices {
      let parameter = Int32(index + 1)
      switch batch[index] {
      case .integers(let values): bind(parameter, values[row])
      case .optionalIntegers(let values): bind(parameter, values[row])
      case .texts(let values): bind(parameter, values[row])
      case .optionalTexts(let values): bind(parameter, values[row])
      case .bytes(let values): bind(parameter, values[row])
      case .optionalBytes(let values): bind(parameter, values[row])
      }
    }
  }
}
