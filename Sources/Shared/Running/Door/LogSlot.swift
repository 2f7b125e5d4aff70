package import Events
internal import Domain
package import EventLog
internal import Platform

/// Where the log will be once it is open: the address answers before that.
package final class LogSlot: Sendable {
  private let slot = Locked<(any EventLog)?>(nil)

  package init() {}

  package func fill(_ log: any EventLog) { slot.withLock { $0 = log } }

  /// A record that the log does not take for its size goes in as a dead letter, as far as it fits.
  package func append(
    _ records: [NewRecord], done: @escaping @Sendable (Result<Void, LogError>) -> Void
  ) {
    let log: any EventLog
    do throws(LogError) { log = try opened() } catch { return done(.failure(error)) }
    log.append(records) { outcome in
      guard case .failure(.recordTooLarge(let limit)) = outcome else { return done(outcome) }
      log.append(records.map { $0.fitting(limit) }, done: done)
    }
  }

  /// The same, for a thread that may block.
  package func append(_ records: [NewRecord], within limit: Duration) throws(LogError) {
    let log = try opened()
    do throws(LogError) { try log.append(records, within: limit) } catch {
      guard case .recordTooLarge(let size) = error else { throw error }
      try log.append(records.map { $0.fitting(size) }, within: limit)
    }
  }

  package func partitionCount(of topic: Topic, within limit: Duration) throws(LogError) -> Int {
    try opened().partitionCount(of: topic, within: limit)
  }

  package func offsets(of topic: Topic, within limit: Duration) throws(LogError) -> [Range<Int64>] {
    try opened().offsets(of: topic, within: limit)
  }

  package func identity(within limit: Duration) throws(LogError) -> String {
    try opened().identity(within: limit)
  }

  package func reader(
    _ name: String, of topics: [Topic]
  ) throws(LogError) -> any LogReader {
    try opened().reader(name, of: topics)
  }

  package func deadLetters() throws(LogError) -> DeadLetters { DeadLetters(try opened()) }

  package func ping(within limit: Duration) throws(LogError) { try opened().ping(within: limit) }

  private func opened() throws(LogError) -> any EventLog {
    guard let log = slot.withLock({ $0 }) else { throw .unreachable("the log is not open yet") }
    return log
  }
}
