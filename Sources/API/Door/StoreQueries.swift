internal import Running
internal import Telemetry
internal import HTTP
internal import Platform
internal import SendStore

/// Threads for requests that ask the store: its answers may take a while, and webhooks must not wait for
/// them.
final class StoreQueries: Sendable {
  private typealias Job = @Sendable (SendStore) -> Void

  private struct Queue {
    var jobs: [Job] = []
    var isClosed = false
  }

  private let slot: StoreSlot
  private let log: Log
  private let limit: Int
  private let queue: Monitor<Queue>

  init(_ slot: StoreSlot, log: Log, threads: Int = 2, limit: Int = 256) {
    self.slot = slot
    self.log = log
    self.limit = limit
    let queue = Monitor(Queue())
    self.queue = queue
    for number in 1...threads {
      _ = WorkerThread("queries-\(number)") {
        while let job = Self.next(of: queue) {
          // Only what found the store open was put here.
          slot.opened.map(job)
        }
      }
    }
  }

  deinit { queue.change { $0.isClosed = true } }

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

  /// Answers by what the body makes of the store; 503 where the store or a thread cannot be had.
  func answer(
    _ responder: HTTPResponder, _ body: @escaping @Sendable (SendStore) throws -> HTTPAnswer
  ) {
    guard slot.opened != nil else { return responder.answer(.noStore) }
    let log = log
    let job: Job = { store in
      do { responder.answer(try body(store)) } catch let refused as Refused {
        responder.answer(refused.answer)
      } catch {
        log.warning("a query could not be answered", ["reason": "\(error)"])
        responder.answer(.noStore)
      }
    }
    let isTaken = queue.change { queue in
      guard queue.jobs.count < limit else { return false }
      queue.jobs.append(job)
      return true
    }
    if !isTaken { responder.answer(.noStore) }
  }

  /// A query that has another answer than the one asked for.
  struct Refused: Error { let answer: HTTPAnswer }
}
