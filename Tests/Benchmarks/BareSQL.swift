import Postgres
import SQLite

/// What a callback would write if there were no rules: one row changed, one in history, one in the outbox.
struct BareCallback {
  let number: Int
  let state: Int
  let version: Int

  /// The id under which `fill` has stored it.
  var id: [UInt8] { BareIDs.newest(number) }
}

protocol BareSQL {
  func fill(_ old: Int, newest: Int) throws
  func apply(_ batch: [BareCallback]) throws
}

enum BareIDs {
  static let newestKey = 1_000_000_000

  static func old(_ number: Int) -> [UInt8] { Array(repeating: 0x01, count: 8) + bytes(number) }

  static func newest(_ number: Int) -> [UInt8] { Array(repeating: 0xFE, count: 8) + bytes(number) }

  private static func bytes(_ number: Int) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - $0 * 8)) }
  }
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

  func fill(_ old: Int, newest: Int) throws {
    try fill(old, firstKey: 2000, state: 5) { BareIDs.old($0) }
    try fill(newest, firstKey: BareIDs.newestKey, state: 3) { BareIDs.newest($0) }
    try database.execute("UPDATE counters SET value = \(BareIDs.newestKey + newest + 1)")
    try database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
  }

  /// Ids are bound, since this SQLite cannot make bytes of digits; the rest is filled by itself.
  private func fill(
    _ count: Int, firstKey: Int, state: Int, id: (Int) -> [UInt8]
  ) throws {
    for start in stride(from: 0, to: count, by: 250_000) {
      let end = min(start + 250_000, count)
      try database.execute("BEGIN IMMEDIATE; CREATE TEMP TABLE numbers (i INTEGER PRIMARY KEY)")
      let insert = try database.statement(
        """
        INSERT INTO sends (\(columns))
        VALUES (?1, ?2, 1, 1, '+39333' || ?3, \(state), 1, 1, 0, 2, 3, 10, 0, 0, 0)
        """)
      let number = try database.prepare("INSERT INTO numbers VALUES (?1)")
      for index in start..<end {
        insert.bind(1, firstKey + index)
        insert.bind(2, id(index))
        insert.bind(3, index)
        try insert.run()
        number.bind(1, index)
        try number.run()
      }
      try database.execute(
        """
        INSERT INTO contents SELECT \(firstKey) + i, randomblob(32), randomblob(300) FROM numbers;
        INSERT INTO answers SELECT \(firstKey) + i, randomblob(700) FROM numbers;
        INSERT INTO history SELECT \(firstKey) + i, v.column1, v.column1, 1, 0, NULL, NULL, NULL
          FROM numbers, (VALUES (1), (2), (3)) v;
        INSERT INTO provider_ids
          SELECT i / 170000, 'SM' || hex(randomblob(16)), \(firstKey) + i, 1 FROM numbers;
        DROP TABLE numbers;
        COMMIT;
        """)
    }
  }

  func apply(_ batch: [BareCallback]) throws {
    try database.transaction { () throws(SQLiteError) in
      let update = try database.statement(
        "UPDATE sends SET state = ?2, version = ?3, changed = ?4 WHERE id = ?1 AND state < ?2")
      let history = try database.statement(
        "INSERT INTO history VALUES (?1, ?2, ?3, 1, ?4, NULL, NULL, NULL)")
      let outbox = try database.statement("INSERT INTO outbox (send, version) VALUES (?1, ?2)")
      for row in batch {
        let key = BareIDs.newestKey + row.number
        update.bind(1, row.id)
        update.bind(2, row.state)
        update.bind(3, row.version)
        update.bind(4, row.number)
        try update.run()
        history.bind(1, key)
        history.bind(2, row.version)
        history.bind(3, row.state)
        history.bind(4, row.number)
        try history.run()
        outbox.bind(1, key)
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
  }

  func fill(_ old: Int, newest: Int) throws {
    try fill(old, firstKey: 2000, prefix: "01", state: 5)
    try fill(newest, firstKey: BareIDs.newestKey, prefix: "fefefefefefefefe", state: 3)
    try connection.execute("UPDATE counters SET value = \(BareIDs.newestKey + newest + 1)")
    try connection.execute("VACUUM ANALYZE")
    try connection.execute("CHECKPOINT")
  }

  private func fill(_ count: Int, firstKey: Int, prefix: String, state: Int) throws {
    guard count > 0 else { return }
    let id = "decode('\(prefix)' || lpad(to_hex(i), \(32 - prefix.count), '0'), 'hex')"
    let filler = "decode(repeat(md5(i::text), %), 'hex')"
    let numbers = "generate_series(0, \(count - 1)) i"
    try connection.execute(
      """
      INSERT INTO sends (key, id, lane, flow, recipient, state, attempt, last_attempt, failed, proven, version,
        max_attempts, due, expires, changed)
        SELECT \(firstKey) + i, \(id), 1, 1, '+39333' || i, \(state), 1, 1, 0, 2, 3, 10, 0, 0, 0 FROM \(numbers);
      INSERT INTO contents SELECT \(firstKey) + i, decode(md5(i::text), 'hex'),
        \(filler.replacing("%", with: "19")) FROM \(numbers);
      INSERT INTO answers SELECT \(firstKey) + i, \(filler.replacing("%", with: "44")) FROM \(numbers);
      INSERT INTO history SELECT \(firstKey) + i, v, v, 1, 0, NULL, NULL, NULL
        FROM \(numbers), generate_series(1, 3) v;
      INSERT INTO provider_ids SELECT i / 170000, 'SM' || md5(i::text || '\(prefix)'), \(firstKey) + i, 1 FROM \(numbers);
      """)
  }

  func apply(_ batch: [BareCallback]) throws {
    try connection.execute("BEGIN")
    let keys = Parameter.integers(batch.map { Int64(BareIDs.newestKey + $0.number) })
    let versions = Parameter.integers(batch.map { Int64($0.version) })
    let states = Parameter.integers(batch.map { Int64($0.state) })
    _ = try connection.run(
      "bare update",
      """
      UPDATE sends SET state = p.state, version = p.version, changed = p.version
      FROM unnest($1::bytea[], $2::bigint[], $3::bigint[]) AS p(id, state, version)
      WHERE sends.id = p.id AND sends.state < p.state
      """, [.bytes(batch.map(\.id)), states, versions])
    _ = try connection.run(
      "bare history",
      """
      INSERT INTO history (send, version, state, attempt, at)
      SELECT k, v, s, 1, v FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS p(k, v, s)
      """, [keys, versions, states])
    _ = try connection.run(
      "bare outbox",
      "INSERT INTO outbox (send, version) SELECT * FROM unnest($1::bigint[], $2::bigint[])",
      [keys, versions])
    try connection.execute("COMMIT")
  }
}
