internal import Postgres
internal import SQLite

/// Why the store did not do what it was asked. Nothing of a failed call has happened.
package enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// It cannot be reached or has no room now, and may be later.
  case unavailable(String)
  /// Another process holds the write lock for too long.
  case busy(String)
  /// The store was made by a newer version.
  case newer(found: Int, known: Int)
  /// It cannot keep this data, now or later: something in what it was given is the fault.
  case refused(String)
  /// What the store holds contradicts itself, or a statement is wrong.
  case broken(String)

  package var description: String {
    switch self {
    case .unavailable(let reason): "the store is not available: \(reason)"
    case .busy(let reason): "the store is busy: \(reason)"
    case .newer(let found, let known):
      "the store has schema \(found), this version knows \(known): use the version that wrote it, or a newer one"
    case .refused(let reason): "the store cannot keep this: \(reason)"
    case .broken(let reason): "the store is broken: \(reason)"
    }
  }

  /// Whether the same call may succeed later.
  package var isTransient: Bool {
    switch self {
    case .unavailable, .busy: true
    case .newer, .refused, .broken: false
    }
  }

  init(_ error: SQLiteError) {
    if error.isBusy {
      self = .busy(error.description)
    } else if error.isDiskFault || error.isUnopened {
      self = .unavailable(error.description)
    } else if error.isOfData {
      self = .refused(error.description)
    } else {
      self = .broken(error.description)
    }
  }

  init(_ error: PostgresError) {
    if error.isUnreachable || error.isOutOfRoom {
      self = .unavailable(error.description)
    } else if error.isConflict {
      self = .busy(error.description)
    } else if error.isOfData {
      self = .refused(error.description)
    } else {
      self = .broken(error.description)
    }
  }
}
