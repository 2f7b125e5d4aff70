import Events
import Domain
import EventLog
import Platform
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

  /// Those that were made of it.
  let readers = CountedReaders()

  func reader(_ name: String, of topics: [Topic]) throws(LogError) -> any LogReader {
    CountedReader(try real.reader(name, of: topics), readers)
  }

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

final class CountedReaders: Sendable {
  private struct State: Sendable {
    var made = 0
    var open = 0
    var failure: LogError?
  }

  private let state = Monitor(State())

  var made: Int { state.peek { $0.made } }
  var failure: LogError? { state.peek { $0.failure } }

  /// What each read throws from now on.
  func fail(_ error: LogError?) { state.change { $0.failure = error } }

  func waitUntilClosed() { waitUntilOpen(0) }

  func waitUntilOpen(_ count: Int, location: SourceLocation = #_sourceLocation) {
    state.wait(for: .seconds(60)) { $0.open == count }
    #expect(state.peek { $0.open } == count, sourceLocation: location)
  }

  fileprivate func opened() {
    state.change {
      $0.made += 1
      $0.open += 1
    }
  }

  fileprivate func closed() { state.change { $0.open -= 1 } }
}

private final class CountedReader: PassingReader {
  let real: any LogReader
  private let readers: CountedReaders

  init(_ real: any LogReader, _ readers: CountedReaders) {
    (self.real, self.readers) = (real, readers)
    readers.opened()
  }

  func next(max: Int, wait: Duration) throws(LogError) -> [LogRecord] {
    if let failure = readers.failure { throw failure }
    return try real.next(max: max, wait: wait)
  }

  func close() {
    real.close()
    readers.closed()
  }
}
