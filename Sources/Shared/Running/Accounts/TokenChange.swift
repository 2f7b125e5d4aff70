package import Domain
package import SendStore
package import Settings
package import Store

/// A token that somebody puts in for a sender, and for all that have the same one.
package struct TokenChange: Sendable {
  private let id: CredentialsID
  private let sealed: [UInt8]

  /// nil without a key to seal it with. What is in use until now still checks signatures.
  package init?(_ sender: SenderSettings, token: Secret, seal: SecretSeal) {
    let previous: Secret? =
      switch sender.credentials {
      case .meta(let own): own.accessToken
      case .twilio(let own): own.authTokens.first
      }
    let secret = RuntimeSecret(token: token, previous: previous == token ? nil : previous)
    guard let sealed = seal.seal(secret, for: sender.credentialsID) else { return nil }
    id = sender.credentialsID
    self.sealed = sealed
  }

  /// What was known of the one before is forgotten: the new one is looked at next.
  package func write(to store: SendStore) throws(StoreError) {
    var facts = TokenFacts()
    facts.source = .hand
    while true {
      let kept = try store.credentials().first { $0.owner == id.description }
      var changed = kept ?? StoredCredentials(owner: id.description, facts: [])
      (changed.sealed, changed.facts) = (sealed, facts.json)
      if try store.save(changed) { return }
    }
  }
}
