internal import Platform

/// Runs a test that blocks on a thread of its own, so that it holds up no other test.
package func onOwnThread(_ body: @escaping @Sendable () throws -> Void) async throws {
  try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
    _ = WorkerThread("test") { done.resume(with: Result { try body() }) }
  }
}

/// The same for tests that drive a whole pipeline and judge it by the clock: a few at a time.
package func inTurn(_ body: @escaping @Sendable () throws -> Void) async throws {
  try await onOwnThread {
    takeTurn()
    defer { turns.change { $0 += 1 } }
    try body()
  }
}

private let turns = Monitor(3)

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
