internal import SQLite
private import Platform

/// The right of one member to read for its group, by a row that it renews. On boot time, which a set
/// clock does not move; what another boot left counts for nothing.
final class GroupLease: Sendable {
  let group: String
  let owner: String
  let epoch: Int64
  private let state: Locked<(until: Int64, isLost: Bool)>

  init(group: String, owner: String, epoch: Int64, until: Int64) {
    (self.group, self.owner, self.epoch) = (group, owner, epoch)
    state = Locked((until, false))
  }

  var isLost: Bool { state.withLock { $0.isLost } }

  func isOver(at time: Int64) -> Bool { state.withLock { $0.until <= time } }

  /// nil while another member has the group.
  static func take(
    _ group: String, for owner: String, boot: String, at now: Int64, until: Int64,
    in database: Database
  ) throws(SQLiteError) -> GroupLease? {
    let statement = try database.statement(
      """
      INSERT INTO members VALUES (?1, ?2, 1, ?3, ?5)
      ON CONFLICT DO UPDATE SET owner = ?2, epoch = epoch + 1, boot = ?3, until = ?5
      WHERE owner IS NULL OR boot != ?3 OR until <= ?4
      RETURNING epoch
      """)
    statement.bind(1, group)
    statement.bind(2, owner)
    statement.bind(3, boot)
    statement.bind(4, now)
    statement.bind(5, until)
    guard let epoch = try statement.number() else { return nil }
    return GroupLease(group: group, owner: owner, epoch: epoch, until: until)
  }

  /// Whether a try to take it may succeed, without writing.
  static func isFree(
    _ group: String, boot: String, at now: Int64, in database: Database
  ) throws(SQLiteError) -> Bool {
    let statement = try database.statement(
      """
      SELECT 1 FROM members
      WHERE "group" = ? AND owner IS NOT NULL AND boot = ? AND until > ?
      """)
    statement.bind(1, group)
    statement.bind(2, boot)
    statement.bind(3, now)
    defer { statement.reset() }
    return try !statement.step()
  }

  func renew(until: Int64, in database: Database) throws(SQLiteError) {
    let statement = try database.statement(
      #"UPDATE members SET until = ? WHERE "group" = ? AND owner = ? AND epoch = ?"#)
    statement.bind(1, until)
    statement.bind(2, group)
    statement.bind(3, owner)
    statement.bind(4, epoch)
    try statement.run()
    let isHeld = database.changes == 1
    state.withLock { $0 = (isHeld ? until : $0.until, !isHeld) }
  }

  /// The fence: whoever took the group after us has another epoch.
  func isHeld(in database: Database) throws(SQLiteError) -> Bool {
    let statement = try database.statement(
      #"SELECT 1 FROM members WHERE "group" = ? AND owner = ? AND epoch = ?"#)
    statement.bind(1, group)
    statement.bind(2, owner)
    statement.bind(3, epoch)
    defer { statement.reset() }
    return try statement.step()
  }

  func release(in database: Database) throws(SQLiteError) {
    let statement = try database.statement(
      #"UPDATE members SET owner = NULL WHERE "group" = ? AND owner = ? AND epoch = ?"#)
    statement.bind(1, group)
    statement.bind(2, owner)
    statement.bind(3, epoch)
    try statement.run()
  }
}
