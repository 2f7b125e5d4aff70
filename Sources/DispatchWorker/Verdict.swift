internal import Domain
internal import HTTP
internal import SendStore
internal import Time

/// What an attempt's outcome leads to: what is recorded of the send, and what follows from it for others. Knows no
/// I/O.
struct Verdict: Hashable {
  var result: AttemptResult
  var consequences: [Consequence] = []
  /// What a person should look at.
  var alerts: [Failure] = []

  /// Whatever it says of the message, the provider takes messages from this sender.
  var showsThatLaneWorks: Bool {
    switch result {
    case .accepted, .retry, .failed: true
    case .laneStopped, .refusedAtGate, .inDoubt, .notSent, .wentOut, .givenUp: false
    }
  }

  /// What was sent, as far as it matters to what follows.
  struct Facts: Hashable {
    var attempt: Int
    var template: String?
    var hasFallback = false
    /// It stopped its lane before, and others have passed since.
    var stopsAlone = false
  }

  init(
    _ outcome: Outcome, _ facts: Facts, at now: Timestamp, firstLook: Duration,
    using generator: inout some RandomNumberGenerator
  ) {
    switch outcome {
    case .accepted(let id): result = .accepted(id)
    case .retry(let wait, let holding, let failure):
      let due = now + wait.span(failures: facts.attempt, using: &generator)
      result = .retry(at: due, failure)
      let holding = Consequence.Holding(holding).map {
        Consequence.hold($0, for: due - now, because: failure.sentence)
      }
      consequences = [holding].compactMap(\.self).filter { facts.allow($0) }
    case .failed(let failure):
      result = .failed(failure)
      follow(failure, facts, at: now)
    case .stopLane(let failure) where facts.stopsAlone:
      result = .failed(failure)
    case .stopLane(let failure):
      result = .laneStopped(failure)
      consequences = [.stopLane(because: failure.sentence)]
    case .inDoubt(let failure): result = .inDoubt(failure, nextLook: now + firstLook)
    }
  }

  private mutating func follow(_ failure: Failure, _ facts: Facts, at now: Timestamp) {
    consequences = failure.consequences.filter { facts.allow($0) }
    if failure.advice.contains(.alert) { alerts = [failure] }
    if failure.advice.contains(.useTemplate), facts.hasFallback {
      result = .retry(at: now, failure)
    }
  }
}

extension Verdict.Facts {
  /// Without a template there is none to hold.
  fileprivate func allow(_ consequence: Consequence) -> Bool {
    template != nil || !consequence.holdsTemplate
  }
}

extension Verdict {
  /// A check of ours said no.
  init(refused failure: Failure) { result = .failed(failure) }

  /// Nothing was tried, for nothing that the provider or the send can help.
  init(waiting pause: Duration, at now: Timestamp) { result = .refusedAtGate(due: now + pause) }

  /// Nothing reached the provider, so nothing counts as tried. A host that cannot be reached is left alone
  /// for a moment; its circuit breaker does the rest.
  init(notSent reason: NotSentReason, at now: Timestamp) {
    let pause: Duration = reason.hostFailure == nil ? .zero : .seconds(1)
    result = .refusedAtGate(due: now + pause)
  }
}

extension Failure {
  /// The address and the credentials are the sender's, so its other sends would fare no better.
  static let unsendable = Failure(
    code: "unsendable",
    sentence:
      "The request cannot be written: baseURL, an id or a credential of the sender has a character that "
      + "no request may have.")
}
