internal import Platform
internal import Postgres
internal import Time

/// The store on a PostgreSQL server. Threads borrow connections from a pool; a broken one is replaced.
final class PostgresEngine: Engine, @unchecked Sendable {
  // `idle`, `open` and `isClosed` are touched only while `condition` is held.
  private let condition = Condition()
  private var idle: [PostgresConnection] = []
  private var open = 0
  private var isClosed = false
  private let url: String
  private let limit: Int
  private let statements: [Statement]
  private let texts: StatementTexts
  private let clock = ServerClock()
  private let form = KnownForm()
  let times = TransactionTimes()
  private let manualClock: (@Sendable () -> Timestamp)?

  init(
    url: String, nouns: [Noun], connections: Int = 8,
    manualClock: (@Sendable () -> Timestamp)? = nil
  ) throws(StoreError) {
    self.url = url
    limit = connections
    self.manualClock = manualClock
    let nouns = [Workers.noun, Clocks.noun] + nouns
    statements = nouns.flatMap(\.statements)
    texts = try StatementTexts(nouns, .postgres)
    try migrate(try Migration.all(of: nouns))
    try read { transaction throws(StoreError) in try transaction.lookAtForm() }
  }

  func write<Value>(
    _ kind: TransactionKind, _ body: (any Transaction) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try times.measure(kind) { () throws(StoreError) in try transaction(Self.beginWrite, body) }
  }

  func read<Value>(
    _ kind: TransactionKind, _ body: (any Transaction) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try times.measure(kind) { () throws(StoreError) in
      try transaction(Self.beginRead, isReading: true, body)
    }
  }

  func changeMark() -> Int64? { nil }

  func prepareAll() throws(StoreError) {
    let connection = try borrow()
    defer { giveBack(connection) }
    for statement in statements where statement.only != .sqlite {
      _ = try connection.prepared(statement)
    }
  }

  func close() {
    condition.lock()
    isClosed = true
    idle.removeAll()
    condition.broadcast()
    condition.unlock()
  }

  private static let triesAfterConflict = 5
  /// Named, so that the server's defaults change nothing: the rules lock the rows that they go by.
  private static let beginWrite = "BEGIN ISOLATION LEVEL READ COMMITTED"
  private static let beginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

  private func transaction<Value>(
    _ begin: String, isReading: Bool = false, _ body: (any Transaction) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    var conflicts = 0
    while true {
      let connection = try borrow()
      defer { giveBack(connection) }
      do throws(StoreError) {
        try connection.execute(begin)
        connection.isReading = isReading
        let value = try body(connection)
        try connection.execute("COMMIT")
        return value
      } catch {
        connection.rollBack()
        guard case .busy = error, conflicts < Self.triesAfterConflict else { throw error }
        conflicts += 1
        Self.pause(after: conflicts)
      }
    }
  }

  /// Those that met once would meet again if all came back at once.
  private static func pause(after conflicts: Int) {
    Platform.pause(for: .microseconds(Int64.random(in: 0...(2_000 << Int64(conflicts)))))
  }

  private func borrow() throws(StoreError) -> PostgresConnection {
    condition.lock()
    while idle.isEmpty, open >= limit, !isClosed { condition.wait() }
    guard !isClosed else {
      condition.unlock()
      throw .unavailable("it is closed")
    }
    if let connection = idle.popLast() {
      condition.unlock()
      return connection
    }
    open += 1
    condition.unlock()
    do throws(StoreError) { return try connect() } catch {
      forgetOne()
      throw error
    }
  }

  private func giveBack(_ connection: PostgresConnection) {
    guard connection.isAlive else {
      forgetOne()
      return
    }
    condition.lock()
    if isClosed { open -= 1 } else { idle.append(connection) }
    condition.signal()
    condition.unlock()
  }

  private func forgetOne() {
    condition.lock()
    open -= 1
    condition.signal()
    condition.unlock()
  }

  private func connect() throws(StoreError) -> PostgresConnection {
    do {
      let connection = try Connection(url)
      try connection.execute(Self.plans)
      // A process that is frozen or cut off inside a transaction would keep its locks.
      try connection.execute("SET idle_in_transaction_session_timeout = '10s'")
      return PostgresConnection(connection, texts, clock, form, manualClock)
    } catch { throw StoreError(error) }
  }

  /// A batch is one statement: planning it anew each time would cost more than it gains. So a plan is made once, when
  /// the tables may be empty still, and lives for as long as the connection: it has to be right for tables of any size.
  /// Every statement goes by keys, which an index finds one by one; what reads a table from end to end instead, or
  /// gathers it in a hash first, wins only by what was known of a small table. Neither is worth a compiler's time.
  static let plans = """
    SET plan_cache_mode = force_generic_plan; SET jit = off; SET enable_seqscan = off;
    SET enable_hashjoin = off; SET enable_mergejoin = off; SET random_page_cost = 0.1;
    """

  /// One process at a time, by an advisory lock that ends with the connection.
  private func migrate(_ all: [Migration]) throws(StoreError) {
    let connection = try borrow()
    defer { giveBack(connection) }
    try connection.execute("SELECT pg_advisory_lock(\(Self.migrationLock))")
    defer { connection.unlockAdvisory(Self.migrationLock) }
    try connection.execute("CREATE TABLE IF NOT EXISTS schema_version (number bigint PRIMARY KEY)")
    let found = try connection.schemaVersion()
    for step in try Migration.pending(all, from: found) {
      do throws(StoreError) {
        try connection.execute(Self.beginWrite)
        try connection.execute(step.sql(.postgres))
        try connection.execute("INSERT INTO schema_version VALUES (\(step.number))")
        try connection.execute("COMMIT")
      } catch {
        connection.rollBack()
        throw error
      }
    }
  }

  /// "postride" in ASCII.
  private static let migrationLock: Int64 = 0x706F_7374_7269_6465
}

/// A connection with its prepared statements.
private final class PostgresConnection: Transaction {
  private let connection: Connection
  private let texts: StatementTexts
  /// By the numbers of statements.
  private var prepared: [Prepared?]
  private let serverClock: ServerClock
  private let knownForm: KnownForm
  private let manualClock: (@Sendable () -> Timestamp)?
  /// In a transaction that may write nothing.
  var isReading = false

  struct Prepared {
    let name: String
    /// Where the columns that are read stand in its rows.
    let places: [Int]
  }

  init(
    _ connection: Connection, _ texts: StatementTexts, _ serverClock: ServerClock,
    _ form: KnownForm, _ manualClock: (@Sendable () -> Timestamp)?
  ) {
    self.connection = connection
    self.texts = texts
    prepared = Array(repeating: nil, count: texts.count)
    self.serverClock = serverClock
    knownForm = form
    self.manualClock = manualClock
  }

  var isAlive: Bool { connection.isAlive }
  var isRemote: Bool { true }
  var form: StoreForm { knownForm.now }
  func rise(to form: StoreForm) { knownForm.rise(to: form) }

  func execute(_ sql: String) throws(StoreError) {
    do { try connection.execute(sql) } catch { throw StoreError(error) }
  }

  /// On a connection that is gone the server has rolled back already.
  func rollBack() {
    guard connection.isAlive else { return }
    do { try connection.execute("ROLLBACK") } catch { return }
  }

  func unlockAdvisory(_ lock: Int64) {
    guard connection.isAlive else { return }
    do { try connection.execute("SELECT pg_advisory_unlock(\(lock))") } catch { return }
  }

  func schemaVersion() throws(StoreError) -> Int {
    let sql = "SELECT coalesce(max(number), 0) FROM schema_version"
    do {
      _ = try connection.prepare("schema version", sql)
      return Int(try connection.run("schema version", []).number)
    } catch { throw StoreError(error) }
  }

  var running: Int64 { manualClock?().microseconds ?? bootMicroseconds() }

  func clock() throws(StoreError) -> ClockReading {
    if let manualClock {
      let now = manualClock().microseconds
      return ClockReading(now: now, calendar: now)
    }
    let before = bootMicroseconds()
    guard let kept = try rows(Clocks.server, { KeptClock($0) }).first else {
      throw .broken("it has no clock")
    }
    let (time, renewed) = serverClock.time(
      kept.anchor, server: kept.server, before: before, after: bootMicroseconds())
    if let renewed, !isReading { try save(renewed, instead: kept.anchor) }
    return ClockReading(now: time, calendar: kept.server)
  }

  private func save(_ anchor: ClockAnchor, instead old: ClockAnchor) throws(StoreError) {
    try run(
      Clocks.saveServer,
      [
        .at: .integer(anchor.at), .reached: .integer(anchor.reached), .gap: .integer(anchor.gap),
        .oldAt: .integer(old.at),
      ])
  }

  func run(_ statement: Statement, _ batch: [Column]) throws(StoreError) {
    guard batch.first?.count != 0 else { return }
    _ = try result(try prepared(statement), batch)
  }

  func rows<Value>(
    _ statement: Statement, _ batch: [Column],
    _ read: (any Cells, [Int]) throws(StoreError) -> Value
  ) throws(StoreError) -> [Value] {
    guard batch.first?.count != 0 else { return [] }
    let prepared = try prepared(statement)
    let rows = try result(prepared, batch)
    var values: [Value] = []
    values.reserveCapacity(rows.count)
    for index in 0..<rows.count {
      values.append(try read(PostgresCells(rows: rows, index: index), prepared.places))
    }
    return values
  }

  func prepared(_ statement: Statement) throws(StoreError) -> Prepared {
    if statement.number < prepared.count, let kept = prepared[statement.number] { return kept }
    let text = try texts[statement]
    let columns: [String]
    do { columns = try connection.prepare(text.name, text.sql) } catch { throw StoreError(error) }
    let made = Prepared(name: text.name, places: try statement.places(in: columns))
    prepared[statement.number] = made
    return made
  }

  private func result(_ prepared: Prepared, _ batch: [Column]) throws(StoreError) -> Rows {
    do { return try connection.run(prepared.name, batch.map(\.parameter)) } catch {
      throw StoreError(error)
    }
  }
}

private struct KeptClock {
  let server: Int64
  let anchor: ClockAnchor

  init(_ row: Row<Clocks.ServerColumn>) {
    server = row.integer(.server)
    anchor = ClockAnchor(
      at: row.integer(.at), reached: row.integer(.reached), gap: row.integer(.gap))
  }
}

private struct PostgresCells: Cells {
  let rows: Rows
  let index: Int

  func isNull(_ place: Int) -> Bool { rows.isNull(index, place) }
  func integer(_ place: Int) -> Int64 { rows.integer(index, place) }
  func text(_ place: Int) -> String { rows.text(index, place) }
  func bytes(_ place: Int) -> [UInt8] { rows.bytes(index, place) }
}

extension Column {
  fileprivate var parameter: Parameter {
    switch self {
    case .integers(let values): .integers(values)
    case .optionalIntegers(let values): .integers(values)
    case .texts(let values): .texts(values)
    case .optionalTexts(let values): .texts(values)
    case .bytes(let values): .bytes(values)
    case .optionalBytes(let values): .bytes(values)
    }
  }
}
