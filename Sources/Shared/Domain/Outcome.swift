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
  package enum Holding: String, Hashable, Sendable { case send, recipient, template, lane }

  package enum Wait: Hashable, Sendable {
    case stated(Duration)
    case backoff(Backoff)
  }
}

/// Why an attempt did not succeed: the provider's code and words, and our sentence for it.
package struct Failure: Error, Hashable, Sendable {
  package let code: String
  package let sentence: String
  package let providerText: String?

  package init(code: String, sentence: String, providerText: String? = nil) {
    self.code = code
    self.sentence = sentence
    self.providerText = providerText
  }
}
