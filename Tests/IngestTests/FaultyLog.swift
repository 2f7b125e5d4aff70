import Domain
import EventLog
import Platform
import Testing

/// A log that can be made to answer nothing, or only with an error.
final class FaultyLog: EventLog {
  enum Mood: Sendable {
    case well, silent
    case failing(LogError)
  }

  private let real: EmbeddedLog
  private let mood = Locked(Mood.well)
  let appends = Locked(0)

  init(_ real: EmbeddedLog) { self.real = real }

  func turn(_ new: Mood) { mood.withLock { $0 = new } }

  func append(
    _ records: [NewRecord], done: @escaping @Sendable (Result<Void, LogError>) -> Void
  ) {
    appends.withLock { $0 += 1 }
    switch mood.withLock({ $0 }) {
    case .well: real.append(records, done: done)
    case .silent: break
    case .failing(let error): done(.failure(error))
    }
  }

  func ping(within limit: Duration) throws(LogError) {
    switch mood.withLock({ $0 }) {
    case .well: try real.ping(within: limit)
    case .silent: throw .unreachable("silent")
    case .failing(let error): throw error
    }
  }

  func subscribe(
    group: String, topics: [Topic], options: SubscriptionOptions
  ) throws(LogError) -> any LogSubscription {
    try real.subscribe(group: group, topics: topics, options: options)
  }

  func identity(within limit: Duration) throws(LogError) -> String {
    try real.identity(within: limit)
  }

  func partitionCount(of topic: Topic, within limit: Duration) throws(LogError) -> Int {
    try real.partitionCount(of: topic, within: limit)
  }

  func offsets(of topic: Topic, within limit: Duration) throws(LogError) -> [Range<Int64>] {
    try real.offsets(of: topic, within: limit)
  }

  func close(within limit: Duration) { real.close(within: limit) }
}
