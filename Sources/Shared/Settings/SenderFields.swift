internal import Domain
internal import Providers

extension SettingsReader {
  /// One sender with all its fields.
  func sender(defaultPrefix: DialPrefix) -> SenderSettings? {
    let id = requiredText("id", "the name by which requests choose the sender")
    let provider = choice("provider", Provider.self)
    if !has("provider") { fault("provider", "is missing: \"twilio\" or \"meta\"") }
    let own =
      switch provider {
      case .twilio: twilio()
      case .meta: meta()
      case nil: nil as Identity?
      }
    let common = commonFields(own, provider, defaultPrefix)
    // Without a provider nobody knows which names are right.
    if provider != nil { finish() }
    guard let id, let own, let baseURL = common.baseURL else { return nil }
    let sender = Sender(
      id: SenderID(id), channel: own.channel, account: own.account, address: own.address,
      tenant: common.tenant, portfolio: common.portfolio, budget: common.budget,
      defaultPrefix: common.prefix, window: common.window, inDoubt: common.inDoubt,
      maxAttempts: common.maxAttempts, expiry: common.expiry, silentAfter: common.silentAfter)
    var settings = SenderSettings(
      sender: sender, credentials: own.credentials, baseURL: baseURL,
      templateStrings: common.templateStrings)
    settings.templates = own.templates
    settings.marketing = own.marketing
    settings.statusCallbacks = own.statusCallbacks
    settings.templateLanguage = common.templateLanguage
    settings.optOutWords = common.optOutWords
    settings.smsProvider = common.smsProvider
    return settings
  }

  /// Of all senders, be they listed, phones of `apps: [{…, wabas: [{…, phones: [{…}]}]}]`, or senders of
  /// `twilioAccounts: [{…, senders: [{…}]}]`, where what stands further out is inherited.
  func senderReaders() -> [SettingsReader] {
    objects("senders")
      + nodes("apps").flatMap { place, app in
        app.children("wabas", at: place).flatMap { place, waba in
          waba.children("phones", at: place).map { place, phone in
            let inherited = app.without(AppSettings.ownFields + ["wabas"])
              .overridden(by: waba.without(["phones"]))
            return reader(inherited.overridden(by: phone).of(.meta), at: place)
          }
        }
      }
      + nodes("twilioAccounts").flatMap { place, account in
        account.children("senders", at: place).map { place, sender in
          reader(
            account.without(["senders", "keepEvents"]).overridden(by: sender).of(.twilio), at: place
          )
        }
      }
  }

  private struct Identity {
    let channel: Sender.Channel
    let account: AccountID
    let address: String
    let credentials: Credentials
    var templates: [String: [String: String]] = [:]
    var marketing = MarketingMessages()
    var statusCallbacks = StatusCallbackSettings()
  }

  private func twilio() -> Identity? {
    let sid = requiredText("accountSid", "AC and 32 hexadecimal digits")
    if let sid { check(sid, "accountSid", "AC") }
    let tokens =
      [requiredSendable("authToken", "checks the signatures of webhooks")]
      .compactMap(\.self).map(Secret.init) + secrets("secondaryAuthTokens")
    let service = text("messagingServiceSid")
    if let service { check(service, "messagingServiceSid", "MG") }
    let from = sendable(text("from"), "from", spaces: true)
    if from == nil, service == nil {
      fault("from", "is missing: a number, whatsapp:+… or a messagingServiceSid in its place")
    }
    let isWhatsApp = from.map { ChannelAddress($0).isWhatsApp } ?? (text("channel") == "whatsapp")
    let isRCS = from.map { ChannelAddress($0).isRCS } ?? (text("channel") == "rcs")
    if from != nil, has("channel") { fault("channel", "is told by from already") }
    let fallback = sendable(text("fallbackFrom"), "fallbackFrom")
    if fallback != nil, !isRCS || service == nil {
      fault(
        "fallbackFrom", "is for RCS through a messagingServiceSid: it sends by SMS what RCS cannot")
    }
    let sandbox = truth("sandbox") ?? (from == "whatsapp:\(Self.sandboxNumber)")
    if let from { checkFrom(from, isSandbox: sandbox) }
    let key = apiKeyPair()
    let signatureKeys = dictionary("signatureKeys").mapValues(Secret.init)
    let templates = templateNames()
    let statusCallbacks = statusCallbacks()
    guard let sid else { return nil }
    return Identity(
      channel: sandbox
        ? .twilioSandbox : isRCS ? .twilioRCS : isWhatsApp ? .twilioWhatsApp : .twilioSMS,
      account: AccountID(sid), address: from ?? service ?? "",
      credentials: .twilio(
        TwilioCredentials(
          accountSid: sid, authTokens: tokens, apiKey: key, messagingServiceSid: service,
          signatureKeys: signatureKeys, fallbackFrom: fallback)), templates: templates,
      statusCallbacks: statusCallbacks)
  }

  /// Twilio tells WhatsApp from SMS by what stands before the number.
  private func checkFrom(_ from: String, isSandbox: Bool) {
    let address = ChannelAddress(from)
    let isNumber = address.bare.first == "+" && address.bare.dropFirst().allSatisfy(\.isNumber)
    if address.isRCS {
      let isName =
        !address.bare.isEmpty
        && address.bare.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
      if !isName { fault("from", "must have the name of an RCS agent behind rcs:") }
    } else if isSandbox || address.bare == Self.sandboxNumber, !address.isWhatsApp {
      fault("from", "is the sandbox's, which is for WhatsApp alone: write whatsapp:\(from)")
    } else if address.isWhatsApp, !isNumber {
      fault("from", "must have a number with + and its country behind whatsapp:")
    } else if !isNumber, address.bare.contains("+") || address.bare.count > 11 {
      fault(
        "from", "must be a number such as +15551230000, a short code, or a name of up to 11 letters"
      )
    }
  }

  private static let sandboxNumber = "+14155238886"

  func secrets(_ name: String) -> [Secret] {
    texts(name).compactMap { sendable($0, name) }.map(Secret.init)
  }

  private func apiKeyPair() -> TwilioCredentials.APIKeyPair? {
    let (sid, secret) = (sendable(text("apiKeySid"), "apiKeySid"), secret("apiKeySecret"))
    if (sid == nil) != (secret == nil) {
      fault("apiKeySid", "and apiKeySecret belong together")
    }
    if let sid, !sid.contains(where: \.isWhitespace) { check(sid, "apiKeySid", "SK") }
    guard let sid, let secret else { return nil }
    return TwilioCredentials.APIKeyPair(sid: sid, secret: secret)
  }

  private func templateNames() -> [String: [String: String]] {
    guard let named = object("templates") else { return [:] }
    return Dictionary(uniqueKeysWithValues: named.names.map { ($0, named.dictionary($0)) })
  }

  private func meta() -> Identity? {
    let number = requiredSendable("phoneNumberId", "Meta's id of the number")
    let token = requiredSendable("accessToken", "lets us send")
    let waba = sendable(text("wabaId"), "wabaId")
    let secrets = secrets("appSecret")
    let verify = secret("verifyToken")
    checkDigits(number, "phoneNumberId")
    checkDigits(waba, "wabaId")
    let app = sendable(text("appId"), "appId")
    checkDigits(app, "appId")
    let marketing = marketingMessages()
    guard let number, let token else { return nil }
    return Identity(
      channel: .metaWhatsApp, account: AccountID(waba ?? number), address: number,
      credentials: .meta(
        MetaCredentials(
          phoneNumberId: number, wabaId: waba, appId: app, accessToken: Secret(token),
          appSecrets: secrets,
          verifyToken: verify)), marketing: marketing)
  }

  private func marketingMessages() -> MarketingMessages {
    var marketing = MarketingMessages()
    marketing.use = choice("marketingMessages") ?? marketing.use
    marketing.activitySharing = truth("messageActivitySharing")
    marketing.policy = choice("productPolicy")
    return marketing
  }

  private struct Common {
    var baseURL: WebAddress?
    var tenant = Tenant.none
    var portfolio: String?
    var budget: Budget?
    var prefix: DialPrefix
    var window = Sender.WindowPolicy.provider
    var inDoubt = Sender.DoubtPolicy.hold
    var maxAttempts = 10
    var expiry = Duration.seconds(7 * 86400)
    var templateStrings = false
    var templateLanguage = "en"
    var silentAfter: Duration?
    var optOutWords: [String]?
    var smsProvider: SMSProviderSettings?
  }

  private func commonFields(
    _ own: Identity?, _ provider: Provider?, _ defaultPrefix: DialPrefix
  ) -> Common {
    var common = Common(prefix: prefix("defaultPrefix") ?? defaultPrefix)
    common.baseURL = value("baseURL", "an http or https address", WebAddress.init)
    if !has("baseURL") { common.baseURL = provider == .meta ? .meta : .twilio }
    common.tenant = tenant ?? .none
    common.portfolio = text("portfolio")
    common.budget = own.flatMap { budget($0.channel.defaultBudget) }
    if own == nil { _ = object("budget") }
    common.window = choice("window") ?? common.window
    common.inDoubt = choice("inDoubt") ?? common.inDoubt
    common.maxAttempts = count("maxAttempts", in: 1...SendProgress.attemptLimit) ?? 10
    common.expiry = value("expiry", "a time such as 7d", Units.duration) ?? common.expiry
    common.templateStrings = truth("templateStrings") ?? (provider == .meta)
    common.templateLanguage = text("templateLanguage") ?? common.templateLanguage
    common.silentAfter = value("silentAfter", "a time such as 6h", Units.duration)
    common.optOutWords = has("optOutWords") ? texts("optOutWords") : nil
    common.smsProvider = smsProvider()
    return common
  }

  /// What the settings say in place of a channel's usual limits; `null` takes a limit away.
  private func budget(_ usual: Budget) -> Budget {
    guard let reader = object("budget") else { return usual }
    var budget = usual
    if reader.mentions("rate") {
      budget.rate = reader.rate("rate")
      budget.fixed.insert(.rate)
    }
    if reader.mentions("pair") { budget.pair = reader.rate("pair") }
    if reader.mentions("daily") {
      budget.daily = reader.daily()
      budget.fixed.insert(.daily)
    }
    budget.inFlight = reader.count("inFlight", in: 1...10_000) ?? budget.inFlight
    reader.finish()
    return budget
  }

  private func daily() -> DailyLimit? {
    guard has("daily") else {
      _ = text("daily")
      return nil
    }
    guard isObject("daily"), let reader = object("daily") else {
      return count("daily", in: 1...100_000_000).map { .messages($0) }
    }
    let limit = reader.count("limit", in: 1...100_000_000)
    let counts = reader.value("counts", "\"messages\" or \"recipients\"") {
      ["messages", "recipients"].contains($0) ? $0 : nil
    }
    if !reader.has("limit") { reader.fault("limit", "is missing") }
    reader.finish()
    return limit.map { counts == "recipients" ? .recipients($0) : .messages($0) }
  }

  func checkDigits(_ id: String?, _ name: String) {
    guard let id,
      !id.contains(where: { $0.isWhitespace || $0.isASCII && $0.asciiValue ?? 0 < 0x20 }),
      !id.allSatisfy({ "0"..."9" ~= $0 })
    else { return }
    let hint = id.hasPrefix("+") ? "; this is a phone number" : ""
    fault(name, "must be Meta's id, which is digits alone\(hint)")
  }

  private func check(_ sid: String, _ name: String, _ prefix: String) {
    let digits = sid.dropFirst(2)
    let isSid =
      sid.hasPrefix(prefix) && digits.utf8.count == 32 && digits.allSatisfy(\.isHexDigit)
    if !isSid { fault(name, "must be \(prefix) and 32 hexadecimal digits") }
  }
}

extension SettingsNode {
  fileprivate func of(_ provider: Provider) -> SettingsNode {
    overridden(by: .object(["provider": .text(provider.rawValue)]))
  }
}
