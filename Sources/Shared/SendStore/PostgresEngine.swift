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
  private let statements: Statements
  private let clock = ServerClock()
  private let manualClock: (@Sendable () -> Timestamp)?

  init(
    url: String, connections: Int = 8, manualClock: (@Sendable () -> Timestamp)? = nil
  ) throws(StoreError) {
    self.url = url
    limit = connections
    self.manualClock = manualClock
    statements = try Statements(
      PackageResources.postgres_statements_sql, without: [.standingByID, .moveSends])
    try migrate()
  }

  func write<Value>(
    _ body: (any Transaction) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try transaction(Self.beginWrite, body)
  }

  func read<Value>(
    _ body: (any Transaction) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", isReading: true, body)
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
    _ = Gate().wait(for: .microseconds(Int64.random(in: 0...(2_000 << Int64(conflicts)))))
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
      // A batch is one statement: planning it anew each time would cost more than it gains.
      try connection.execute("SET plan_cache_mode = force_generic_plan")
      // A process that is frozen or cut off inside a transaction would keep its locks.
      try connection.execute("SET idle_in_transaction_session_timeout = '10s'")
      return PostgresConnection(connection, statements, clock, manualClock)
    } catch { throw StoreError(error) }
  }

  /// One process at a time, by an advisory lock that ends with the connection.
  private func migrate() throws(StoreError) {
    let connection = try borrow()
    defer { giveBack(connection) }
    try connection.execute("SELECT pg_advisory_lock(\(Self.migrationLock))")
    defer { connection.unlockAdvisory(Self.migrationLock) }
    try connection.execute("CREATE TABLE IF NOT EXISTS schema_version (number bigint PRIMARY KEY)")
    let found = try connection.schemaVersion()
    for step in try Migration.pending(Migration.postgres, from: found) {
      do throws(StoreError) {
        try connection.execute(Self.beginWrite)
        try connection.execute(step.sql)
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
  private let statements: Statements
  private let serverClock: ServerClock
  private let manualClock: (@Sendable () -> Timestamp)?
  /// In a transaction that may write nothing.
  var isReading = false

  init(
    _ connection: Connection, _ statements: Statements, _ serverClock: ServerClock,
    _ manualClock: (@Sendable () -> Timestamp)?
  ) {
    self.connection = connection
    self.statements = statements
    self.serverClock = serverClock
    self.manualClock = manualClock
  }

  var isAlive: Bool { connection.isAlive }
  var isRemote: Bool { true }

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
    return Int(try one("schema version", sql).integer(0, 0))
  }

  var running: Int64 { manualClock?().microseconds ?? bootMicroseconds() }

  func clock() throws(StoreError) -> ClockReading {
    if let manualClock {
      let now = manualClock().microseconds
      return ClockReading(now: now, calendar: now)
    }
    let before = bootMicroseconds()
    guard let kept = try rows(.clock, { KeptClock($0) }).first else {
      throw .broken("it has no clock")
    }
    let (time, renewed) = serverClock.time(
      kept.anchor, server: kept.server, before: before, after: bootMicroseconds())
    if let renewed, !isReading { try save(renewed, instead: kept.anchor) }
    return ClockReading(now: time, calendar: kept.server)
  }

  /// Where another transaction renews it right now, that is enough.
  private func save(_ anchor: ClockAnchor, instead old: ClockAnchor) throws(StoreError) {
    try run(
      .saveClock,
      [.integer(anchor.at), .integer(anchor.reached), .integer(anchor.gap), .integer(old.at)])
  }

  func run(_ name: StatementName, _ batch: [Column]) throws(StoreError) {
    guard batch.first?.count != 0 else { return }
    _ = try result(name, batch)
  }

  func rows<Value>(
    _ name: StatementName, _ batch: [Column], _ read: (any Row) throws(StoreError) -> Value
  ) throws(StoreError) -> [Value] {
    guard batch.first?.count != 0 else { return [] }
    let rows = try result(name, batch)
    var values: [Value] = []
    values.reserveCapacity(rows.count)
    for index in 0..<rows.count { values.append(try read(PostgresRow(rows: rows, index: index))) }
    return values
  }

  private func result(_ name: StatementName, _ batch: [Column]) throws(StoreError) -> Rows {
    do {
      return try connection.run(name.rawValue, statements[name], batch.map(\.parameter))
    } catch { throw StoreError(error) }
  }

  private func one(_ name: String, _ sql: String) throws(StoreError) -> Rows {
    do { return try connection.run(name, sql, []) } catch { throw StoreError(error) }
  }
}

private struct KeptClock {
  let server: Int64
  let anchor: ClockAnchor

  init(_ row: any Row) {
    server = row.integer(0)
    anchor = ClockAnchor(at: row.integer(1), reached: row.integer(2), gap: row.integer(3))
  }
}

private struct PostgresRow: Row {
  let rows: Rows
  let index: Int

  func isNull(_ column: Int) -> Bool { rows.isNull(index, column) }
  func integer(_ column: Int) -> Int64 { rows.integer(index, column) }
  func text(_ column: Int) -> String { rows.text(index, column) }
  func bytes(_ column: Int) -> [UInt8] { rows.bytes(index, column) }
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
