package import Settings
package import Telemetry
package import Domain
package import EventLog
package import SendStore

/// What every part of a worker stands on.
package struct WorkerContext: Sendable {
  package let settings: Settings
  package let store: SendStore
  package let eventLog: any EventLog
  /// This process, among those that share the store.
  package let worker: WorkerID
  package let log: Log
  package let health: Health
  package let metrics: Metrics
  package let stop: StopSignal
  package let reload: Reload
  /// Shared by all workers of a process.
  package let queued: QueuedNews
  /// nil where `otlp` is not set.
  package let tracer: Tracer?

  package init(
    settings: Settings, store: SendStore, eventLog: any EventLog, worker: WorkerID, log: Log,
    health: Health, metrics: Metrics, stop: StopSignal, reload: Reload = Reload(),
    queued: QueuedNews = QueuedNews(), tracer: Tracer? = nil
  ) {
    self.settings = settings
    self.store = store
    self.eventLog = eventLog
    self.worker = worker
    self.log = log
    self.health = health
    self.metrics = metrics
    self.stop = stop
    self.reload = reload
    self.queued = queued
    self.tracer = tracer
  }
}
