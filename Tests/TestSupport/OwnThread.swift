internal import Platform

/// Runs a test that blocks on a thread of its own, so that it holds up no other test.
package func onOwnThread(_ body: @escaping @Sendable () throws -> Void) async throws {
  try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
    _ = WorkerThread("test") { done.resume(with: Result { try body() }) }
  }
}
