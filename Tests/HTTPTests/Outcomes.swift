import HTTP
import Platform

/// Completions of calls, as they come.
final class Outcomes: Sendable {
  private let expected: Int
  private let list = Locked<[HTTPOutcome]>([])
  private let complete = Gate()

  init(expecting count: Int) { expected = count }

  func add(_ outcome: HTTPOutcome) {
    let count = list.withLock {
      $0.append(outcome)
      return $0.count
    }
    if count == expected { complete.open() }
  }

  /// What has come within twenty seconds.
  func wait() -> [HTTPOutcome] {
    _ = complete.wait(for: .seconds(60))
    return now
  }

  var now: [HTTPOutcome] { list.withLock { $0 } }
}

extension HTTPClient {
  /// The outcome of one call; nil when it takes more than twenty seconds.
  func outcome(of call: HTTPCall) -> HTTPOutcome? {
    let outcomes = Outcomes(expecting: 1)
    send(call) { outcomes.add($0) }
    return outcomes.wait().first
  }
}

extension HTTPOutcome {
  var status: Int? {
    if case .answered(let answer) = self { answer.status } else { nil }
  }

  var notSentReason: NotSentReason? {
    if case .notSent(let reason) = self { reason } else { nil }
  }

  var unknownReason: UnknownReason? {
    if case .unknown(let reason, _) = self { reason } else { nil }
  }
}

func post(to port: UInt16, _ body: String = "a=b") -> HTTPCall {
  HTTPCall(method: "POST", url: "http://127.0.0.1:\(port)/x", body: Array(body.utf8))
}
