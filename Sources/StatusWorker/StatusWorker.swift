package import Platform
package import Service

/// Finds the send of every callback, and tells tenants what became of theirs.
package enum StatusWorker {
  /// Each thread ends by itself once the context's stop is requested and its work under way is done.
  package static func start(_ context: WorkerContext) -> [WorkerThread] {
    [
      WorkerThread("parked") {
        ParkedSweep(
          context.store, context.eventLog, log: context.log, health: context.health.part("parked"),
          metrics: context.metrics, stop: context.stop
        ).run()
      },
      WorkerThread("upkeep") {
        Upkeep(
          context.store, retention: context.settings.retention, log: context.log, stop: context.stop
        ).run()
      },
    ]
  }
}
