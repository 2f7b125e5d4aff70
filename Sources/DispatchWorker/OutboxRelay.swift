package import Domain
package import EventLog
package import SendStore
package import Service

/// Publishes the changes of sends from the store to the log, in order for each send. One worker at a time
/// does it; what it published and could not forget any more comes again under the same event id.
package final class OutboxRelay {
  private let store: SendStore
  private let eventLog: any EventLog
  private let worker: WorkerID
  private let log: Log
  private let health: HealthPart
  private let stop: StopSignal
  private let published: Counter
  private let backoff = Backoff(base: .milliseconds(200), cap: .seconds(10))

  package init(
    _ store: SendStore, _ eventLog: any EventLog, worker: WorkerID, log: Log, health: HealthPart,
    metrics: Metrics, stop: StopSignal
  ) {
    self.store = store
    self.eventLog = eventLog
    self.worker = worker
    self.log = log
    self.health = health
    self.stop = stop
    published = metrics.counter(
      "postrider_events_published_total", "Changes of sends that went to the messages topic.")
  }

  package static let duty = "relay"
  private static let batch = 500

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    var failures = 0
    while !stop.isRequested {
      do {
        let isBusy = try step()
        failures = 0
        health.ready()
        if !isBusy { stop.wait(for: .milliseconds(50)) }
      } catch {
        failures += 1
        health.notReady("\(error)")
        log.warning("cannot publish changes, trying again", ["reason": "\(error)"])
        stop.wait(for: backoff.ceiling(failures: failures))
      }
    }
    leave()
  }

  /// True where there was a full batch, so that there may be more.
  package func step() throws -> Bool {
    guard try store.takeDuty(Self.duty, worker) != nil else { return false }
    let entries = try store.unpublished(limit: Self.batch)
    guard !entries.isEmpty else { return false }
    let generation = try store.generation()
    try eventLog.append(
      entries.map { MessageEvent($0, generation: generation).record }, within: .seconds(30))
    try store.published(entries)
    published.add(entries.count)
    return entries.count == Self.batch
  }

  private func leave() {
    do { try store.releaseDuty(Self.duty, worker) } catch {
      log.warning("the duty to publish runs out by itself", ["reason": error.description])
    }
    health.ended()
  }
}
