internal import Platform
internal import Time
internal import SQLite

/// The store in one file. Writers take turns by a lock file beside it, in the order in which they came:
/// SQLite's own waiting would let some starve.
final class SQLiteEngine: Engine, @unchecked Sendable {
  // `writer` is used only while `writing` is held, and `reader` while `reading` is.
  private let writing = Condition()
  private let reading = Condition()
  private var writer: SQLiteConnection?
  private var reader: SQLiteConnection?
  private let turn: FileLock
  private let statements: [Statement]
  private let form = KnownForm()
  let times = TransactionTimes()

  init(
    path: String, nouns: [Noun], cacheMegabytes: Int = 32, clock: StoreClock = .system
  ) throws(StoreError) {
    let turn: FileLock
    do { turn = try FileLock(path: path + ".lock") } catch {
      throw .unavailable(error.description)
    }
    self.turn = turn
    turn.lock()
    defer { turn.unlock() }
    let nouns = [Workers.noun, Clocks.noun] + nouns
    statements = nouns.flatMap(\.statements)
    let texts = try StatementTexts(nouns, .sqlite)
    let writer = try Self.open(path, cacheMegabytes, clock, texts, form)
    try Self.migrate(writer.database, try Migration.all(of: nouns))
    try writer.database.transaction(onFailure: { StoreError($0) }) { () throws(StoreError) in
      try clock.begin(writer)
      try writer.lookAtForm()
    }
    let reader = try Self.open(path, cacheMegabytes / 4, clock, texts, form, isReader: true)
    self.writer = writer
    self.reader = reader
  }

  func write<Value>(
    _ kind: TransactionKind, _ body: (any Transaction) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try times.measure(kind) { () throws(StoreError) in try write(inTurn: body) }
  }

  private func write<Value>(
    inTurn body: (any Transaction) throws(StoreError) -> Value
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
    _ kind: TransactionKind, _ body: (any Transaction) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try times.measure(kind) { () throws(StoreError) in try read(inTurn: body) }
  }

  private func read<Value>(
    inTurn body: (any Transaction) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    reading.lock()
    defer { reading.unlock() }
    guard let reader else { throw .unavailable("it is closed") }
    return try reader.database.snapshot(onFailure: { StoreError($0) }) { () throws(StoreError) in
      try body(reader)
    }
  }

  /// The reader's connection writes nothing, so commits of this process count for it as those of others do.
  func changeMark() throws(StoreError) -> Int64? {
    reading.lock()
    defer { reading.unlock() }
    guard let reader else { throw .unavailable("it is closed") }
    do { return try reader.database.statement("PRAGMA data_version").number() } catch {
      throw StoreError(error)
    }
  }

  func prepareAll() throws(StoreError) {
    try read { transaction throws(StoreError) in
      guard let connection = transaction as? SQLiteConnection else { return }
      for statement in statements where statement.only != .postgres {
        _ = try connection.prepared(statement)
      }
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
    _ path: String, _ cacheMegabytes: Int, _ clock: StoreClock, _ texts: StatementTexts,
    _ form: KnownForm, isReader: Bool = false
  ) throws(StoreError) -> SQLiteConnection {
    do {
      let database = try Database(path: path)
      try database.execute(
        """
        PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000;
        PRAGMA cache_size = -\(max(2, cacheMegabytes) * 1024); PRAGMA temp_store = MEMORY;
        """)
      return SQLiteConnection(database, texts, clock, form, isReader: isReader)
    } catch { throw StoreError(error) }
  }

  private static func migrate(_ database: Database, _ all: [Migration]) throws(StoreError) {
    for step in try Migration.pending(all, from: try schema(of: database)) {
      do {
        try database.transaction { () throws(SQLiteError) in
          try database.execute(step.sql(.sqlite))
          try database.execute("PRAGMA user_version = \(step.number)")
        }
      } catch { throw StoreError(error) }
    }
  }

  private static func schema(of database: Database) throws(StoreError) -> Int {
    do {
      return Int(try database.prepare("PRAGMA user_version").number() ?? 0)
    } catch { throw StoreError(error) }
  }
}

/// A connection with its prepared statements.
private final class SQLiteConnection: Transaction {
  let database: Database
  private let texts: StatementTexts
  private let storeClock: StoreClock
  private let isReader: Bool
  private let knownForm: KnownForm
  /// By the numbers of statements.
  private var prepared: [Prepared?]

  struct Prepared {
    let handle: SQLite.Statement
    /// Where the columns that are read stand in its rows.
    let places: [Int]
  }

  init(
    _ database: Database, _ texts: StatementTexts, _ clock: StoreClock, _ form: KnownForm,
    isReader: Bool
  ) {
    self.database = database
    self.texts = texts
    storeClock = clock
    knownForm = form
    self.isReader = isReader
    prepared = Array(repeating: nil, count: texts.count)
  }

  var isRemote: Bool { false }
  var form: StoreForm { knownForm.now }
  func rise(to form: StoreForm) { knownForm.rise(to: form) }

  var running: Int64 { storeClock.running() }

  func clock() throws(StoreError) -> ClockReading {
    try storeClock.reading(self, renewing: !isReader)
  }

  func run(_ statement: Statement, _ batch: [Column]) throws(StoreError) {
    let handle = try prepared(statement).handle
    do {
      for index in 0..<(batch.first?.count ?? 1) {
        handle.bind(batch, row: index)
        try handle.run()
      }
    } catch { throw StoreError(error) }
  }

  func rows<Value>(
    _ statement: Statement, _ batch: [Column],
    _ read: (any Cells, [Int]) throws(StoreError) -> Value
  ) throws(StoreError) -> [Value] {
    let prepared = try prepared(statement)
    let cells = SQLiteCells(handle: prepared.handle)
    var values: [Value] = []
    for index in 0..<(batch.first?.count ?? 1) {
      prepared.handle.bind(batch, row: index)
      do throws(StoreError) {
        while try next(prepared.handle) { values.append(try read(cells, prepared.places)) }
      } catch {
        prepared.handle.reset()
        throw error
      }
    }
    return values
  }

  private func next(_ handle: SQLite.Statement) throws(StoreError) -> Bool {
    do { return try handle.step() } catch { throw StoreError(error) }
  }

  func prepared(_ statement: Statement) throws(StoreError) -> Prepared {
    if statement.number < prepared.count, let kept = prepared[statement.number] { return kept }
    let sql = try texts[statement].sql
    let handle: SQLite.Statement
    do { handle = try database.prepare(sql) } catch { throw StoreError(error) }
    let made = Prepared(handle: handle, places: try statement.places(in: handle.columnNames))
    prepared[statement.number] = made
    return made
  }
}

private struct SQLiteCells: Cells {
  let handle: SQLite.Statement

  func isNull(_ place: Int) -> Bool { handle.isNull(Int32(place)) }
  func integer(_ place: Int) -> Int64 { handle.integer(Int32(place)) }
  func text(_ place: Int) -> String { handle.text(Int32(place)) }
  func bytes(_ place: Int) -> [UInt8] { handle.bytes(Int32(place)) }
}

extension SQLite.Statement {
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
