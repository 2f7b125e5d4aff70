import Platform
import Postgres
import SQLite

/// What a callback would write if there were no rules: one row changed, one in history, one in the outbox.
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

  static func id(_ number: Int) -> [UInt8] {
    [0x01] + (0..<15).map { $0 < 7 ? 0 : UInt8(truncatingIfNeeded: number >> ((14 - $0) * 8)) }
  }
}

protocol BareSQL {
  func fill(_ count: Int) throws
  func apply(_ batch: [BareCallback]) throws
}

final class BareSQLite: BareSQL {
  private let database: Database
  private let columns =
    "key, id, lane, flow, recipient, state, attempt, last_attempt, failed, proven, version, max_attempts, due, expires, changed"

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
        VALUES (?1, ?2, 1, 1, '+39333' || ?3, 5, 1, 1, 0, 2, 3, 10, 0, 0, 0)
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
        INSERT INTO history SELECT \(Bare.firstKey) + i, v.column1, v.column1, 1, 0, NULL, NULL, NULL
          FROM numbers, (VALUES (1), (2), (3)) v;
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
        "UPDATE sends SET state = ?2, version = ?3, changed = ?4 WHERE id = ?1 AND state < ?2")
      let history = try database.statement(
        "INSERT INTO history VALUES (?1, ?2, ?3, 1, ?4, NULL, NULL, NULL)")
      let outbox = try database.statement("INSERT INTO outbox (send, version) VALUES (?1, ?2)")
      for row in batch {
        update.bind(1, row.id)
        update.bind(2, row.state)
        update.bind(3, row.version)
        update.bind(4, row.version)
        try update.run()
        history.bind(1, row.key)
        history.bind(2, row.version)
        history.bind(3, row.state)
        history.bind(4, row.version)
        try history.run()
        outbox.bind(1, row.key)
        outbox.bind(2, row.version)
        try outbox.run()
      }
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
    UPDATE sends SET state = p.state, version = p.version, changed = p.version
    FROM unnest($1::bytea[], $2::bigint[], $3::bigint[]) AS p(id, state, version)
    WHERE sends.id = p.id AND sends.state < p.state
    """,
    "history": """
    INSERT INTO history (send, version, state, attempt, at)
    SELECT k, v, s, 1, v FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS p(k, v, s)
    """,
    "outbox": "INSERT INTO outbox (send, version) SELECT * FROM unnest($1::bigint[], $2::bigint[])",
  ]

  func fill(_ count: Int) throws {
    guard count > 0 else { return }
    let id = "decode('01' || lpad(to_hex(i), 30, '0'), 'hex')"
    let filler = "decode(repeat(md5(i::text), %), 'hex')"
    let numbers = "generate_series(0, \(count - 1)) i"
    try connection.execute(
      """
      INSERT INTO sends (key, id, lane, flow, recipient, state, attempt, last_attempt, failed, proven, version,
        max_attempts, due, expires, changed)
        SELECT \(Bare.firstKey) + i, \(id), 1, 1, '+39333' || i, 5, 1, 1, 0, 2, 3, 10, 0, 0, 0 FROM \(numbers);
      INSERT INTO contents SELECT \(Bare.firstKey) + i, decode(md5(i::text), 'hex'),
        \(filler.replacing("%", with: "19")) FROM \(numbers);
      INSERT INTO answers SELECT \(Bare.firstKey) + i, \(filler.replacing("%", with: "44")) FROM \(numbers);
      INSERT INTO history SELECT \(Bare.firstKey) + i, v, v, 1, 0, NULL, NULL, NULL
        FROM \(numbers), generate_series(1, 3) v;
      INSERT INTO provider_ids SELECT \(Bare.firstDay) + i / 170000, 'SM' || md5(i::text), \(Bare.firstKey) + i, 1 FROM \(numbers);
      UPDATE counters SET value = \(Bare.firstKey + count);
      """)
    try connection.execute("VACUUM ANALYZE")
    try connection.execute("CHECKPOINT")
  }

  func apply(_ batch: [BareCallback]) throws {
    try connection.execute("BEGIN")
    let keys = Parameter.integers(batch.map(\.key))
    let versions = Parameter.integers(batch.map(\.version))
    let states = Parameter.integers(batch.map(\.state))
    _ = try connection.run("update", [.bytes(batch.map(\.id)), states, versions])
    _ = try connection.run("history", [keys, versions, states])
    _ = try connection.run("outbox", [keys, versions])
    try connection.execute("COMMIT")
  }
}
