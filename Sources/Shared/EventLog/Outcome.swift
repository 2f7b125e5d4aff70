private import Platform

/// What came of a call to the log, for the thread that waits for it.
final class Outcome<Value: Sendable>: Sendable {
  private let answer = Answer<Result<Value, LogError>>()

  func settle(_ result: Result<Value, LogError>) { answer.give(result) }

  func get(within limit: Duration) throws(LogError) -> Value {
    guard let result = answer.wait(for: limit) else {
      throw .unreachable("no answer within \(limit)")
    }
    return try result.get()
  }
}
