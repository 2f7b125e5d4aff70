package import Domain
package import Providers
package import Settings
package import Time

/// Asks about tokens of an app, by whatever asks.
package struct TokenProof {
  package typealias Ask = (ProviderRequest, WebAddress) throws -> ProviderAnswer

  private let app: MetaApp
  private let sender: SenderSettings
  private let ask: Ask

  package struct Failed: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
  }

  /// nil where the sender's app is not known by its number and secret.
  package init?(_ sender: SenderSettings, ask: @escaping Ask) {
    guard case .meta(let own) = sender.credentials, let id = own.appId,
      let secret = own.appSecrets.first
    else { return nil }
    app = MetaApp(id: id, secret: secret)
    self.sender = sender
    self.ask = ask
  }

  package func inspect(_ token: Secret, at now: CalendarTime) throws -> TokenFacts {
    try MetaTokenAnswer.facts(try ask(app.look(at: token), sender.baseURL), at: now)
  }

  /// A new token counts, and sees the number as the old one did.
  package func prove(_ token: Secret, at now: CalendarTime) throws -> TokenFacts {
    let facts = try inspect(token, at: now)
    guard facts.isValid == true else { throw Failed("the new token does not count") }
    let changed = sender.with(RuntimeSecret(token: token))
    guard case .meta(let own) = changed.credentials else { return facts }
    let answer = try ask(MetaRequest.health(of: own.sender), sender.baseURL)
    guard answer.status == 200 else {
      throw Failed(
        "the new token does not reach the number: \(changed.health(in: answer).sentence)")
    }
    return facts
  }

  /// Another token in place of one that has not ended.
  package func exchange(_ token: Secret) throws -> Secret {
    try MetaTokenAnswer.token(try ask(app.exchange(token), sender.baseURL))
  }

  /// A token of a system user, by one of a system user who may make them.
  package func mint(
    for systemUser: String, by token: Secret, isEndless: Bool
  ) throws -> Secret {
    let request = app.mint(for: systemUser, by: token, isEndless: isEndless)
    return try MetaTokenAnswer.token(try ask(request, sender.baseURL))
  }

  /// Gives a token up, by one that counts.
  package func revoke(_ token: Secret, by other: Secret) throws {
    try MetaAnswer.success(try ask(app.revoke(token, by: other), sender.baseURL))
  }
}
