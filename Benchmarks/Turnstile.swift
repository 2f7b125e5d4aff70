import Events
import Domain
import EventLog
import Platform
import SendStore
import TestSupport

/// A log whose reader waits until it is let through, so that a measurement begins with everything there.
final class Turnstile: PassingLog {
  let real: any EventLog
  private let isOpen = Monitor(false)

  init(_ real: any EventLog) { self.real = real }

  /// Lets the reader through until the store's workers are done with all that is there.
  func letThrough(_ topic: Topic, into store: SendStore) throws {
    isOpen.change { $0 = true }
    _ = try store.hasRead(toTheEndOf: topic, in: real, within: .seconds(3600))
    isOpen.change { $0 = false }
  }

  func reader(_ name: String, of topics: [Topic]) throws(LogError) -> any LogReader {
    TurnstileReader(try real.reader(name, of: topics), isOpen)
  }
}

private final class TurnstileReader: PassingReader {
  let real: any LogReader
  private let isOpen: Monitor<Bool>

  init(_ real: any LogReader, _ isOpen: Monitor<Bool>) { (self.real, self.isOpen) = (real, isOpen) }

  func next(max: Int, wait: Duration) throws(LogError) -> [LogRecord] {
    isOpen.wait(for: wait) { $0 }
    return isOpen.peek { $0 } ? try real.next(max: max, wait: wait) : []
  }
}
