package import Time

/// A transaction that is open. The rules of the stores are written once, over this.
package protocol Transaction {
  /// Whether a look before a change costs a way to a server and back, and a lock held on the way.
  var isRemote: Bool { get }

  /// The time that budgets and leases live by, beside the calendar: the same for every process that shares
  /// the store, and it never goes back.
  func clock() throws(StoreError) -> ClockReading

  /// In which rows are written.
  var form: StoreForm { get }

  /// Never falls back.
  func rise(to form: StoreForm)

  /// The running time of this process's machine, in microseconds; nobody slews or sets it.
  var running: Int64 { get }

  /// Runs a statement for every row of the batch.
  func run(_ statement: Statement, _ batch: [Column]) throws(StoreError)

  /// The same, with the rows it gives, each with the places of the statement's columns in it.
  func rows<Value>(
    _ statement: Statement, _ batch: [Column],
    _ read: (any Cells, [Int]) throws(StoreError) -> Value
  ) throws(StoreError) -> [Value]
}

extension Transaction {
  package func now() throws(StoreError) -> Timestamp { try clock().now }

  @inlinable package func run<Takes>(
    _ command: Command<Takes>, _ batch: Batch<Takes>
  ) throws(StoreError) {
    try run(command.statement, try batch.columns(for: command.statement))
  }

  @inlinable package func run(_ command: Command<Nothing>) throws(StoreError) {
    try run(command.statement, [])
  }

  @inlinable package func rows<Takes, Gives, Value>(
    _ query: Query<Takes, Gives>, _ batch: Batch<Takes>,
    _ read: (Row<Gives>) throws(StoreError) -> Value
  ) throws(StoreError) -> [Value] {
    try rows(query.statement, try batch.columns(for: query.statement)) {
      cells, places throws(StoreError) in try read(Row(cells, places))
    }
  }

  @inlinable package func rows<Gives, Value>(
    _ query: Query<Nothing, Gives>, _ read: (Row<Gives>) throws(StoreError) -> Value
  ) throws(StoreError) -> [Value] {
    try rows(query.statement, []) { cells, places throws(StoreError) in
      try read(Row(cells, places))
    }
  }
}

/// A database under the stores: SQLite in a file of this machine, or a PostgreSQL server.
package protocol Engine: Sendable {
  /// Rolled back when the body throws. A body may run again after a conflict with another writer, so it
  /// must not leave traces of its own.
  func write<Value>(
    _ kind: TransactionKind, _ body: (any Transaction) throws(StoreError) -> Value
  ) throws(StoreError) -> Value

  /// A consistent look that holds up no writer.
  func read<Value>(
    _ kind: TransactionKind, _ body: (any Transaction) throws(StoreError) -> Value
  ) throws(StoreError) -> Value

  /// A number that is another one after a commit, whoever made it, so that a look that found nothing need not be
  /// made again. nil where asking for it costs as much as a look.
  func changeMark() throws(StoreError) -> Int64?

  /// How long its transactions take.
  var times: TransactionTimes { get }

  /// Prepares every statement of every noun, as its first use would: what does not fit the schema, or gives other
  /// columns than are read, is found without being met.
  func prepareAll() throws(StoreError)

  func close()
}

extension Engine {
  package func write<Value>(
    _ body: (any Transaction) throws(StoreError) -> Value
  ) throws(StoreError) -> Value { try write(.other, body) }

  package func read<Value>(
    _ body: (any Transaction) throws(StoreError) -> Value
  ) throws(StoreError) -> Value { try read(.query, body) }
}

package enum StoreLocation: Sendable {
  case sqlite(path: String, clock: StoreClock = .system)
  /// A libpq connection string; the clock is the server's unless a test brings its own.
  case postgres(url: String, clock: (@Sendable () -> Timestamp)? = nil)

  /// Opens the store with what it is to keep, and brings its schema up to that.
  package func open(_ nouns: [Noun]) throws(StoreError) -> any Engine {
    switch self {
    case .sqlite(let path, let clock):
      try SQLiteEngine(path: path, nouns: nouns, clock: clock)
    case .postgres(let url, let clock):
      try PostgresEngine(url: url, nouns: nouns, manualClock: clock)
    }
  }
}
