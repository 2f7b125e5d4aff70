package import Domain

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
  package let authTokens: [Secret]
  /// Used for sending in place of the token, if there is one; it cannot check signatures.
  package let apiKey: APIKeyPair?
  /// A service sends in place of a number.
  package let messagingServiceSid: String?
  /// Keys of the newer webhook signatures, by their ids.
  package let signatureKeys: [String: Secret]

  package struct APIKeyPair: Hashable, Sendable {
    package let sid: String
    package let secret: Secret
  }
}

package struct MetaCredentials: Hashable, Sendable {
  package let phoneNumberId: String
  package let wabaId: String?
  package let accessToken: Secret
  /// The present one first. Without any, webhooks are refused.
  package let appSecrets: [Secret]
  package let verifyToken: Secret?
}
