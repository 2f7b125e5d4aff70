internal import Domain

extension Settings {
  /// One sender from the environment alone, for those who have no file. nil where the environment names no
  /// provider.
  package static func read(
    environment: [String: String]
  ) throws(SettingsRefused) -> Settings? {
    guard let provider = environment["WHATSAPP_PROVIDER"] else { return nil }
    let reader = EnvironmentReader(environment)
    var settings = Settings()
    switch provider {
    case "twilio": settings.senders = reader.twilio().map { [$0] } ?? []
    case "direct": settings.senders = reader.meta().map { [$0] } ?? []
    default: reader.list.add("WHATSAPP_PROVIDER", "must be twilio or direct")
    }
    settings.apiKeys = environment["POSTRIDER_API_KEY"].map { [APIKey(administrator: $0)] } ?? []
    if let url = environment["POSTRIDER_PUBLIC_URL"] {
      settings.publicURL = WebAddress(url)
      if settings.publicURL == nil {
        reader.list.add("POSTRIDER_PUBLIC_URL", "must be an http or https address")
      }
    }
    guard reader.list.faults.isEmpty else { throw SettingsRefused(reader.list.faults) }
    return settings
  }
}

private struct EnvironmentReader {
  let list = FaultList()
  private let environment: [String: String]

  init(_ environment: [String: String]) { self.environment = environment }

  func twilio() -> SenderSettings? {
    let sid = required("TWILIO_ACCOUNT_SID", "the account that sends")
    let token = required("TWILIO_AUTH_TOKEN", "lets us send and checks webhooks")
    guard let text = required("TWILIO_WHATSAPP_NUMBER", "the number that sends"),
      let number = number(text), let sid, let token
    else { return nil }
    let isSandbox = number.e164 == "+14155238886"
    return SenderSettings(
      sender: Sender(
        id: SenderID("twilio"), channel: isSandbox ? .twilioSandbox : .twilioWhatsApp,
        account: AccountID(sid), address: ChannelAddress(number.e164).byWhatsApp.text),
      credentials: .twilio(
        TwilioCredentials(
          accountSid: sid, authTokens: [Secret(token)], apiKey: nil, messagingServiceSid: nil,
          signatureKeys: [:])),
      baseURL: .twilio, templateStrings: false)
  }

  func meta() -> SenderSettings? {
    let token = required("WHATSAPP_API_TOKEN", "lets us send")
    guard let text = required("WHATSAPP_API_URL", "as Meta shows it, with the phone number id")
    else {
      return nil
    }
    guard let (base, number) = split(text) else {
      list.add(
        "WHATSAPP_API_URL", "must be https://graph.facebook.com/VERSION/PHONE-NUMBER-ID/messages")
      return nil
    }
    guard let token else { return nil }
    return SenderSettings(
      sender: Sender(
        id: SenderID("meta"), channel: .metaWhatsApp, account: AccountID(number), address: number),
      credentials: .meta(
        MetaCredentials(
          phoneNumberId: number, wabaId: nil, accessToken: Secret(token),
          appSecrets: [environment["WHATSAPP_APP_SECRET"]].compactMap(\.self).map(Secret.init),
          verifyToken: environment["WHATSAPP_VERIFY_TOKEN"].map(Secret.init))),
      baseURL: base, templateStrings: true)
  }

  private func required(_ name: String, _ purpose: String) -> String? {
    if let value = environment[name], !value.isEmpty { return value }
    list.add(name, "is missing: \(purpose)")
    return nil
  }

  private func number(_ text: String) -> PhoneNumber? {
    let plain = ChannelAddress(text).bare
    do { return try PhoneNumber(plain) } catch {
      list.add("TWILIO_WHATSAPP_NUMBER", "\(error)")
      return nil
    }
  }

  private func split(_ text: String) -> (base: WebAddress, number: String)? {
    guard let whole = WebAddress(text) else { return nil }
    var parts = whole.path.split(separator: "/")
    if parts.last == "messages" { parts.removeLast() }
    guard let number = parts.popLast(), number.allSatisfy({ "0"..."9" ~= $0 }), !parts.isEmpty,
      let base = WebAddress("\(whole.scheme)://\(whole.authority)/\(parts.joined(separator: "/"))")
    else { return nil }
    return (base, String(number))
  }
}

extension WebAddress {
  /// Where Twilio is unless the settings say otherwise.
  static let twilio = WebAddress(scheme: "https", authority: "api.twilio.com", path: "")
  static let meta = WebAddress(scheme: "https", authority: "graph.facebook.com", path: "/v24.0")

  private init(scheme: String, authority: String, path: String) {
    (self.scheme, self.authority, self.path) = (scheme, authority, path)
  }
}
