internal import Postgres
package import Time

/// What a PostgreSQL server says of itself, and what stands between it and us.
package struct PostgresFacts: Sendable {
  package let version: String
  /// Its settings, by name.
  package let settings: [String: String]
  package let isReplica: Bool
  package let clock: CalendarTime
  /// The session is another one from statement to statement.
  package let isPooled: Bool
  /// How many of our migrations it has; nil where there are none yet.
  package let schema: Int?

  private static let asked = [
    "default_transaction_isolation", "synchronous_commit", "fsync", "full_page_writes",
    "synchronous_standby_names",
  ]

  package init(url: String) throws(StoreError) {
    do throws(PostgresError) {
      let connection = try Connection(url)
      version = try Self.text("SELECT current_setting('server_version')", connection)
      var settings: [String: String] = [:]
      for name in Self.asked {
        settings[name] = try Self.text("SELECT current_setting('\(name)')", connection)
      }
      self.settings = settings
      isReplica = try Self.text("SELECT pg_is_in_recovery()::text", connection) == "true"
      let microseconds = try Self.text(
        "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint::text", connection)
      clock = CalendarTime(microseconds: Int64(microseconds) ?? 0)
      let table = try Self.text(
        "SELECT coalesce(to_regclass('schema_version')::text, '')", connection)
      schema =
        table.isEmpty
        ? nil
        : Int(
          try Self.text("SELECT coalesce(max(number), 0)::text FROM schema_version", connection))
      isPooled = Self.changes(connection)
    } catch { throw StoreError(error) }
  }

  /// A pooler that gives a session for a transaction only breaks what we prepare and set.
  private static func changes(_ connection: Connection) -> Bool {
    do throws(PostgresError) {
      try connection.execute("SET application_name = 'postrider doctor'")
      _ = try connection.prepare(
        "of-the-doctor", "SELECT pg_backend_pid()::text || current_setting('application_name')")
      var seen: Set<String> = []
      for _ in 0..<20 { seen.insert(try connection.run("of-the-doctor", []).text(0, 0)) }
      return seen.count > 1
    } catch { return true }
  }

  private static func text(
    _ sql: String, _ connection: Connection
  ) throws(PostgresError) -> String {
    _ = try connection.prepare("", sql)
    return try connection.run("", []).text(0, 0)
  }
}
