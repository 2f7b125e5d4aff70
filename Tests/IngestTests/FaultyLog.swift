import Domain
import EventLog
import Platform
import Providers
import TestSupport
import Testing

/// A log that can be made to answer nothing, or only with an error.
final class FaultyLog: PassingLog {
  enum Mood: Sendable {
    case well, silent
    /// Takes marks only.
    case marking
    case failing(LogError)
  }

  let real: any EventLog
  private let mood = Locked(Mood.well)
  /// Those of marks are not counted.
  let appends = Monitor(0)

  init(_ real: any EventLog) { self.real = real }

  func turn(_ new: Mood) { mood.withLock { $0 = new } }

  func append(
    _ records: [NewRecord], done: @escaping @Sendable (Result<Void, LogError>) -> Void
  ) {
    let isMark = records.allSatisfy { $0.event.type == MarkEvent.type }
    if !isMark { appends.change { $0 += 1 } }
    switch mood.withLock({ $0 }) {
    case .well: real.append(records, done: done)
    case .marking where isMark: real.append(records, done: done)
    case .marking: done(.failure(.unreachable("gone")))
    case .silent: break
    case .failing(let error): done(.failure(error))
    }
  }

  func ping(within limit: Duration) throws(LogError) {
    switch mood.withLock({ $0 }) {
    case .well, .marking: try real.ping(within: limit)
    case .silent: throw .unreachable("silent")
    case .failing(let error): throw error
    }
  }
}
