package import Settings
package import Telemetry
package import EventLog
package import SendStore
package import Store
private import Domain

/// Opens what a process stands on. What cannot be reached is tried again, with a line about it and the
/// process not ready meanwhile; what can never work ends the start.
package struct Opening: Sendable {
  private let log: Log
  private let health: HealthPart
  private let stop: StopSignal

  package init(_ log: Log, _ health: HealthPart, _ stop: StopSignal) {
    self.log = log
    self.health = health
    self.stop = stop
  }

  /// nil where the process was asked to stop before it came to be.
  package func eventLog(_ settings: LogSettings) throws(LogError) -> (any EventLog)? {
    try open("log", isTransient: \.isTransient) { () throws(LogError) in
      let opened: any EventLog =
        switch settings {
        case .embedded(let own): try EmbeddedLog(own)
        case .kafka(let own): try KafkaLog(own)
        }
      do throws(LogError) { try opened.ping(within: .seconds(5)) } catch {
        opened.close(within: .seconds(1))
        throw error
      }
      return opened
    }
  }

  /// The store with a lane for each sender.
  package func store(
    _ settings: StoreSettings, _ senders: [SenderSettings]
  ) throws(StoreError) -> SendStore? {
    try open("store", isTransient: \.isTransient) { () throws(StoreError) in
      try Self.store(settings, senders)
    }
  }

  /// The same, where nobody waits until it can be had.
  package static func store(
    _ settings: StoreSettings, _ senders: [SenderSettings]
  ) throws(StoreError) -> SendStore {
    let store =
      switch settings {
      case .sqlite(let path): try SendStore(.sqlite(path: path))
      case .postgres(let url): try SendStore(.postgres(url: url.exposed))
      }
    try store.define(senders.map(\.sender))
    return store
  }

  private func open<Thing, Failure: Error & CustomStringConvertible>(
    _ name: String, isTransient: (Failure) -> Bool, _ make: () throws(Failure) -> Thing
  ) throws(Failure) -> Thing? {
    let backoff = Backoff(base: .seconds(1), cap: .seconds(30))
    var failures = 0
    while !stop.isRequested {
      do throws(Failure) {
        let made = try make()
        health.ready()
        return made
      } catch {
        guard isTransient(error) else { throw error }
        failures += 1
        let wait = backoff.ceiling(failures: failures)
        health.notReady(error.description)
        log.warning(
          "cannot open the \(name), trying again",
          ["reason": error.description, "inSeconds": Int(wait.components.seconds)])
        stop.wait(for: wait)
      }
    }
    return nil
  }
}
