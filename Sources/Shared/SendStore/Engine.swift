internal import Time

/// One column of a batch of parameters; all columns of a batch are of the same length.
enum Column {
  case integers([Int64])
  case optionalIntegers([Int64?])
  case texts([String])
  case optionalTexts([String?])
  case bytes([[UInt8]])
  case optionalBytes([[UInt8]?])

  var count: Int {
    switch self {
    case .integers(let values): values.count
    case .optionalIntegers(let values): values.count
    case .texts(let values): values.count
    case .optionalTexts(let values): values.count
    case .bytes(let values): values.count
    case .optionalBytes(let values): values.count
    }
  }

  static func integer(_ value: Int64) -> Column { .integers([value]) }
  static func integer(_ value: Int) -> Column { .integers([Int64(value)]) }
  static func time(_ time: Timestamp) -> Column { .integers([time.microseconds]) }
  static func text(_ value: String) -> Column { .texts([value]) }
}

/// A row that a statement gave; columns count from 0.
protocol Row {
  func isNull(_ column: Int) -> Bool
  func integer(_ column: Int) -> Int64
  func text(_ column: Int) -> String
  func bytes(_ column: Int) -> [UInt8]
}

extension Row {
  func int(_ column: Int) -> Int { Int(integer(column)) }
  func time(_ column: Int) -> Timestamp { Timestamp(microseconds: integer(column)) }
  func optionalTime(_ column: Int) -> Timestamp? { isNull(column) ? nil : time(column) }
  func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
  func optionalBytes(_ column: Int) -> [UInt8]? { isNull(column) ? nil : bytes(column) }
}

/// A transaction that is open. The rules of the store are written once, over this.
protocol Transaction {
  /// Whether a look before a change costs a way to a server and back, and a lock held on the way.
  var isRemote: Bool { get }

  /// The time that budgets and leases live by, beside the calendar: the same for every process that shares
  /// the store, and it never goes back.
  func clock() throws(StoreError) -> ClockReading

  /// The running time of this process's machine, in microseconds; nobody slews or sets it.
  var running: Int64 { get }

  /// Runs a statement for every row of the batch.
  func run(_ statement: StatementName, _ batch: [Column]) throws(StoreError)

  /// The same, with the rows it gives.
  func rows<Value>(
    _ statement: StatementName, _ batch: [Column], _ read: (any Row) throws(StoreError) -> Value
  ) throws(StoreError) -> [Value]
}

extension Transaction {
  func now() throws(StoreError) -> Timestamp { try clock().now }

  func rows<Value>(
    _ statement: StatementName, _ read: (any Row) throws(StoreError) -> Value
  ) throws(StoreError) -> [Value] {
    try rows(statement, [], read)
  }
}

/// A database under the store: SQLite in a file of this machine, or a PostgreSQL server.
protocol Engine: Sendable {
  /// Rolled back when the body throws. A body may run again after a conflict with another writer, so it
  /// must not leave traces of its own.
  func write<Value>(
    _ body: (any Transaction) throws(StoreError) -> Value
  ) throws(StoreError) -> Value

  /// A consistent look that holds up no writer.
  func read<Value>(
    _ body: (any Transaction) throws(StoreError) -> Value
  ) throws(StoreError) -> Value

  func close()
}
