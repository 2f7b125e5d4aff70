internal import Platform

/// One thread for work that is long but never waits. A full queue takes no more.
final class BatchQueue: Sendable {
  typealias Job = @Sendable () -> Void

  private struct Queue {
    var jobs: [Job] = []
    var isClosed = false
  }

  private let limit: Int
  private let queue: Monitor<Queue>

  init(limit: Int = 16) {
    self.limit = limit
    let queue = Monitor(Queue())
    self.queue = queue
    _ = WorkerThread("send-batches") {
      while true {
        queue.wait(for: .seconds(60)) { !$0.jobs.isEmpty || $0.isClosed }
        let (jobs, isClosed) = queue.peek { queue in
          defer { queue.jobs = [] }
          return (queue.jobs, queue.isClosed)
        }
        for job in jobs { job() }
        if isClosed { return }
      }
    }
  }

  deinit { queue.change { $0.isClosed = true } }

  /// False where too much is waiting already.
  func take(_ job: @escaping Job) -> Bool {
    queue.change { queue in
      guard queue.jobs.count < limit else { return false }
      queue.jobs.append(job)
      return true
    }
  }
}
