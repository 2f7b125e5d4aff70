internal import Domain
package import EventLog
internal import JSON
internal import Platform
package import SendStore
package import Service
package import Time

/// Looks after callbacks that have found no send: joins them with sends that came later, and puts those that
/// are too old or too many where people see them.
package final class ParkedSweep {
  private let store: SendStore
  private let eventLog: any EventLog
  private let log: Log
  private let health: HealthPart
  private let stop: StopSignal
  private let bound: Int
  private let unmatched: Counter
  private let parked: Gauge

  package init(
    _ store: SendStore, _ eventLog: any EventLog, bound: Int = ParkedSweep.usualBound, log: Log,
    health: HealthPart, metrics: Metrics, stop: StopSignal
  ) {
    self.store = store
    self.eventLog = eventLog
    self.bound = bound
    self.log = log
    self.health = health
    self.stop = stop
    unmatched = metrics.counter(
      "postrider_callbacks_unmatched_total",
      "Callbacks that found no send within a day, or before too many others came.")
    parked = metrics.gauge(
      "postrider_callbacks_parked", "Callbacks that have found no send so far.")
  }

  package static let patience = Duration.seconds(24 * 3600)
  package static let usualBound = 100_000
  private static let pause = Duration.seconds(1)
  /// However many are parked, looking for their sends takes no more of the time than this part of it.
  private static let share = 20

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    // All of them at start.
    var since = Timestamp.distantPast
    var pause = Self.pause
    repeat {
      do {
        let now = try store.now()
        let start = bootMicroseconds()
        _ = try store.joinParked(since: since)
        since = now - .seconds(60)
        let took = Duration.microseconds(bootMicroseconds() - start)
        pause = min(max(Self.pause, took * Self.share), .seconds(20))
        try report(before: now - Self.patience)
        parked.set(Double(try reportExcess()))
        health.ready()
      } catch {
        health.notReady("\(error)")
        log.warning("cannot look after parked callbacks, trying again", ["reason": "\(error)"])
      }
    } while !stop.wait(for: pause)
    health.ended()
  }

  package func report(before time: Timestamp) throws {
    while case let old = try store.parked(before: time, limit: Self.batch), !old.isEmpty {
      try bury(old, because: "no send of this account was found within a day")
    }
  }

  /// The oldest that are too many; answers how many are left.
  package func reportExcess() throws -> Int {
    var count = try store.parkedCount()
    while count > bound {
      let oldest = try store.oldestParked(limit: min(count - bound, Self.batch))
      guard !oldest.isEmpty else { break }
      try bury(oldest, because: "no send of this account was found before \(bound) others waited")
      count -= oldest.count
    }
    return count
  }

  private static let batch = 500

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
    let data = JSONWriter.object { writer in
      writer.field("reason", reason)
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
