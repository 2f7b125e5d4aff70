internal import EventLog
internal import Synchronization

/// Records on their way to the log, which the spool takes over when that lasts too long. Whoever settles
/// it first answers for it.
final class WaitingAppend: Sendable {
  let records: [NewRecord]
  /// Microseconds since boot.
  let deadline: Int64
  let done: @Sendable (Result<Void, LogError>) -> Void
  private let settled = Atomic(false)

  init(
    _ records: [NewRecord], until deadline: Int64,
    _ done: @escaping @Sendable (Result<Void, LogError>) -> Void
  ) {
    self.records = records
    self.deadline = deadline
    self.done = done
  }

  var isSettled: Bool { settled.load(ordering: .acquiring) }

  func settle() -> Bool { !settled.exchange(true, ordering: .acquiringAndReleasing) }
}
