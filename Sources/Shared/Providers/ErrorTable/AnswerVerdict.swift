package import Domain

/// What is known of an answer that refused a message.
package struct RefusedAnswer: Hashable, Sendable {
  package var provider: Provider
  package var status: Int
  /// The body's code: it decides, and not the status.
  package var code: Int?
  package var text: String?
  /// What the provider itself says of when to come back.
  package var statedWait: Duration?
  /// The number of the attempt that it answers, from 1.
  package var attempt: Int

  package init(
    _ provider: Provider, status: Int, code: Int? = nil, text: String? = nil,
    statedWait: Duration? = nil, attempt: Int
  ) {
    self.provider = provider
    self.status = status
    self.code = code
    self.text = text
    self.statedWait = statedWait
    self.attempt = attempt
  }
}

extension ErrorTable {
  package func outcome(_ answer: RefusedAnswer) -> Outcome {
    guard let code = answer.code, let row = row(answer.provider, code) else {
      return unknown(answer)
    }
    let failure = row.failure(answer.text, code: String(code))
    let isServerFault = (500...599).contains(answer.status)
    if isServerFault, row.isDoubtIn5xx { return .inDoubt(failure) }
    switch row.errorClass {
    case .retry, .later: return again(row, failure, answer)
    case .recipient, .message, .ok: return .failed(failure)
    case .stop: return .stopLane(failure)
    case .doubt: return .inDoubt(failure)
    }
  }

  /// The request went out and nothing readable came back.
  package func noAnswer(_ provider: Provider, because text: String? = nil) -> Outcome {
    .inDoubt(
      named(provider, "network")?.failure(text)
        ?? Failure(code: "network", sentence: "There was no answer.", providerText: text))
  }

  private func again(
    _ row: ErrorRow, _ failure: Failure, _ answer: RefusedAnswer
  ) -> Outcome {
    switch row.wait?.next(attempt: answer.attempt) {
    case .wait(let wait)?:
      return .retry(answer.statedWait.map(Outcome.Wait.stated) ?? wait, row.holding, failure)
    case .stop?: return .stopLane(failure)
    case .fail?, nil: return .failed(failure)
    }
  }

  private func unknown(_ answer: RefusedAnswer) -> Outcome {
    let code = answer.code.map(String.init) ?? "http-\(answer.status)"
    func failure(_ sentence: String, _ advice: [Failure.Advice] = []) -> Failure {
      Failure(code: code, sentence: sentence, providerText: answer.text, advice: advice)
    }
    switch answer.status {
    case 500...599:
      let row = named(answer.provider, "5xx")
      return .inDoubt(row?.failure(answer.text, code: code) ?? failure("The provider failed."))
    case 429:
      let wait = answer.statedWait ?? .seconds(60)
      return .retry(
        .stated(wait), .lane,
        failure("The provider takes no more requests for the moment.", [.lowerRate]))
    case 401, 403: return .stopLane(failure("The provider does not let this sender in."))
    // Without a code the provider's service itself never saw the message.
    case ..<200 where answer.code == nil, 300...399 where answer.code == nil,
      404 where answer.code == nil, 405 where answer.code == nil, 407 where answer.code == nil:
      return .stopLane(failure("There is no such service at the sender's base URL."))
    case 408: return .inDoubt(failure("The provider gave up waiting for the request."))
    case 200...299:
      return .inDoubt(failure("The provider's answer does not say what became of the message."))
    default: return refused(answer, failure)
    }
  }

  /// A carrier's trouble that nobody has described yet may be of the passing kind, once.
  private func refused(
    _ answer: RefusedAnswer, _ failure: (String, [Failure.Advice]) -> Failure
  ) -> Outcome {
    let sentence = "The provider refused the message for a reason that we do not know."
    let family = answer.provider == .twilio ? (answer.code ?? 0) / 1000 : 0
    if family == 30, answer.attempt <= 1 {
      return .retry(.stated(Self.unknownCarrierWait), .send, failure(sentence, []))
    }
    return .failed(failure(sentence, family == 63 ? [.alert] : []))
  }
}
