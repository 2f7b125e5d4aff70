/// What Meta does with a message that it took and does not send yet. It is a mark of `accepted` and no state of its own,
/// so that a worker of an earlier version meets nothing new: neither success nor failure. `sent` and what comes after
/// it end it, and so does a failure, by which Meta says that it has dropped the message.
package enum ProviderHold: String, Hashable, Sendable, CaseIterable {
  /// Until Meta knows how people take the template.
  case qualityAssessment = "held_for_quality_assessment"
  /// Until the template's pause is over.
  case paused

  /// Of the change to `accepted` that has the mark.
  package static let code = "held"

  package var sentence: String {
    switch self {
    case .qualityAssessment:
      "Meta holds it until it knows how people take the template: then it sends it, or drops it."
    case .paused: "Meta holds it while the template is paused."
    }
  }
}

extension Failure {
  /// Of a message that its provider took and did not send. It is not tried again by itself: the next one would be held
  /// as well, and the template may never come back.
  package var asDropped: Failure {
    Failure(
      code: code,
      sentence: "Meta took it, held it and dropped it without sending it. \(sentence)",
      providerText: providerText, advice: advice)
  }
}
