private import Platform

/// One answer that a thread waits for and another gives.
final class Outcome<Value: Sendable>: Sendable {
  private let given = Locked<Result<Value, LogError>?>(nil)
  private let gate = Gate()

  func settle(_ result: Result<Value, LogError>) {
    given.withLock { $0 = $0 ?? result }
    gate.open()
  }

  func get(within limit: Duration) throws(LogError) -> Value {
    guard gate.wait(for: limit), let result = given.withLock({ $0 }) else {
      throw .unreachable("no answer within \(limit)")
    }
    return try result.get()
  }
}
