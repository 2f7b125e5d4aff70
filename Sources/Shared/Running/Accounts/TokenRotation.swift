package import Domain
internal import Platform
package import Providers
package import SendStore
package import Settings
internal import Store
internal import Time

/// Another auth token for an account of Twilio's, in steps of which each may be done again after a crash: what a step is
/// about to do stands in the store before it is done.
///
///     nothing ──▶ making ──ask for a second token──▶ promoting ──make it the first──▶ nothing
///                                                    both check signatures            the former still does
///
/// Whoever is killed in between is followed by anybody who goes on from the store.
package final class TokenRotation {
  package enum Step: Sendable {
    /// It is written that a second token is being made.
    case begun
    /// A second token is kept. Every process knows it within a second.
    case kept
    /// It is the first one now, and in use.
    case done
  }

  package struct Failed: Error, CustomStringConvertible {
    package let description: String
    /// What Twilio refused, where it was that.
    package var lookup: LookupFailed?
  }

  package typealias Ask = (ProviderRequest, TwilioHost) throws -> ProviderAnswer

  private let sender: SenderSettings
  private let account: AccountID
  private let current: Secret
  private let store: SendStore
  private let seal: SecretSeal
  private let ask: Ask
  /// Told of every secret before anything can quote it.
  private let keepOut: (Secret) -> Void
  /// False until this one has written that it begins.
  private var hasBegun = false

  /// nil where the sender is not Twilio's, or nothing secret can be kept.
  package init?(
    _ sender: SenderSettings, _ store: SendStore, _ seal: SecretSeal,
    keepOut: @escaping (Secret) -> Void, ask: @escaping Ask
  ) {
    guard case .twilio(let own) = sender.credentials, let token = own.authTokens.first, seal.hasKey
    else { return nil }
    (self.sender, self.store, self.seal, self.ask) = (sender, store, seal, ask)
    self.keepOut = keepOut
    account = AccountID(own.accountSid)
    current = token
  }

  /// Does what comes next, by what the store says.
  package func step() throws -> Step {
    let id = sender.credentialsID
    let kept = try store.credentials().first { $0.owner == id.description }
    let row = kept ?? StoredCredentials(owner: id.description, facts: [])
    let facts = TokenFacts(json: row.facts)
    var secret = RuntimeSecret(token: current)
    if let sealed = row.sealed {
      guard let opened = seal.open(sealed, for: id) else {
        throw Failed(description: "what the store has of the token is not opened by secretsKey")
      }
      secret = opened
    }
    switch facts.rotation {
    case nil:
      try save(row, facts.with(.making), row.sealed)
      hasBegun = true
      return .begun
    case .making: return try make(row, facts, secret)
    case .promoting: return try promote(row, facts, secret)
    }
  }

  /// Through to the end; `settle` is called where all processes have to hear of the second token.
  package func run(_ settle: () -> Void) throws {
    while true {
      switch try step() {
      case .begun: continue
      case .kept: settle()
      case .done: return
      }
    }
  }

  private func make(
    _ row: StoredCredentials, _ facts: TokenFacts, _ secret: RuntimeSecret
  ) throws -> Step {
    let owner = TwilioAccount(sid: account, authToken: secret.token)
    let second: Secret
    do {
      if !hasBegun {
        // One that was made before a crash is known to nobody.
        let answer = try ask(TwilioPlatform.dropSecondary(account: owner), .accounts)
        if answer.status != 404 { try told { try TwilioDone.check(answer) } }
      }
      let answer = try ask(TwilioPlatform.makeSecondary(account: owner), .accounts)
      second = try told { try TwilioDone.token(answer) }
    } catch let failed as Failed {
      try save(row, facts.with(nil), row.sealed)
      throw failed
    }
    keepOut(second)
    let both = RuntimeSecret(token: secret.token, previous: second)
    try save(row, facts.with(.promoting), seal.seal(both, for: sender.credentialsID))
    return .kept
  }

  /// The new token asks: it may do so before and after, where the former may be nothing any more.
  private func promote(
    _ row: StoredCredentials, _ facts: TokenFacts, _ secret: RuntimeSecret
  ) throws -> Step {
    guard let second = secret.previous else {
      try save(row, facts.with(nil), row.sealed)
      throw Failed(description: "the second token is not there any more; begin again")
    }
    keepOut(second)
    let answer = try ask(
      TwilioPlatform.promote(account: TwilioAccount(sid: account, authToken: second)), .accounts)
    if answer.status == 401 {
      // Neither counts while the account is suspended, and one of them will again.
      let owner = TwilioAccount(sid: account, authToken: secret.token)
      guard try ask(TwilioRequest.health(account: owner), .api).status == 200 else {
        throw Failed(
          description: "Twilio takes neither of the tokens at the moment; both are kept, try again")
      }
      let former = RuntimeSecret(token: secret.token)
      try save(row, facts.with(nil), seal.seal(former, for: sender.credentialsID))
      throw Failed(
        description: "somebody has given the second token up meanwhile; the former stays in use")
    }
    // Nothing is left to be promoted where that was done before a crash.
    if answer.status != 404 { try told { try TwilioDone.check(answer) } }
    var fresh = TokenFacts()
    (fresh.source, fresh.isValid) = (.rotation, true)
    (fresh.checkedAt, fresh.issuedAt) = (.now, .now)
    let now = RuntimeSecret(token: second, previous: secret.token)
    try save(row, fresh, seal.seal(now, for: sender.credentialsID))
    return .done
  }

  private func save(_ row: StoredCredentials, _ facts: TokenFacts, _ sealed: [UInt8]?) throws {
    var changed = row
    (changed.facts, changed.sealed) = (facts.json, sealed)
    guard try store.save(changed) else {
      throw Failed(description: "somebody else has changed the token meanwhile; try again")
    }
  }

  private func told<Value>(_ read: () throws -> Value) throws -> Value {
    do { return try read() } catch let failed as LookupFailed {
      throw Failed(description: failed.description, lookup: failed)
    }
  }
}

extension TokenFacts {
  fileprivate func with(_ rotation: Rotation?) -> TokenFacts {
    var facts = self
    facts.rotation = rotation
    return facts
  }
}
