internal import Domain
package import HTTP
internal import JSON
internal import Providers
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
    let root = JSONValue(whole: answer.body)
    guard answer.status == 200, let root else {
      return SenderHealth(isHealthy: false, sentence: refusal(ProviderAnswer(answer)))
    }
    return switch sender.channel.provider {
    case .twilio: Self.twilio(root)
    case .meta: Self.meta(root)
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

  /// The worst of the entities: what stands above them is BLOCKED also where only calls by SIP are.
  private static func meta(_ root: JSONValue) -> SenderHealth {
    let health = root["health_status"]
    let entities = (health?["entities"]?.items ?? []).filter {
      $0["entity_type"]?.string != "MESSAGE_TEMPLATE"
    }
    let words = entities.compactMap { $0["can_send_message"]?.string }
    let whole = words.isEmpty ? health?["can_send_message"]?.string : nil
    let verdict =
      ["BLOCKED", "LIMITED"].first { word in words.contains(word) || whole == word } ?? "AVAILABLE"
    let calls = entities.contains { $0["can_receive_call_sip"]?.string == "BLOCKED" }
    let stopping = entities.filter { $0["can_send_message"]?.string != "AVAILABLE" }
    let reasons = stopping.flatMap { $0["errors"]?.items ?? [] }.map { error in
      [error["error_description"]?.string, error["possible_solution"]?.string].compactMap(\.self)
        .joined(separator: ": ")
    }
    return SenderHealth(
      isHealthy: verdict != "BLOCKED",
      sentence: "can_send_message is \(verdict)"
        + (calls ? ", can_receive_call_sip is BLOCKED" : "")
        + (reasons.isEmpty ? "" : " (\(Set(reasons).sorted().joined(separator: "; ")))"))
  }
}
