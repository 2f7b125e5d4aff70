internal import Events
package import Telemetry
internal import Domain
package import EventLog
internal import JSON
internal import Platform
package import SendStore
package import Time

/// Puts callbacks that found no send where people see them: those that are too old, and the oldest where
/// there are too many.
package final class ParkedBurial: Sendable {
  private let store: SendStore
  private let eventLog: any EventLog
  private let bound: Int
  private let log: Log
  private let unmatched: Counter
  /// One at a time, so that none is buried twice.
  private let turn = Locked(0)

  package init(
    _ store: SendStore, _ eventLog: any EventLog, bound: Int, log: Log, metrics: Metrics
  ) {
    self.store = store
    self.eventLog = eventLog
    self.bound = bound
    self.log = log
    unmatched = metrics.counter(
      "postrider_callbacks_unmatched_total",
      "Callbacks that found no send within a day, or before too many others came.")
  }

  private static let batch = 2000

  package func report(before time: Timestamp) throws {
    try turn.withLock { _ in
      while case let old = try store.parked(before: time, limit: Self.batch), !old.isEmpty {
        try bury(old, because: "no send of this account was found within a day")
      }
    }
  }

  /// The oldest that are too many; answers how many are left.
  package func reportExcess() throws -> Int {
    try turn.withLock { _ in
      var count = try store.parkedCount()
      while count > bound {
        let oldest = try store.oldestParked(limit: min(count - bound, Self.batch))
        guard !oldest.isEmpty else { break }
        try bury(oldest, because: "no send of this account was found before \(bound) others waited")
        count -= oldest.count
      }
      return count
    }
  }

  /// Dead letters first, then forgotten: a crash between shows one twice rather than never.
  private func bury(_ callbacks: [ParkedCallback], because reason: String) throws {
    let now = Timestamp(microseconds: wallMicroseconds())
    try eventLog.append(
      callbacks.map { $0.deadLetter(because: reason, at: now) }, within: .seconds(30))
    try store.forgetParked(callbacks.map(\.number))
    unmatched.add(callbacks.count)
    log.warning("callbacks found no send", ["count": callbacks.count, "reason": reason])
  }
}

extension ParkedCallback {
  fileprivate func deadLetter(because reason: String, at now: Timestamp) -> NewRecord {
    let lost = DeadLetter.LostCallback(
      number: number, providerID: callback.providerID, attempt: callback.attempt,
      provider: callback.provider, account: callback.account, tenant: callback.tenant,
      status: callback.status.word, code: callback.code, parkedAt: at)
    return DeadLetter(lost, because: reason).event(at: now)
  }
}

extension CallbackReport.Status {
  fileprivate var word: String {
    switch self {
    case .wentOut(let reached): reached.state.name
    case .failed(let state, _): state.name
    }
  }
}
