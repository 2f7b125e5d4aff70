internal import Crypto
package import Domain
internal import Forms
internal import JSON
package import Time

/// Meta's app, for whose tokens it is asked.
package struct MetaApp: Hashable, Sendable {
  package let id: String
  private let secret: Secret

  package init(id: String, secret: Secret) {
    self.id = id
    self.secret = secret
  }

  /// What a token is: whether it counts, until when and for what.
  package func look(at token: Secret) -> ProviderRequest {
    get(
      "/debug_token",
      [("input_token", token.exposed), ("access_token", "\(id)|\(secret.exposed)")])
  }

  /// Another token in place of one that has not ended yet; that one goes on until its own end.
  package func exchange(_ token: Secret) -> ProviderRequest {
    get(
      "/oauth/access_token",
      [
        ("grant_type", "fb_exchange_token"), ("client_id", id), ("client_secret", secret.exposed),
        ("set_token_expires_in_60_days", "true"), ("fb_exchange_token", token.exposed),
      ])
  }

  /// The app's own token, which opens its subscriptions.
  var authorization: ProviderHeader {
    ProviderHeader("Authorization", "Bearer \(id)|\(secret.exposed)")
  }

  /// A token of a system user, by one of a system user who may make them.
  package func mint(for systemUser: String, by token: Secret, isEndless: Bool) -> ProviderRequest {
    let proof = hmac(.sha256, key: Array(secret.exposed.utf8), token.bytes)
    let pairs = [
      (name: "business_app", value: id),
      (
        name: "scope",
        value: "whatsapp_business_messaging,whatsapp_business_management,business_management"
      ),
      (name: "appsecret_proof", value: lowerHex(proof)),
      (name: "set_token_expires_in_60_days", value: isEndless ? "false" : "true"),
    ]
    let user = String(decoding: percentEncoded(systemUser), as: UTF8.self)
    return ProviderRequest(
      method: "POST", path: "/\(user)/access_tokens",
      headers: [
        ProviderHeader("Authorization", "Bearer \(token.exposed)"),
        ProviderHeader("Content-Type", "application/x-www-form-urlencoded"),
      ], body: FormPair.encoded(pairs))
  }

  var secretText: String { secret.exposed }

  private func get(_ path: String, _ pairs: [(name: String, value: String)]) -> ProviderRequest {
    let query = String(decoding: FormPair.encoded(pairs), as: UTF8.self)
    return ProviderRequest(method: "GET", path: "\(path)?\(query)", headers: [], body: [])
  }
}

package enum MetaTokenAnswer {
  /// What `debug_token` has told of it.
  package static func facts(
    _ answer: ProviderAnswer, at now: CalendarTime
  ) throws(LookupFailed) -> TokenFacts {
    guard answer.status == 200, let data = JSONValue(whole: answer.body)?["data"] else {
      throw LookupFailed(meta: answer)
    }
    var facts = TokenFacts()
    facts.checkedAt = now
    facts.isValid = data["is_valid"]?.bool ?? false
    // 0 is never.
    facts.expiresAt = data["expires_at"]?.integer.flatMap {
      $0 > 0 ? CalendarTime(seconds: $0) : nil
    }
    facts.issuedAt = data["issued_at"]?.integer.map { CalendarTime(seconds: $0) }
    facts.scopes = data["scopes"]?.items?.compactMap(\.string) ?? []
    return facts
  }

  package static func token(_ answer: ProviderAnswer) throws(LookupFailed) -> Secret {
    let root = JSONValue(whole: answer.body)
    guard answer.status == 200,
      let token = (root?["access_token"] ?? root?["business_token"])?.string, !token.isEmpty
    else { throw LookupFailed(meta: answer) }
    return Secret(token)
  }
}
