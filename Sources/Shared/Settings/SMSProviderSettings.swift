package import Domain

/// By which interfaces other systems may send through a sender as their SMS provider, and with what they prove who
/// they are.
package struct SMSProviderSettings: Hashable, Sendable {
  package var bitrix24: Bitrix24?
  package var kannel: Kannel?

  /// The message service of a Bitrix24 portal.
  package struct Bitrix24: Hashable, Sendable {
    /// Of the application that registered us, as the portal sends it with every message. The present one first.
    package let applicationTokens: [Secret]
    /// Under which we were registered there.
    package let code: String
    /// Where states are told; nil: nowhere.
    package let portal: WebAddress?
    /// nil where access tokens are not refreshed.
    package var application: Application?

    /// The application itself, as the portal's server of tokens knows it.
    package struct Application: Hashable, Sendable {
      package let clientID: String
      package let clientSecret: Secret
      package let tokens: WebAddress
    }
  }

  /// The HTTP interface of Kannel's smsbox.
  package struct Kannel: Hashable, Sendable {
    package let username: String
    package let password: Secret
    /// Where delivery reports may be told, each with its port where that is not the usual one.
    package let reportHosts: [String]
  }

  package var secrets: [Secret] {
    (bitrix24?.applicationTokens ?? [])
      + [bitrix24?.application?.clientSecret, kannel?.password].compactMap(\.self)
  }
}

extension SettingsReader {
  /// What it names is what is served; nothing is served without a secret.
  func smsProvider() -> SMSProviderSettings? {
    guard has("smsProvider") else { return nil }
    let shape =
      "must be { bitrix24: { applicationToken: \"…\" } } or { kannel: { username: \"…\", password: \"…\" } }, or both"
    guard isObject("smsProvider"), let reader = object("smsProvider") else {
      _ = mentions("smsProvider")
      fault("smsProvider", "\(shape): without them nobody who sends could be told from a stranger")
      return nil
    }
    var settings = SMSProviderSettings()
    if let own = reader.object("bitrix24") { settings.bitrix24 = own.bitrix24() }
    if let own = reader.object("kannel") { settings.kannel = own.kannel() }
    if !reader.has("bitrix24"), !reader.has("kannel") { fault("smsProvider", shape) }
    reader.finish()
    return settings
  }

  private func bitrix24() -> SMSProviderSettings.Bitrix24? {
    let tokens = secrets("applicationToken").filter { !$0.isEmpty }
    if tokens.isEmpty {
      fault(
        "applicationToken",
        "is missing: the portal sends it as auth[application_token], and it proves who asks")
    }
    let code = text("code") ?? Self.usualCode
    let isCode =
      (1...64).contains(code.utf8.count)
      && code.utf8.allSatisfy { Self.isLetterOrDigit($0) || Array(".-_".utf8).contains($0) }
    if !isCode {
      fault("code", "must have 1 to 64 letters, digits, dots, hyphens and underscores")
    }
    let portal = safeAddress("portal", "the portal's address, such as https://acme.bitrix24.com")
    let application = application()
    finish()
    guard !tokens.isEmpty, isCode else { return nil }
    return SMSProviderSettings.Bitrix24(
      applicationTokens: tokens, code: code, portal: portal, application: application)
  }

  private func application() -> SMSProviderSettings.Bitrix24.Application? {
    let (id, secret) = (sendable(text("clientId"), "clientId"), secret("clientSecret"))
    let tokens = safeAddress("tokenServer", "an https address")
    if (id == nil) != (secret == nil) { fault("clientId", "and clientSecret belong together") }
    guard let id, let secret, let tokens = tokens ?? WebAddress(Self.usualTokenServer) else {
      return nil
    }
    return SMSProviderSettings.Bitrix24.Application(
      clientID: id, clientSecret: secret, tokens: tokens)
  }

  private static let usualTokenServer = "https://oauth.bitrix24.tech"

  private func safeAddress(_ name: String, _ expected: String) -> WebAddress? {
    let address = value(name, expected, WebAddress.init)
    if let address, address.scheme != "https", !address.isLoopback {
      fault(name, "must begin with https://: tokens go there")
    }
    return address
  }

  private static let usualCode = "postrider"

  private func kannel() -> SMSProviderSettings.Kannel? {
    let username = requiredSendable("username", "the name that the CRM sends with")
    let password = requiredSendable("password", "proves who asks")
    let hosts = texts("reportHosts")
    for host in hosts where WebAddress("http://\(host)")?.authority != host {
      fault("reportHosts", "must have hosts such as crm.example.com or 10.0.0.7:8080, not \(host)")
    }
    finish()
    guard let username, let password else { return nil }
    return SMSProviderSettings.Kannel(
      username: username, password: Secret(password), reportHosts: hosts.map { $0.lowercased() })
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    let letter = byte | 0x20
    return UInt8(ascii: "a")...UInt8(ascii: "z") ~= letter
      || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
  }
}
