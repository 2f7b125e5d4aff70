internal import SQLite

/// What a file of SQLite's says of itself. Nothing of it is changed.
package enum SQLiteFacts {
  /// How many of our migrations it has; it may be no file of ours.
  package static func schema(of path: String) throws(StoreError) -> Int {
    do throws(SQLiteError) {
      let database = try Database(reading: path)
      return Int(try database.prepare("PRAGMA user_version").number() ?? 0)
    } catch { throw StoreError(error) }
  }
}
