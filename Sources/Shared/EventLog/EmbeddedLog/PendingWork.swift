internal import SQLite

/// A batch on its way to the file.
struct PendingAppend: Sendable {
  struct Record: Sendable {
    /// Of the table `partitions`.
    let row: Int
    let key: String
    let headers: [UInt8]
    let value: [UInt8]?

    var size: Int { key.utf8.count + headers.count + (value?.count ?? 0) }
  }

  let records: [Record]
  let bytes: Int
  let done: @Sendable (Result<Void, LogError>) -> Void
}

/// A small write that is not an append: a commit of offsets, a lease.
struct PendingJob: Sendable {
  let run: @Sendable (Database) throws(SQLiteError) -> Void
  let done: @Sendable (LogError?) -> Void
}

/// What one transaction writes.
struct PendingWork: Sendable {
  var appends: [PendingAppend] = []
  var jobs: [PendingJob] = []

  var isEmpty: Bool { appends.isEmpty && jobs.isEmpty }
}
