internal import Domain
package import EventLog
internal import JSON
internal import Platform
package import SendStore
package import Service
package import Time

/// Looks after callbacks that have found no send: joins them with sends that came later, and after a day
/// puts what is left where people see it.
package final class ParkedSweep {
  private let store: SendStore
  private let eventLog: any EventLog
  private let log: Log
  private let health: HealthPart
  private let stop: StopSignal
  private let unmatched: Counter
  private let parked: Gauge

  package init(
    _ store: SendStore, _ eventLog: any EventLog, log: Log, health: HealthPart, metrics: Metrics,
    stop: StopSignal
  ) {
    self.store = store
    self.eventLog = eventLog
    self.log = log
    self.health = health
    self.stop = stop
    unmatched = metrics.counter(
      "postrider_callbacks_unmatched_total", "Callbacks that found no send within a day.")
    parked = metrics.gauge(
      "postrider_callbacks_parked", "Callbacks that have found no send so far.")
  }

  package static let patience = Duration.seconds(24 * 3600)
  private static let pause = Duration.seconds(1)

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    var since = Timestamp.distantPast
    repeat {
      do {
        let now = try store.now()
        _ = try store.joinParked(since: since)
        try report(before: now - Self.patience)
        parked.set(Double(try store.parkedCount()))
        since = now - .seconds(60)
        health.ready()
      } catch {
        health.notReady("\(error)")
        log.warning("cannot look after parked callbacks, trying again", ["reason": "\(error)"])
      }
    } while !stop.wait(for: Self.pause)
    health.ended()
  }

  /// Dead letters first, then forgotten: a crash between shows one twice rather than never.
  package func report(before time: Timestamp) throws {
    while true {
      let old = try store.parked(before: time, limit: 500)
      guard !old.isEmpty else { return }
      let now = Timestamp(microseconds: wallMicroseconds())
      try eventLog.append(old.map { $0.deadLetter(at: now) }, within: .seconds(30))
      try store.forgetParked(old.map(\.number))
      unmatched.add(old.count)
      log.warning("callbacks found no send within a day", ["count": old.count])
    }
  }
}

extension ParkedCallback {
  fileprivate func deadLetter(at now: Timestamp) -> NewRecord {
    let data = JSONWriter.object { writer in
      writer.field("reason", "no send of this account was found within a day")
      writer.field("providerId", callback.providerID.text)
      writer.field("attempt", callback.attempt?.description)
      writer.field("provider", callback.provider.rawValue)
      writer.field("account", callback.account.text)
      writer.field("code", callback.code)
      writer.field("parkedAt", at.description)
    }
    return NewRecord(
      topic: .deadLetters, key: callback.providerID.text,
      event: CloudEvent(
        id: "parked/\(number)", source: "postrider/dead-letters", type: DeadLetter.type, time: now,
        subject: "callbacks", data: data))
  }
}
