internal import CSQLite
internal import Glibc

/// What SQLite said, by its extended result code.
package struct SQLiteError: Error, CustomStringConvertible, Sendable {
  package let code: Int32
  package let message: String

  init(code: Int32, message: String) { (self.code, self.message) = (code, message) }

  /// For who finds that what a row holds is not what was put there.
  package init(damaged what: String) {
    self.init(code: SQLITE_CORRUPT, message: "\(what) is damaged")
  }

  /// For a mistake of ours in a statement.
  package init(misused what: String) { self.init(code: SQLITE_MISUSE, message: what) }

  package var description: String { "SQLite: \(message) (\(code))" }

  /// Another process or connection holds the lock.
  package var isBusy: Bool { code & 0xFF == SQLITE_BUSY || code & 0xFF == SQLITE_LOCKED }
  /// A value that it cannot keep: against a rule of its table, of the wrong type, or too large.
  package var isOfData: Bool {
    [SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG].contains(code & 0xFF)
  }
  /// No room on the disk, or it does not answer.
  package var isUnopened: Bool { code & 0xFF == SQLITE_CANTOPEN || code & 0xFF == SQLITE_READONLY }
  package var isDiskFault: Bool { code & 0xFF == SQLITE_FULL || code & 0xFF == SQLITE_IOERR }
}

/// What a database holds is its owner's to read: a new file is made for nobody else, an older one loses what
/// strangers may. SQLite gives the files beside it the same rights. Whether it can be opened at all is for
/// SQLite to say.
private func keepToOwner(_ path: String) {
  let made = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
  if made >= 0 {
    close(made)
    return
  }
  var status = stat()
  guard errno == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
    status.st_mode & 0o007 != 0
  else { return }
  for file in [path, path + "-wal", path + "-shm"] {
    var status = stat()
    if stat(file, &status) == 0 { chmod(file, status.st_mode & 0o770) }
  }
}

/// One connection, used by one thread at a time.
package final class Database {
  private let handle: OpaquePointer
  private var prepared: [String: Statement] = [:]

  /// Creates the file where there is none. Waits up to `patience` for another connection's lock.
  package convenience init(path: String, patience: Duration = .seconds(5)) throws(SQLiteError) {
    keepToOwner(path)
    try self.init(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, patience)
  }

  /// One that is there already, to look at and nothing else.
  package convenience init(reading path: String) throws(SQLiteError) {
    try self.init(path, SQLITE_OPEN_READONLY, .seconds(5))
  }

  private init(_ path: String, _ access: Int32, _ patience: Duration) throws(SQLiteError) {
    var opened: OpaquePointer?
    let flags = access | SQLITE_OPEN_NOMUTEX
    let code = sqlite3_open_v2(path, &opened, flags, nil)
    guard code == SQLITE_OK, let opened else {
      let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "no memory"
      sqlite3_close_v2(opened)
      throw SQLiteError(code: code, message: "\(path): \(message)")
    }
    handle = opened
    sqlite3_extended_result_codes(handle, 1)
    let (seconds, attoseconds) = patience.components
    sqlite3_busy_timeout(handle, Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000))
  }

  deinit {
    prepared.removeAll()
    sqlite3_close_v2(handle)
  }

  /// Runs statements that give no rows, for instance a schema.
  package func execute(_ sql: String) throws(SQLiteError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw failure(code) }
  }

  /// The statement for that text, prepared at its first use and kept.
  package func statement(_ sql: String) throws(SQLiteError) -> Statement {
    if let kept = prepared[sql] { return kept }
    let made = try prepare(sql)
    prepared[sql] = made
    return made
  }

  /// A statement that its caller keeps: for hot paths, where even the look-up by text would show.
  package func prepare(_ sql: String) throws(SQLiteError) -> Statement {
    var made: OpaquePointer?
    let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
    guard code == SQLITE_OK, let made else { throw failure(code) }
    return Statement(made, in: self)
  }

  /// BEGIN IMMEDIATE, so that a transaction that will write waits for its turn at its start and never
  /// has to give up in its middle. Rolled back when the body throws.
  package func transaction<Result, Failure: Error>(
    onFailure: (SQLiteError) -> Failure, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try enclosed("BEGIN IMMEDIATE", onFailure, body)
  }

  /// All reads inside see the same state, whatever is written meanwhile.
  package func snapshot<Result, Failure: Error>(
    onFailure: (SQLiteError) -> Failure, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try enclosed("BEGIN", onFailure, body)
  }

  private func enclosed<Result, Failure: Error>(
    _ begin: String, _ onFailure: (SQLiteError) -> Failure, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    do { try execute(begin) } catch { throw onFailure(error) }
    do throws(Failure) {
      let result = try body()
      do { try execute("COMMIT") } catch { throw onFailure(error) }
      return result
    } catch {
      rollBack()
      throw error
    }
  }

  package func transaction<Result>(
    _ body: () throws(SQLiteError) -> Result
  ) throws(SQLiteError) -> Result {
    try transaction(onFailure: { $0 }, body)
  }

  package var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }
  package var changes: Int { Int(sqlite3_changes64(handle)) }

  fileprivate func failure(_ code: Int32) -> SQLiteError {
    SQLiteError(
      code: sqlite3_extended_errcode(handle) == 0 ? code : sqlite3_extended_errcode(handle),
      message: String(cString: sqlite3_errmsg(handle)))
  }

  /// After some errors SQLite has rolled back by itself, and ROLLBACK would only say so.
  private func rollBack() {
    guard isInTransaction else { return }
    sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
  }
}

/// A prepared statement. Binding copies; columns are copied out.
package final class Statement {
  private let handle: OpaquePointer
  private unowned let database: Database

  fileprivate init(_ handle: OpaquePointer, in database: Database) {
    self.handle = handle
    self.database = database
  }

  deinit { sqlite3_finalize(handle) }

  /// Parameters count from 1.
  package func bind(_ index: Int32, _ integer: Int64) {
    sqlite3_bind_int64(handle, index, integer)
  }

  package func bind(_ index: Int32, _ integer: Int) { bind(index, Int64(integer)) }

  package func bind(_ index: Int32, _ integer: Int64?) {
    if let integer { bind(index, integer) } else { sqlite3_bind_null(handle, index) }
  }

  package func bind(_ index: Int32, _ number: Double) {
    sqlite3_bind_double(handle, index, number)
  }

  package func bind(_ index: Int32, _ text: String) {
    var text = text
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        guard let start = characters.baseAddress else {
          _ = sqlite3_bind_text(handle, index, "", 0, nil)
          return
        }
        sqlite3_bind_text(handle, index, start, Int32(characters.count), Self.copied)
      }
    }
  }

  package func bind(_ index: Int32, _ text: String?) {
    if let text { bind(index, text) } else { sqlite3_bind_null(handle, index) }
  }

  package func bind(_ index: Int32, _ bytes: [UInt8]) {
    // An empty array may have no address, and SQLite would take that for NULL.
    if bytes.isEmpty {
      sqlite3_bind_zeroblob(handle, index, 0)
    } else {
      sqlite3_bind_blob(handle, index, bytes, Int32(bytes.count), Self.copied)
    }
  }

  package func bind(_ index: Int32, _ bytes: [UInt8]?) {
    if let bytes { bind(index, bytes) } else { sqlite3_bind_null(handle, index) }
  }

  /// The next row, if there is one. After the last the statement may be bound and run again.
  package func step() throws(SQLiteError) -> Bool {
    let code = sqlite3_step(handle)
    if code == SQLITE_ROW { return true }
    defer { sqlite3_reset(handle) }
    guard code == SQLITE_DONE else { throw database.failure(code) }
    return false
  }

  /// Runs to the end and drops what rows there are.
  package func run() throws(SQLiteError) {
    while try step() {}
  }

  /// The number of a statement that gives nothing else; nil where it gives no row.
  package func number() throws(SQLiteError) -> Int64? {
    defer { reset() }
    return try step() ? integer(0) : nil
  }

  /// Leaves a result that is not read to its end.
  package func reset() { sqlite3_reset(handle) }

  package var columnNames: [String] {
    (0..<sqlite3_column_count(handle)).map { column in
      sqlite3_column_name(handle, column).map { String(cString: $0) } ?? ""
    }
  }

  /// Columns count from 0.
  package func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
  package func double(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }

  package func isNull(_ column: Int32) -> Bool {
    sqlite3_column_type(handle, column) == SQLITE_NULL
  }

  package func optionalInteger(_ column: Int32) -> Int64? {
    isNull(column) ? nil : integer(column)
  }

  package func text(_ column: Int32) -> String {
    // The text must be asked for before its length.
    guard let start = sqlite3_column_text(handle, column) else { return "" }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  package func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

  package func bytes(_ column: Int32) -> [UInt8] {
    guard let start = sqlite3_column_blob(handle, column) else { return [] }
    let count = Int(sqlite3_column_bytes(handle, column))
    return Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  package func optionalBytes(_ column: Int32) -> [UInt8]? {
    isNull(column) ? nil : bytes(column)
  }

  /// SQLITE_TRANSIENT: SQLite copies what is bound before the call returns.
  private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
