package import Domain

/// What the code in a callback that reports a failure leads to.
package enum CallbackVerdict: Hashable, Sendable {
  case final(Failure)
  case again(Outcome.Wait, Outcome.Holding, Failure)
  /// The send is due again, when the lane goes on.
  case stopLane(Failure)

  package var failure: Failure {
    switch self {
    case .final(let failure), .again(_, _, let failure), .stopLane(let failure): failure
    }
  }
}

extension Failure {
  package var optOut: OptOut? {
    for case .optOut(let optOut) in advice { return optOut }
    return nil
  }
}

extension ErrorTable {
  /// `attempts`: how many of the send have failed, this one among them. A doubt that comes by callback is
  /// final: nothing that may have arrived is repeated by itself.
  package func verdict(
    _ provider: Provider, code: Int?, text: String? = nil, attempts: Int
  ) -> CallbackVerdict {
    guard let code else {
      return .final(
        Failure(
          code: "none", sentence: "The provider reports a failure without a reason.",
          providerText: text))
    }
    guard let row = row(provider, code) else { return unknown(provider, code, text, attempts) }
    let failure = row.failure(text, code: String(code))
    switch row.errorClass {
    case .recipient, .message, .doubt, .ok: return .final(failure)
    case .stop: return .stopLane(failure)
    case .retry, .later:
      switch row.wait?.next(attempt: attempts) {
      case .wait(let wait)?: return .again(wait, row.holding, failure)
      case .stop?: return .stopLane(failure)
      case .fail?, nil: return .final(failure)
      }
    }
  }

  private func unknown(
    _ provider: Provider, _ code: Int, _ text: String?, _ attempts: Int
  ) -> CallbackVerdict {
    let family = provider == .twilio ? code / 1000 : 0
    let failure = Failure(
      code: String(code),
      sentence: "The provider reports a failure for a reason that we do not know.",
      providerText: text, advice: family == 63 ? [.alert] : [])
    return family == 30 && attempts <= 1
      ? .again(.stated(Self.unknownCarrierWait), .send, failure) : .final(failure)
  }

  static let unknownCarrierWait = Duration.seconds(600)
}
