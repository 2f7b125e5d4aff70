internal import Domain
package import HTTP
internal import JSON
package import Providers
package import Settings

/// What a provider says of a sender when it is asked.
package struct SenderHealth: Sendable {
  package let isHealthy: Bool
  package let sentence: String
}

extension SenderSettings {
  /// Asks for what costs nothing and needs the sender's credentials.
  package var healthCall: HTTPCall {
    switch credentials {
    case .meta(let own): HTTPCall(MetaRequest.health(of: own.sender), under: baseURL)
    case .twilio(let own): HTTPCall(TwilioRequest.health(account: own.account), under: baseURL)
    }
  }

  package func health(in answer: HTTPAnswerReceived) -> SenderHealth {
    health(in: ProviderAnswer(answer))
  }

  package func health(in answer: ProviderAnswer) -> SenderHealth {
    let root = JSONValue(whole: answer.body)
    guard answer.status == 200, let root else {
      return SenderHealth(isHealthy: false, sentence: refusal(answer))
    }
    return switch sender.channel.provider {
    case .twilio: Self.twilio(root)
    case .meta:
      MetaHealth(root["health_status"]).map {
        SenderHealth(isHealthy: $0.verdict != .blocked, sentence: $0.sentence)
      } ?? SenderHealth(isHealthy: true, sentence: "nothing is said of its health")
    }
  }

  private func refusal(_ answer: ProviderAnswer) -> String {
    let outcome =
      switch sender.channel.provider {
      case .twilio: TwilioAnswer.read(answer, attempt: 1).outcome
      case .meta: MetaAnswer.read(answer, attempt: 1).outcome
      }
    return switch outcome {
    case .retry(_, _, let failure), .failed(let failure), .stopLane(let failure),
      .inDoubt(let failure):
      ["\(failure.code): \(failure.sentence)", failure.providerText].compactMap(\.self)
        .joined(separator: " ")
    case .accepted: "the answer has status \(answer.status) and is not understood"
    }
  }

  private static func twilio(_ root: JSONValue) -> SenderHealth {
    // What an API key may see.
    if root["messages"]?.items != nil {
      return SenderHealth(isHealthy: true, sentence: "the account lists messages to the API key")
    }
    let status = root["status"]?.string ?? "active"
    let name = root["friendly_name"]?.string.map { "account \"\($0)\"" } ?? "the account"
    let isTrial = root["type"]?.string == "Trial"
    return SenderHealth(
      isHealthy: status == "active",
      sentence: "\(name) is \(status)\(isTrial ? ", a trial: only verified numbers" : "")")
  }
}
