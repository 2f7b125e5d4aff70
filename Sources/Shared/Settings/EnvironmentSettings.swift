internal import Domain

extension Settings {
  /// One sender from the environment alone, for those who have no file. nil where the environment names no
  /// provider and nothing of one: what was meant to send is never simulated.
  package static func read(
    environment: [String: String]
  ) throws(SettingsRefused) -> Settings? {
    let reader = EnvironmentReader(environment)
    guard let provider = reader["WHATSAPP_PROVIDER"] else {
      let given = EnvironmentReader.ofProviders.filter { reader[$0] != nil }
      guard let first = given.first else { return nil }
      throw SettingsRefused([
        SettingsFault(
          "WHATSAPP_PROVIDER", "is missing: twilio or direct (Meta); \(first) is set already")
      ])
    }
    var settings = Settings()
    switch provider {
    case "twilio": settings.senders = reader.twilio().map { [$0] } ?? []
    case "direct": settings.senders = reader.meta().map { [$0] } ?? []
    default: reader.list.add("WHATSAPP_PROVIDER", "must be twilio or direct")
    }
    settings.apiKeys = reader["POSTRIDER_API_KEY"].map { [APIKey(administrator: $0)] } ?? []
    settings.listen = reader.address("POSTRIDER_LISTEN") ?? settings.listen
    settings.publicURL = reader.webAddress("POSTRIDER_PUBLIC_URL")
    guard reader.list.faults.isEmpty else { throw SettingsRefused(reader.list.faults) }
    return settings
  }

  /// Where the demo listens, which has no settings but this.
  package static func listenAddress(
    environment: [String: String]
  ) throws(SettingsRefused) -> Address? {
    let reader = EnvironmentReader(environment)
    let address = reader.address("POSTRIDER_LISTEN")
    guard reader.list.faults.isEmpty else { throw SettingsRefused(reader.list.faults) }
    return address
  }
}

private struct EnvironmentReader {
  let list = FaultList()
  private let environment: [String: String]

  init(_ environment: [String: String]) { self.environment = environment }

  /// Those that only a provider's sender needs.
  static let ofProviders = [
    "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_WHATSAPP_NUMBER", "WHATSAPP_API_URL",
    "WHATSAPP_API_TOKEN", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN",
  ]

  /// What is empty counts as not set.
  subscript(name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

  func address(_ name: String) -> Address? {
    guard let text = self[name] else { return nil }
    let address = Address(text)
    if address == nil { list.add(name, "must be host:port") }
    return address
  }

  func webAddress(_ name: String) -> WebAddress? {
    guard let text = self[name] else { return nil }
    let address = WebAddress(text)
    if address == nil { list.add(name, "must be an http or https address") }
    return address
  }

  func twilio() -> SenderSettings? {
    let sid = required("TWILIO_ACCOUNT_SID", "the account that sends")
    let token = required("TWILIO_AUTH_TOKEN", "lets us send and checks webhooks")
    guard let text = required("TWILIO_WHATSAPP_NUMBER", "the number that sends"),
      let number = number(text), let sid, let token
    else { return nil }
    let base = webAddress("TWILIO_API_URL") ?? .twilio
    let isSandbox = number.e164 == "+14155238886"
    return SenderSettings(
      sender: Sender(
        id: SenderID("twilio"), channel: isSandbox ? .twilioSandbox : .twilioWhatsApp,
        account: AccountID(sid), address: ChannelAddress(number.e164).byWhatsApp.text),
      credentials: .twilio(
        TwilioCredentials(
          accountSid: sid, authTokens: [Secret(token)], apiKey: nil, messagingServiceSid: nil,
          signatureKeys: [:])),
      baseURL: base, templateStrings: false)
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
          appSecrets: [self["WHATSAPP_APP_SECRET"]].compactMap(\.self).map(Secret.init),
          verifyToken: self["WHATSAPP_VERIFY_TOKEN"].map(Secret.init))),
      baseURL: base, templateStrings: true)
  }

  private func required(_ name: String, _ purpose: String) -> String? {
    if let value = self[name] { return value }
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
  package static let twilio = WebAddress(scheme: "https", authority: "api.twilio.com", path: "")
  package static let meta = WebAddress(
    scheme: "https", authority: "graph.facebook.com", path: "/v24.0")

  private init(scheme: String, authority: String, path: String) {
    (self.scheme, self.authority, self.path) = (scheme, authority, path)
  }
}
