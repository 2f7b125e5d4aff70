internal import Platform
internal import SQLite
package import Time

/// The time that the SQLite store lives by: the machine's running time, set against the calendar once per
/// boot and kept in the file. Nobody can turn it back, and every process of the machine reads the same.
package struct StoreClock: Sendable {
  private let running: @Sendable () -> Int64
  private let calendar: @Sendable () -> Int64
  private let boot: String
  private var offset: Int64 = 0

  package static let system = StoreClock(
    running: bootMicroseconds, calendar: wallMicroseconds, boot: bootIdentity())

  /// A clock of a test's own; `boot` names the run of the machine.
  package init(
    running: @escaping @Sendable () -> Int64, calendar: @escaping @Sendable () -> Int64,
    boot: String
  ) {
    self.running = running
    self.calendar = calendar
    self.boot = boot
  }

  package func now() -> Timestamp { Timestamp(microseconds: running() + offset) }
}

extension StoreClock {
  /// This clock set by what the file knows of it.
  func anchored(in database: Database) throws(SQLiteError) -> StoreClock {
    try database.transaction { () throws(SQLiteError) in
      var anchored = self
      if try database.fact("clock-boot") == bootNumber,
        let offset = try database.fact("clock-offset")
      {
        anchored.offset = offset
        return anchored
      }
      // After a restart time goes on where it stood, even if the calendar has been turned back.
      let reached = try database.fact("clock-reached") ?? .min
      anchored.offset = max(calendar(), reached) - running()
      try database.save("clock-boot", bootNumber)
      try database.save("clock-offset", anchored.offset)
      return anchored
    }
  }

  /// FNV-1a of the boot's name: the file keeps facts as numbers.
  private var bootNumber: Int64 {
    let hash = boot.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    return Int64(bitPattern: hash)
  }
}

extension Database {
  fileprivate func fact(_ name: String) throws(SQLiteError) -> Int64? {
    let statement = try statement("SELECT value FROM facts WHERE name = ?1")
    defer { statement.reset() }
    statement.bind(1, name)
    return try statement.step() ? statement.integer(0) : nil
  }

  fileprivate func save(_ name: String, _ value: Int64) throws(SQLiteError) {
    let statement = try statement(
      """
      INSERT INTO facts VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value
      """)
    statement.bind(1, name)
    statement.bind(2, value)
    try statement.run()
  }
}
