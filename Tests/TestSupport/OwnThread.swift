internal import Foundation
internal import Platform

/// Runs a test that blocks on a thread of its own, so that it holds up no other test. It stays the test's own
/// task, so what it expects in vain is told of that test.
package func onOwnThread(_ body: @escaping @Sendable () throws -> Void) async throws {
  try await withTaskExecutorPreference(ThreadExecutor()) { try await run(body) }
}

/// Where the preference of the task counts.
@concurrent
private func run(_ body: @Sendable () throws -> Void) async throws { try body() }

/// The same for tests that drive a whole pipeline: a few at a time. They wait for most of their time, so there may be
/// more of them than the machine has cores; too many would leave none of them enough of the machine.
package func inTurn(_ body: @escaping @Sendable () throws -> Void)
  async throws
{
  try await onOwnThread {
    takeTurn()
    defer { turns.change { $0 += 1 } }
    try body()
  }
}

/// A new thread for each piece of work, so that none waits for one that blocks.
private final class ThreadExecutor: TaskExecutor {
  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    _ = WorkerThread("test") { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

private let turns = Monitor(min(16, 2 + 2 * ProcessInfo.processInfo.activeProcessorCount))

private func takeTurn() {
  while true {
    turns.wait(for: .seconds(60)) { $0 > 0 }
    let isMine = turns.peek { free in
      guard free > 0 else { return false }
      free -= 1
      return true
    }
    if isMine { return }
  }
}
