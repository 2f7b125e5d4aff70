package import EventLog
internal import Platform

/// Where the log will be once it is open: the address answers before that.
package final class LogSlot: Sendable {
  private let slot = Locked<(any EventLog)?>(nil)

  package init() {}

  package func fill(_ log: any EventLog) { slot.withLock { $0 = log } }

  var log: (any EventLog)? { slot.withLock { $0 } }

  /// A record that the log does not take for its size goes in as a dead letter, as far as it fits.
  func append(
    _ records: [NewRecord], done: @escaping @Sendable (Result<Void, LogError>) -> Void
  ) {
    guard let log else { return done(.failure(.unreachable("the log is not open yet"))) }
    log.append(records) { outcome in
      guard case .failure(.recordTooLarge(let limit)) = outcome else { return done(outcome) }
      log.append(records.map { $0.fitting(limit) }, done: done)
    }
  }
}
