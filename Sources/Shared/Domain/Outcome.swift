private import Time

/// What an attempt came to, as an instruction: what to do next can be read off it.
package enum Outcome: Hashable, Sendable {
  case accepted(ProviderID)
  /// Not sent; the same again after the wait.
  case retry(Wait, Holding, Failure)
  /// Never again for this send.
  case failed(Failure)
  /// Nothing on this lane can go until somebody or something changes; the send stays queued.
  case stopLane(Failure)
  /// It may have gone out.
  case inDoubt(Failure)

  /// Who has to wait with a send that is tried again.
  package enum Holding: String, Hashable, Sendable, CaseIterable {
    case send, recipient, template, lane
  }

  package enum Wait: Hashable, Sendable {
    case stated(Duration)
    case backoff(Backoff)
    /// Anywhere between the two, so that many do not come back together.
    case between(Duration, Duration)
  }
}

extension Outcome {
  /// Why it did not succeed.
  package var failure: Failure? {
    switch self {
    case .accepted: nil
    case .retry(_, _, let failure), .failed(let failure), .stopLane(let failure),
      .inDoubt(let failure):
      failure
    }
  }
}

/// Why an attempt did not succeed: the provider's code and words, and our sentence for it.
package struct Failure: Error, Hashable, Sendable {
  package let code: String
  package let sentence: String
  package let providerText: String?
  package let advice: [Advice]

  package init(
    code: String, sentence: String, providerText: String? = nil, advice: [Advice] = []
  ) {
    self.code = code
    self.sentence = sentence
    self.providerText = providerText
    self.advice = advice
  }

  /// How long a template rests whose sends would all fail alike, unless news comes that it is well again.
  package static let templateRest = Duration.seconds(24 * 3600)

  /// What the failure says beyond the send that met it.
  package enum Advice: Hashable, Sendable {
    /// The person does not want to get this any more.
    case optOut(OptOut)
    /// Every send of this template would fail alike.
    case pauseTemplate
    /// More would go through if fewer went at once.
    case lowerRate
    /// Somebody should look at it.
    case alert
    /// A stopped lane need not be probed sooner.
    case probe(after: Duration)
    /// This person should be left in peace as long.
    case rest(Duration)
    /// Refused because the 24-hour window is closed: a template would go through.
    case useTemplate
    /// No marketing to this person for a day at least.
    case restFromMarketing
  }
}

extension Outcome.Wait {
  package func span(
    failures: Int, using generator: inout some RandomNumberGenerator
  ) -> Duration {
    switch self {
    case .stated(let span): span
    case .backoff(let backoff): backoff.wait(failures: failures, using: &generator)
    case .between(let shortest, let longest):
      .microseconds(
        Int64.random(in: shortest.microseconds...longest.microseconds, using: &generator))
    }
  }
}
