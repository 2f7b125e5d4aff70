internal import EventLog
internal import Platform

/// Records on their way to the log, which the spool takes over when that lasts too long. Whoever settles
/// it first answers for it; nothing is kept here after that, since thousands of these wait to be forgotten.
final class WaitingAppend: Sendable {
  struct Load: Sendable {
    let records: [NewRecord]
    let done: @Sendable (Result<Void, LogError>) -> Void
  }

  /// Microseconds since boot.
  let deadline: Int64
  private let load: Locked<Load?>

  init(_ load: Load, until deadline: Int64) {
    self.load = Locked(load)
    self.deadline = deadline
  }

  var isSettled: Bool { load.withLock { $0 == nil } }

  /// nil where somebody else was first.
  func settle() -> Load? {
    load.withLock { load in
      defer { load = nil }
      return load
    }
  }
}
