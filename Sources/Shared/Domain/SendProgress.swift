/// What is known of a send's way, and the rules by which news of it count. Every race is a row of a test
/// table here: news come twice, late, in any order, and about an earlier attempt.
package struct SendProgress: Hashable, Sendable {
  package private(set) var state: SendState
  /// The attempt that carries the send; while it is queued, the one to be made next.
  package private(set) var attempt: Int
  package private(set) var lastAttempt: Int
  /// Grows by one with every change of state: the order of a send's events.
  package private(set) var version: Int
  private var failed: AttemptSet
  private var provenOut: AttemptSet

  /// Attempts are kept as bits of one word.
  package static let attemptLimit = AttemptSet.limit

  package static let new = SendProgress(
    state: .queued, attempt: 1, lastAttempt: 1, version: 1, failed: [], provenOut: [])

  package init(
    state: SendState, attempt: Int, lastAttempt: Int, version: Int, failed: AttemptSet,
    provenOut: AttemptSet
  ) {
    self.state = state
    self.attempt = attempt
    self.lastAttempt = lastAttempt
    self.version = version
    self.failed = failed
    self.provenOut = provenOut
  }

  package var failedAttempts: AttemptSet { failed }
  package var provenAttempts: AttemptSet { provenOut }

  /// Takes one piece of news. True where the state changed.
  package mutating func apply(_ news: SendNews) -> Bool {
    switch news {
    case .claimed: return move(to: .sending, if: state == .queued)
    case .refusedAtGate(let number):
      return move(to: .queued, if: isSending(number) || isInDoubt(number))
    case .inDoubt(let number): return move(to: .inDoubt, if: isSending(number))
    case .wentOut(let number, let reached): return wentOut(number, reached.state)
    case .failed(let number, let end): return failed(number, end)
    case .notSent(let number): return isInDoubt(number) && tryAgain(orEndAs: .failed)
    case .givenUp(let number): return move(to: .failed, if: isInDoubt(number))
    case .refused: return move(to: .failed, if: state == .queued)
    case .expired: return move(to: .expired, if: state == .queued)
    case .canceled: return move(to: .canceled, if: state == .queued)
    case .restored: return move(to: .inDoubt, if: state.rank < SendState.accepted.rank)
    }
  }

  /// Something to be told of the send that moves it nowhere.
  package mutating func remark() { version += 1 }

  private mutating func wentOut(_ number: Int, _ reached: SendState) -> Bool {
    // A `sent` of an attempt that was reported failed is old news; that it arrived is not.
    let counts = !failed.contains(number) || reached.rank >= SendState.delivered.rank
    guard counts else { return false }
    provenOut.insert(number)
    lastAttempt = max(lastAttempt, number)
    guard reached.rank > state.rank else { return false }
    let repeatIsQueued = state == .queued && attempt != number
    if repeatIsQueued { failed.insert(attempt) }
    attempt = number
    return move(to: reached, if: true)
  }

  private mutating func failed(_ number: Int, _ end: FailureEnd) -> Bool {
    let isNews = !failed.contains(number)
    // A failure of an attempt that was not made yet is no news of ours.
    guard number < attempt || state != .queued else { return false }
    failed.insert(number)
    lastAttempt = max(lastAttempt, number)
    guard isNews, number == attempt, state.rank < SendState.failed.rank else { return false }
    if let carrier = provenOut.subtracting(failed).max {
      attempt = carrier
      return false
    }
    switch end {
    case .again(let limit, let otherwise): return tryAgain(limit: limit, orEndAs: otherwise)
    case .final(let end): return move(to: end, if: true)
    }
  }

  private mutating func tryAgain(
    limit: Int = attemptLimit, orEndAs end: SendState
  ) -> Bool {
    guard lastAttempt < min(limit, Self.attemptLimit) else { return move(to: end, if: true) }
    lastAttempt += 1
    attempt = lastAttempt
    return move(to: .queued, if: true)
  }

  private mutating func move(to next: SendState, if allowed: Bool) -> Bool {
    guard allowed, next != state else { return false }
    state = next
    version += 1
    return true
  }

  private func isSending(_ number: Int) -> Bool { state == .sending && attempt == number }
  private func isInDoubt(_ number: Int) -> Bool { state == .inDoubt && attempt == number }
}

/// Something learnt about a send. `attempt` says which try it is about.
package enum SendNews: Hashable, Sendable {
  case claimed
  case refusedAtGate(attempt: Int)
  case inDoubt(attempt: Int)
  /// Any proof that an attempt left us: the provider's answer, a listed match, a callback.
  case wentOut(attempt: Int, Reached)
  case failed(attempt: Int, FailureEnd)
  /// A doubt was decided: it did not go out, or may be repeated.
  case notSent(attempt: Int)
  /// A doubt was decided: nothing more is tried.
  case givenUp(attempt: Int)
  /// A check of ours said no before anything was tried.
  case refused
  case expired
  case canceled
  /// The store came back from a backup: what it says was never tried may have been.
  case restored

  package enum Reached: Hashable, Sendable, CaseIterable {
    case accepted, sent, delivered, read

    package var state: SendState {
      switch self {
      case .accepted: .accepted
      case .sent: .sent
      case .delivered: .delivered
      case .read: .read
      }
    }

    package init?(_ state: SendState) {
      switch state {
      case .accepted: self = .accepted
      case .sent: self = .sent
      case .delivered: self = .delivered
      case .read: self = .read
      case .queued, .sending, .inDoubt, .failed, .undelivered, .expired, .canceled: return nil
      }
    }
  }
}

/// What a failed attempt leads to.
package enum FailureEnd: Hashable, Sendable {
  /// Due again as the next attempt, while there are any left.
  case again(attempts: Int, otherwise: SendState)
  case final(SendState)
}

/// Numbers of attempts, from 1.
package struct AttemptSet: Hashable, Sendable, ExpressibleByArrayLiteral {
  package private(set) var bits: Int64

  package static let limit = 62

  package init(bits: Int64) { self.bits = bits }

  package init(arrayLiteral numbers: Int...) { self.init(numbers) }

  package init(_ numbers: [Int]) {
    bits = 0
    for number in numbers { insert(number) }
  }

  package func contains(_ number: Int) -> Bool { bits & Self.bit(number) != 0 }
  package mutating func insert(_ number: Int) { bits |= Self.bit(number) }
  package func subtracting(_ other: AttemptSet) -> AttemptSet {
    AttemptSet(bits: bits & ~other.bits)
  }

  package var max: Int? { bits == 0 ? nil : 63 - bits.leadingZeroBitCount }

  /// Numbers outside the range have no bit: they are in no set and change none.
  private static func bit(_ number: Int) -> Int64 {
    (1...limit).contains(number) ? 1 << Int64(number) : 0
  }
}
