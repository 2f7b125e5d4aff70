package import Domain
internal import Platform
package import SendStore
internal import Store
package import Telemetry
internal import Time

/// Writes down when a timed task ran, how long it took and whether it failed: at most once a minute, and whenever it
/// begins to fail or is well again.
package final class TaskLog {
  private let store: SendStore
  private let worker: WorkerID
  private let task: TimedTask
  private let log: Log
  private var writtenAt: RunningTime?
  private var failure = ""
  /// Not written down yet; nil where it does not count.
  private var done: Int?

  package init(_ task: TimedTask, _ context: WorkerContext) {
    self.task = task
    (store, worker, log) = (context.store, context.worker, context.log)
  }

  package init(_ task: TimedTask, _ store: SendStore, _ worker: WorkerID, log: Log) {
    self.task = task
    (self.store, self.worker, self.log) = (store, worker, log)
  }

  private static let interval = Duration.seconds(60)

  /// `counting` says how much a run did.
  package func note<Result>(
    counting: ((Result) -> Int)? = nil, _ body: () throws -> Result
  ) rethrows -> Result {
    let start = RunningTime.now
    do {
      let result = try body()
      if let counting { done = (done ?? 0) + counting(result) }
      write("", since: start)
      return result
    } catch {
      write("\(error)", since: start)
      throw error
    }
  }

  private func write(_ failure: String, since start: RunningTime) {
    let now = RunningTime.now
    let isDue = writtenAt.map { now - $0 >= Self.interval } ?? true
    guard isDue || failure.isEmpty != self.failure.isEmpty else { return }
    do throws(StoreError) {
      try store.taskRan(task.rawValue, by: worker, in: now - start, failure: failure, done: done)
      (writtenAt, self.failure) = (now, failure)
      done = done.map { _ in 0 }
    } catch {
      log.info(
        "a task's run could not be written down",
        ["task": task.rawValue, "reason": error.description])
    }
  }
}
