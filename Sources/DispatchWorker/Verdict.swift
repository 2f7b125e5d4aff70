internal import Domain
internal import HTTP
internal import SendStore
internal import Time

/// What an attempt's outcome leads to: what is recorded of the send, and what else has to happen because of
/// it. Knows no I/O.
struct Verdict: Hashable {
  var result: AttemptResult
  var effects: [Effect] = []

  /// Beyond the send itself.
  enum Effect: Hashable {
    case stopLane(Failure)
    case holdLane(until: Timestamp, String)
    case holdTemplate(String, until: Timestamp, String)
    case rest(until: Timestamp)
    case optOut(OptOut)
    case closeWindow(Timestamp)
    case alert(Failure)

    var isAboutPerson: Bool {
      switch self {
      case .rest, .optOut, .closeWindow: true
      case .stopLane, .holdLane, .holdTemplate, .alert: false
      }
    }
  }

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
      hold(holding, until: due, failure, facts)
    case .failed(let failure):
      result = .failed(failure)
      follow(failure, facts, at: now)
    case .stopLane(let failure) where facts.stopsAlone:
      result = .failed(failure)
    case .stopLane(let failure):
      result = .laneStopped(failure)
      effects.append(.stopLane(failure))
    case .inDoubt(let failure): result = .inDoubt(failure, nextLook: now + firstLook)
    }
  }

  private mutating func hold(
    _ holding: Outcome.Holding, until due: Timestamp, _ failure: Failure, _ facts: Facts
  ) {
    switch (holding, facts.template) {
    case (.send, _), (.template, nil): break
    case (.recipient, _): effects.append(.rest(until: due))
    case (.template, let name?):
      effects.append(.holdTemplate(name, until: due, failure.sentence))
    case (.lane, _): effects.append(.holdLane(until: due, failure.sentence))
    }
  }

  private mutating func follow(_ failure: Failure, _ facts: Facts, at now: Timestamp) {
    for advice in failure.advice {
      switch advice {
      case .optOut(let optOut): effects.append(.optOut(optOut))
      case .pauseTemplate:
        guard let name = facts.template else { continue }
        effects.append(
          .holdTemplate(name, until: now + Failure.templateRest, failure.sentence))
      case .rest(let span): effects.append(.rest(until: now + span))
      case .useTemplate:
        effects.append(.closeWindow(now))
        if facts.hasFallback { result = .retry(at: now, failure) }
      case .alert: effects.append(.alert(failure))
      // The waits and holds of the table say how; a probe is asked for by the lane that stopped.
      case .lowerRate, .probe: break
      }
    }
  }
}

extension Verdict {
  /// A check of ours said no.
  init(refused failure: Failure) { result = .failed(failure) }

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
