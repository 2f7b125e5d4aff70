internal import Platform
internal import SQLite
internal import Time

/// The file in the hands of its writer thread. Processes take turns by a lock beside the file: SQLite's
/// own waiting is not fair, and a writer could starve.
final class WritableFile {
  private let settings: EmbeddedLogSettings
  private let lock: FileLock
  private let database: Database
  private let appending: Appending
  private let retention: Retention
  private let dataVersion: Statement
  private var seenVersion: Int64?

  init(_ settings: EmbeddedLogSettings) throws(LogError) {
    self.settings = settings
    do { lock = try FileLock(path: settings.path + "-lock") } catch {
      throw .unusable(error.description)
    }
    database = try LogFile.open(settings)
    do {
      appending = try Appending(database)
      retention = try Retention(database)
      dataVersion = try database.prepare("PRAGMA data_version")
    } catch { throw LogError(error) }
  }

  /// Whether appends were committed. Offsets and leases must get through when records do not: a full
  /// log becomes emptier only by them.
  func write(_ work: PendingWork) -> Bool {
    let appends = admit(work.appends)
    do throws(SQLiteError) {
      try transaction { () throws(SQLiteError) in
        if !appends.isEmpty {
          try appending.write(appends, at: settings.now().microseconds)
        }
        for job in work.jobs { try job.run(database) }
      }
      for append in appends { append.done(.success(())) }
      for job in work.jobs { job.done(nil) }
      return true
    } catch {
      appending.forget()
      for append in appends { append.done(.failure(LogError(error))) }
      if !appends.isEmpty, !work.jobs.isEmpty { return write(PendingWork(jobs: work.jobs)) }
      for job in work.jobs { job.done(LogError(error)) }
      return false
    }
  }

  /// Since the last time that this was asked.
  func othersHaveCommitted() -> Bool {
    do throws(SQLiteError) {
      let version = try dataVersion.number()
      defer { seenVersion = version }
      return version != seenVersion
    } catch {
      // Readers look by themselves now and then.
      return false
    }
  }

  func renew(_ leases: [GroupLease]) {
    let held = leases.filter { !$0.isLost }
    guard !held.isEmpty else { return }
    let until = settings.bootTime() + settings.lease.microseconds
    do throws(SQLiteError) {
      try transaction { () throws(SQLiteError) in
        for lease in held { try lease.renew(until: until, in: database) }
      }
    } catch {
      // The next renewal makes up for it. When none succeeds the lease runs out, as it must.
    }
  }

  /// Whether there is more to delete.
  func prune() -> Bool {
    let before = (settings.now() - settings.retention).microseconds
    do throws(SQLiteError) {
      let deleted = try transaction { () throws(SQLiteError) in try retention.step(before: before) }
      return deleted > 0
    } catch {
      // What is not deleted now is deleted another time.
      return false
    }
  }

  private func admit(_ appends: [PendingAppend]) -> [PendingAppend] {
    guard let limit = settings.sizeLimit, !appends.isEmpty else { return appends }
    var used: Int
    do { used = try Self.usedBytes(of: database) } catch {
      for append in appends { append.done(.failure(LogError(error))) }
      return []
    }
    return appends.filter { append in
      used += append.bytes
      if used > limit { append.done(.failure(.full(.limit))) }
      return used <= limit
    }
  }

  static func usedBytes(of database: Database) throws(SQLiteError) -> Int {
    let statement = try database.statement(
      """
      SELECT (page_count - freelist_count) * page_size
      FROM pragma_page_count, pragma_freelist_count, pragma_page_size
      """)
    return Int(try statement.number() ?? 0)
  }

  private func transaction<Value>(
    _ body: () throws(SQLiteError) -> Value
  ) throws(SQLiteError) -> Value {
    try lock.hold { () throws(SQLiteError) in try database.transaction(body) }
  }
}
