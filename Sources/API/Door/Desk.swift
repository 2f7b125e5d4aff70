internal import Platform

/// Threads for requests that take a while, with what these need at hand, and a bound to those that wait.
final class Desk: Sendable {
  typealias Job = @Sendable () -> Void

  private struct Queue {
    var jobs: [Job] = []
    var isClosed = false
  }

  private let limit: Int
  private let queue: Monitor<Queue>

  init(_ name: String, threads: Int, limit: Int) {
    self.limit = limit
    let queue = Monitor(Queue())
    self.queue = queue
    for number in 1...threads {
      _ = WorkerThread("\(name)-\(number)") {
        while let job = Self.next(of: queue) { job() }
      }
    }
  }

  deinit { close() }

  /// What waits is still done.
  func close() { queue.change { $0.isClosed = true } }

  private static func next(of queue: Monitor<Queue>) -> Job? {
    while true {
      queue.wait(for: .seconds(60)) { !$0.jobs.isEmpty || $0.isClosed }
      let (job, isClosed) = queue.peek { queue in
        (queue.jobs.isEmpty ? nil : queue.jobs.removeFirst(), queue.isClosed)
      }
      if let job { return job }
      if isClosed { return nil }
    }
  }

  /// False where too many wait already, or it is closed.
  func take(_ job: @escaping Job) -> Bool {
    queue.change { queue in
      guard !queue.isClosed, queue.jobs.count < limit else { return false }
      queue.jobs.append(job)
      return true
    }
  }
}
