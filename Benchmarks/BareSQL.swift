import Platform
import Postgres
import SQLite

/// What a callback would write if there were no rules: one row changed, with its history, and its part of a row of the
/// outbox, which is one for the whole batch.
struct BareCallback {
  let id: [UInt8]
  let key: Int64
  let state: Int64
  let version: Int64
}

/// Where the rows lie that only make the store large.
enum Bare {
  static let firstKey = 2000
  /// Thirty days of ids, as many as are kept.
  static let firstDay = wallMicroseconds() / 86_400_000_000 - 29

  /// Queued, sending, accepted, delivered.
  static let history = (1...4).map { version in
    "0000000\(version)" + "0\([0, 1, 3, 5][version - 1])0100" + "0000000000000000"
  }.joined()

  static func id(_ number: Int) -> [UInt8] {
    [0x01] + (0..<15).map { $0 < 7 ? 0 : UInt8(truncatingIfNeeded: number >> ((14 - $0) * 8)) }
  }
}

extension BareCallback {
  /// As long as a change is in a history.
  fileprivate var change: [UInt8] { Array(repeating: UInt8(state), count: 15) }
}

extension [BareCallback] {
  /// As long as their part of the outbox is.
  fileprivate var told: [UInt8] { Array<UInt8>(repeating: 7, count: count * 12) }
}

protocol BareSQL {
  func fill(_ count: Int) throws
  func apply(_ batch: [BareCallback]) throws
}

final class BareSQLite: BareSQL {
  private let database: Database
  private let columns =
    "key, id, lane, flow, recipient, state, attempt, last_attempt, failed, proven, version, max_attempts, due, expires, changed, history"

  init(_ path: String) throws {
    database = try Database(path: path, patience: .seconds(60))
    try database.execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -65536;"
    )
  }

  /// Ids are bound, since this SQLite cannot make bytes of digits; the rest is filled by itself.
  func fill(_ count: Int) throws {
    for start in stride(from: 0, to: count, by: 250_000) {
      let end = min(start + 250_000, count)
      try database.execute("BEGIN IMMEDIATE; CREATE TEMP TABLE numbers (i INTEGER PRIMARY KEY)")
      let insert = try database.statement(
        """
        INSERT INTO sends (\(columns))
        VALUES (?1, ?2, 1, 1, '+39333' || ?3, 5, 1, 1, 0, 2, 3, 10, 0, 0, 0, x'\(Bare.history)')
        """)
      let number = try database.prepare("INSERT INTO numbers VALUES (?1)")
      for index in start..<end {
        insert.bind(1, Bare.firstKey + index)
        insert.bind(2, Bare.id(index))
        insert.bind(3, index)
        try insert.run()
        number.bind(1, index)
        try number.run()
      }
      try database.execute(
        """
        INSERT INTO contents SELECT \(Bare.firstKey) + i, randomblob(32), randomblob(300) FROM numbers;
        INSERT INTO answers SELECT \(Bare.firstKey) + i, randomblob(700) FROM numbers;
        INSERT INTO provider_ids
          SELECT \(Bare.firstDay) + i / 170000, 'SM' || hex(randomblob(16)), \(Bare.firstKey) + i, 1 FROM numbers;
        DROP TABLE numbers;
        COMMIT;
        """)
    }
    try database.execute("UPDATE counters SET value = \(Bare.firstKey + count)")
    try database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
  }

  func apply(_ batch: [BareCallback]) throws {
    try database.transaction { () throws(SQLiteError) in
      let update = try database.statement(
        """
        UPDATE sends SET state = ?2, version = ?3, changed = ?4,
          history = CAST(coalesce(history, x'') || ?5 AS BLOB)
        WHERE id = ?1 AND state < ?2
        """)
      let outbox = try database.statement(
        "INSERT INTO outbox (send, version, last, changes) VALUES (?1, 0, ?2, ?3)")
      for row in batch {
        update.bind(1, row.id)
        update.bind(2, row.state)
        update.bind(3, row.version)
        update.bind(4, row.version)
        update.bind(5, row.change)
        try update.run()
      }
      outbox.bind(1, batch.first?.key ?? 0)
      outbox.bind(2, batch.last?.key ?? 0)
      outbox.bind(3, batch.told)
      try outbox.run()
    }
  }
}

final class BarePostgres: BareSQL {
  private let connection: Connection

  init(_ url: String) throws {
    connection = try Connection(url)
    try connection.execute("SET plan_cache_mode = force_generic_plan")
    for (name, sql) in Self.statements { _ = try connection.prepare(name, sql) }
  }

  private static let statements: KeyValuePairs = [
    "update": """
    UPDATE sends SET state = p.state, version = p.version, changed = p.version,
      history = coalesce(sends.history, '') || p.change
    FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bytea[]) AS p(id, state, version, change)
    WHERE sends.id = p.id AND sends.state < p.state
    """,
    "outbox": """
    INSERT INTO outbox (send, version, last, changes)
    SELECT s, 0, l, c FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS p(s, l, c)
    """,
  ]

  func fill(_ count: Int) throws {
    guard count > 0 else { return }
    let id = "decode('01' || lpad(to_hex(i), 30, '0'), 'hex')"
    let filler = "decode(repeat(md5(i::text), %), 'hex')"
    let numbers = "generate_series(0, \(count - 1)) i"
    try connection.execute(
      """
      INSERT INTO sends (key, id, lane, flow, recipient, state, attempt, last_attempt, failed, proven, version,
        max_attempts, due, expires, changed, history)
        SELECT \(Bare.firstKey) + i, \(id), 1, 1, '+39333' || i, 5, 1, 1, 0, 2, 3, 10, 0, 0, 0, '\\x\(Bare.history)'
        FROM \(numbers);
      INSERT INTO contents SELECT \(Bare.firstKey) + i, decode(md5(i::text), 'hex'),
        \(filler.replacing("%", with: "19")) FROM \(numbers);
      INSERT INTO answers SELECT \(Bare.firstKey) + i, \(filler.replacing("%", with: "44")) FROM \(numbers);
      INSERT INTO provider_ids SELECT \(Bare.firstDay) + i / 170000, 'SM' || md5(i::text), \(Bare.firstKey) + i, 1 FROM \(numbers);
      UPDATE counters SET value = \(Bare.firstKey + count);
      """)
    try connection.execute("VACUUM ANALYZE")
    try connection.execute("CHECKPOINT")
  }

  func apply(_ batch: [BareCallback]) throws {
    try connection.execute("BEGIN")
    let versions = Parameter.integers(batch.map(\.version))
    let states = Parameter.integers(batch.map(\.state))
    _ = try connection.run(
      "update", [.bytes(batch.map(\.id)), states, versions, .bytes(batch.map(\.change))])
    _ = try connection.run(
      "outbox",
      [.integers([batch.first?.key]), .integers([batch.last?.key]), .bytes([batch.told])])
    try connection.execute("COMMIT")
  }
}
