internal import Domain
internal import Platform
internal import SendStore
internal import Store
internal import Time

/// Further attempts that are claimed and have not passed the gate. Proof that an earlier attempt went out may
/// come meanwhile: then they must not go.
final class Repeats: Sendable {
  private struct Waiting {
    let attempt: Int
    let since: RunningTime
    var isWithdrawn = false
  }

  private let waiting = Locked<[SendKey: Waiting]>([:])

  func add(_ send: ClaimedSend) {
    guard send.attempt > 1 else { return }
    let waiting = Waiting(attempt: send.attempt, since: .now)
    self.waiting.withLock { $0[send.key] = waiting }
  }

  /// Asked once, at the gate: whether it may go.
  func pass(_ send: ClaimedSend) -> Bool {
    guard send.attempt > 1 else { return true }
    return waiting.withLock { $0.removeValue(forKey: send.key) }.map { !$0.isWithdrawn } ?? true
  }

  /// Also where the gate was never asked.
  func forget(_ send: ClaimedSend) {
    guard send.attempt > 1 else { return }
    waiting.withLock { $0[send.key] = nil }
  }

  /// Most pass within milliseconds; only those that wait are worth a question.
  func withdraw(in store: SendStore) throws(StoreError) {
    let now = RunningTime.now
    let old = waiting.withLock { waiting in
      waiting.filter { now - $1.since > .milliseconds(50) && !$1.isWithdrawn }.mapValues(\.attempt)
    }
    guard !old.isEmpty else { return }
    let sending = try store.attemptsUnderWay(Array(old.keys))
    waiting.withLock { waiting in
      for (key, attempt) in old where sending[key] != attempt {
        waiting[key]?.isWithdrawn = true
      }
    }
  }
}
