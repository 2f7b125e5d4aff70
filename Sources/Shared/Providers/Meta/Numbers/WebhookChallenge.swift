package import Domain
internal import Forms

/// Our own address asked as Meta asks it, to see whether it is we who answer.
package struct WebhookChallenge: Sendable {
  private let token: Secret
  private let word: String

  package init(_ token: Secret, word: String) {
    (self.token, self.word) = (token, word)
  }

  /// Its path has a secret in it, so it is not for a log.
  package var request: ProviderRequest {
    let query = FormPair.encoded([
      (name: "hub.mode", value: "subscribe"), (name: "hub.verify_token", value: token.exposed),
      (name: "hub.challenge", value: word),
    ])
    return ProviderRequest(
      method: "GET", path: "/api/whatsapp/webhook?\(String(decoding: query, as: UTF8.self))",
      headers: [], body: [])
  }

  package func judge(_ answer: ProviderAnswer) -> MetaStanding.Challenge {
    if answer.status == 200, answer.body == Array(word.utf8) { return .answered }
    return answer.status == 403 ? .wrongToken : .other(status: answer.status)
  }
}
