package import Domain
package import Providers

/// A sender with what only this process may know: credentials and where its provider is.
package struct SenderSettings: Sendable {
  package var sender: Sender
  package var credentials: Credentials
  package var baseURL: WebAddress
  /// Names for `HX…` ids, by language.
  package var templates: [String: [String: String]] = [:]
  package var templateStrings: Bool
  package var templateLanguage = "en"
  package var optOutWords: [String]?
  /// nil where no other system sends through it as its SMS provider.
  package var smsProvider: SMSProviderSettings?
  package var statusCallbacks = StatusCallbackSettings()
  /// How marketing templates go to Meta.
  package var marketing = MarketingMessages()
  /// Of the account that was made at run time and has it; nil where it stands in the settings.
  package var account: AccountName?
  /// Of the secret that stands in the settings, also where another one is in use in its place.
  private var ownCredentialsID: CredentialsID?

  package init(
    sender: Sender, credentials: Credentials, baseURL: WebAddress, templateStrings: Bool
  ) {
    self.sender = sender
    self.credentials = credentials
    self.baseURL = baseURL
    self.templateStrings = templateStrings
  }

  package var credentialsID: CredentialsID { ownCredentialsID ?? credentials.id }

  /// The same with another token, which was made or refreshed at run time. The one of before still counts where others
  /// sign with it.
  package func with(_ known: RuntimeSecret) -> SenderSettings {
    var changed = self
    changed.ownCredentialsID = credentialsID
    switch credentials {
    case .meta(var own):
      own.accessToken = known.token
      changed.credentials = .meta(own)
    case .twilio(var own):
      var tokens = [known.token]
      for other in [known.previous].compactMap(\.self) + own.authTokens
      where !tokens.contains(other) { tokens.append(other) }
      own.authTokens = tokens
      changed.credentials = .twilio(own)
    }
    return changed
  }

  /// How requests to send are read.
  package var rules: SendRules {
    SendRules(
      channel: sender.channel, defaultPrefix: sender.defaultPrefix,
      templateLanguage: templateLanguage, templateStrings: templateStrings,
      templates: ContentCatalog(templates))
  }
}

package enum Credentials: Hashable, Sendable {
  case twilio(TwilioCredentials)
  case meta(MetaCredentials)

  /// Of what is replaced at run time.
  fileprivate var id: CredentialsID {
    switch self {
    case .twilio(let own): CredentialsID(.twilio, own.authTokens.first ?? Secret(""))
    case .meta(let own): CredentialsID(.meta, own.accessToken)
    }
  }

  package var secrets: [Secret] {
    switch self {
    case .twilio(let own):
      own.authTokens + [own.apiKey?.secret].compactMap(\.self)
        + own.signatureKeys.values.sorted { $0.exposed < $1.exposed }
    case .meta(let own): [own.accessToken] + own.appSecrets + [own.verifyToken].compactMap(\.self)
    }
  }
}

package struct TwilioCredentials: Hashable, Sendable {
  package let accountSid: String
  /// The present one first; the other during a rotation.
  package fileprivate(set) var authTokens: [Secret]
  /// Used for sending in place of the token, if there is one; it cannot check signatures.
  package let apiKey: APIKeyPair?
  /// A service sends in place of a number.
  package let messagingServiceSid: String?
  /// Keys of the newer webhook signatures, by their ids.
  package let signatureKeys: [String: Secret]
  /// Sends by SMS, through the service, what does not arrive by RCS.
  package var fallbackFrom: String?

  package struct APIKeyPair: Hashable, Sendable {
    package let sid: String
    package let secret: Secret
  }
}

package struct MetaCredentials: Hashable, Sendable {
  package let phoneNumberId: String
  package let wabaId: String?
  /// Of the app that the token is for, with its number: without it no token can be looked at or refreshed.
  package var appId: String?
  package fileprivate(set) var accessToken: Secret
  /// The present one first. Without any, webhooks are refused.
  package let appSecrets: [Secret]
  package let verifyToken: Secret?
}
