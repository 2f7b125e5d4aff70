/// What a failure means beyond the send that met it, in whatever way we hear of it. It comes about in the
/// transaction that moves the send, once for each failed attempt.
package enum Consequence: Hashable, Sendable {
  /// Nothing goes on the sender's lane until somebody or something changes.
  case stopLane(because: String)
  case hold(Holding, for: Duration, because: String)
  case optOut(OptOut)
  /// Free text does not reach this person now.
  case closeWindow
  /// Marketing does not reach this person for a day, and longer each time that it is told again.
  case restFromMarketing

  package enum Holding: String, Hashable, Sendable { case recipient, template, lane }
}

extension Consequence {
  /// Whether it writes a lane's row.
  package var touchesLane: Bool {
    switch self {
    case .stopLane, .hold(.lane, _, _), .hold(.template, _, _): true
    case .hold(.recipient, _, _), .optOut, .closeWindow, .restFromMarketing: false
    }
  }

  package var stopsLane: Bool {
    if case .stopLane = self { true } else { false }
  }

  package var holdsTemplate: Bool {
    if case .hold(.template, _, _) = self { true } else { false }
  }
}

extension Consequence.Holding {
  /// nil where only the send itself has to wait.
  package init?(_ holding: Outcome.Holding) {
    switch holding {
    case .send: return nil
    case .recipient: self = .recipient
    case .template: self = .template
    case .lane: self = .lane
    }
  }
}

extension Failure {
  /// What is to be done about it wherever it is met.
  package var consequences: [Consequence] {
    advice.compactMap { advice in
      switch advice {
      case .optOut(let optOut): .optOut(optOut)
      case .pauseTemplate: .hold(.template, for: Self.templateRest, because: sentence)
      case .rest(let span): .hold(.recipient, for: span, because: sentence)
      case .useTemplate: .closeWindow
      case .restFromMarketing: .restFromMarketing
      case .lowerRate, .alert, .probe: nil
      }
    }
  }
}
