package import Platform
package import Service

/// Takes sends in, posts them within their budgets, records what became of them.
package enum DispatchWorker {
  /// Each thread ends by itself once the context's stop is requested and its work under way is done.
  package static func start(_ context: WorkerContext) -> [WorkerThread] {
    [
      WorkerThread("relay") {
        OutboxRelay(
          context.store, context.eventLog, worker: context.worker, log: context.log,
          health: context.health.part("relay"), metrics: context.metrics, stop: context.stop
        ).run()
      }
    ]
  }
}
