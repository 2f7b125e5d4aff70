internal import Crypto
package import Domain
internal import EventLog
internal import Platform
internal import HTTP

extension Settings {
  /// Reads a JSON5 file. Everything that is wrong with it is told at once.
  package static func read(
    file: String, environment: [String: String]
  ) throws(SettingsRefused) -> Settings {
    guard let data = Platform.content(ofFile: file) else {
      throw SettingsRefused([SettingsFault("", "\(file) cannot be read")])
    }
    let folder = Platform.folder(ofFile: file)
    var settings = try read(data, Substitution(environment: environment, folder: folder))
    settings.source?.file = file
    return settings
  }

  /// Reads settings that stand in the program itself.
  package static func read(text: String) throws(SettingsRefused) -> Settings {
    try read(Array(text.utf8), Substitution(environment: [:], folder: ""))
  }

  static func read(
    _ data: [UInt8], _ substitution: Substitution
  ) throws(SettingsRefused) -> Settings {
    let node: SettingsNode
    do { node = try JSON5Reader.read(data) } catch { throw SettingsRefused([error]) }
    let list = FaultList()
    let reader = SettingsReader(node, at: "", list, substitution)
    var settings = Settings()
    settings.readAddresses(reader)
    settings.readStorage(reader)
    let all = reader.senderReaders()
    settings.readTenants(reader, all)
    reader.finish()
    SettingsChecks(
      settings, list, named: all.compactMap { $0.likelyText("id").map { SenderID($0) } },
      isEverySenderRead: settings.senders.count == all.count
    ).run()
    guard list.faults.isEmpty else { throw SettingsRefused(list.faults) }
    settings.source = SettingsSource(node: node)
    return settings
  }

  private mutating func readAddresses(_ reader: SettingsReader) {
    listen = reader.value("listen", "host:port", Address.init) ?? listen
    publicURL = reader.value("publicURL", "an http or https address", WebAddress.init)
    if let ranges = reader.addressRanges("trustedProxies") { trustedProxies = ranges }
    if let files = reader.object("tls") {
      let certificate = files.path("certificate")
      let key = files.path("key")
      files.finish()
      if let certificate, let key {
        tls = TLSFiles(certificate: certificate, key: key)
      } else {
        reader.fault("tls", "needs both certificate and key, as PEM files")
      }
    }
    if let addresses = reader.object("admin") {
      for worker in WorkerName.allCases {
        admin[worker] = addresses.value(worker.rawValue, "host:port", Address.init)
      }
      addresses.finish()
    }
    console = reader.console
    drain = reader.value("drain", "a time such as 20s", Units.duration) ?? drain
    if let size = reader.value("strangersRoom", "a size such as 64MB", Units.size) {
      strangersRoom = size
      if size < Self.leastStrangersRoom {
        reader.fault("strangersRoom", "must be at least 16MB: a webhook may have 4 MB")
      }
    }
    answerTimeout =
      reader.value("answerTimeout", "a time such as 30s", Units.duration) ?? answerTimeout
    parkedLimit = reader.count("parkedLimit", in: 1...10_000_000) ?? parkedLimit
    if let own = reader.object("doubts") { readDoubts(own) }
    otlp = reader.otlp
    prices = reader.prices
    media = reader.media
    verifySignatures = reader.truth("verifySignatures") ?? verifySignatures
  }

  private static let leastStrangersRoom = 16 << 20

  private mutating func readDoubts(_ reader: SettingsReader) {
    if reader.mentions("looks") {
      let texts = reader.texts("looks")
      let looks = texts.compactMap(Units.duration)
      if looks.count == texts.count, !looks.isEmpty, looks == looks.sorted() {
        doubts.looks = looks
      } else {
        reader.fault("looks", "must be times such as 30s, each later than the one before")
      }
    }
    doubts.grace = reader.value("grace", "a time such as 10m", Units.duration) ?? doubts.grace
    reader.finish()
  }

  private mutating func readStorage(_ reader: SettingsReader) {
    let properties = reader.dictionary("rdkafka")
    retention = reader.value("retention", "a time such as 30d", Units.duration) ?? retention
    log =
      reader.log(properties) ?? .embedded(EmbeddedLogSettings(path: reader.absolute("data/log.db")))
    compactsMessages = reader.truth("compactMessages") ?? compactsMessages
    store = reader.store ?? .sqlite(path: reader.absolute("data/store.db"))
    spool.path = reader.absolute(spool.path)
    if let own = reader.object("spool") {
      spool.path = own.path("path") ?? spool.path
      spool.limit = own.value("limit", "a size such as 1GB", Units.size) ?? spool.limit
      own.finish()
    }
    if case .embedded(var embedded) = log {
      embedded.retention = max(embedded.retention, .seconds(7 * 86400))
      log = .embedded(embedded)
      if !properties.isEmpty, reader.likelyText("log")?.hasPrefix("kafka:") != true {
        reader.fault("rdkafka", "has no meaning without log: \"kafka://…\"")
      }
      if compactsMessages, reader.likelyText("log")?.hasPrefix("kafka:") != true {
        reader.fault("compactMessages", "has no meaning without log: \"kafka://…\"")
      }
    }
  }

  private mutating func readTenants(_ reader: SettingsReader, _ all: [SettingsReader]) {
    let prefix = reader.prefix("defaultPrefix") ?? .italy
    defaultPrefix = prefix
    apps = reader.apps()
    keptEvents = reader.keptEvents()
    senders = all.compactMap { $0.sender(defaultPrefix: prefix) }
    defaultSender = reader.text("defaultSender").map { SenderID($0) }
    apiKeys = reader.textsOrObjects("apiKeys").compactMap { place, text, object in
      if let text {
        _ = reader.sendable(text, "apiKeys", spaces: true)
        return APIKey(administrator: text)
      }
      return object?.apiKey()
    }
    actions = reader.objects("actions").compactMap { $0.action() }
    secretsKeys = reader.texts("secretsKey").compactMap { reader.sendable($0, "secretsKey") }
      .map(Secret.init)
    for key in secretsKeys
    where bytes(fromBase64: key.exposed)?.count != SealingKey.length {
      reader.fault(
        "secretsKey", "must be 32 bytes in base64: make one with `openssl rand -base64 32`")
    }
    inboxes = reader.inboxes(defaultPrefix: prefix)
    relay = reader.object("relay")?.relay(defaultPrefix: prefix)
    if let account = reader.object("gcs") {
      let key = account.requiredText("serviceAccount", "the key file of a service account")
      if let key, !["client_email", "private_key"].allSatisfy({ key.contains("\"\($0)\"") }) {
        account.fault(
          "serviceAccount", "is not the content of a service account's key file; use ${file:PATH}")
      }
      gcs = key.map(Secret.init)
      account.finish()
    }
  }
}

extension SettingsReader {
  fileprivate func log(_ properties: [String: String]) -> LogSettings? {
    value("log", "\"embedded:PATH\" or \"kafka://HOST:PORT,…\"") { text -> LogSettings? in
      if text.hasPrefix("embedded:"), text.count > 9 {
        return .embedded(EmbeddedLogSettings(path: self.absolute(String(text.dropFirst(9)))))
      }
      guard text.hasPrefix("kafka://") else { return nil }
      let parts = text.dropFirst(8).split(separator: "?", maxSplits: 1).map(String.init)
      let prefix = parts.dropFirst().first ?? "prefix="
      guard let brokers = parts.first, prefix.hasPrefix("prefix="),
        brokers.split(separator: ",").allSatisfy({ Address(String($0)) != nil })
      else { return nil }
      return .kafka(
        KafkaLogSettings(
          bootstrap: brokers, prefix: String(prefix.dropFirst(7)), properties: properties))
    }
  }

  fileprivate var store: StoreSettings? {
    value("store", "\"sqlite:PATH\" or \"postgres://USER@HOST/NAME\"") { text -> StoreSettings? in
      if text.hasPrefix("sqlite:"), text.count > 7 {
        return .sqlite(path: self.absolute(String(text.dropFirst(7))))
      }
      let isPostgres = text.hasPrefix("postgres://") || text.hasPrefix("postgresql://")
      return isPostgres ? .postgres(Secret(text)) : nil
    }
  }

  fileprivate func addressRanges(_ name: String) -> [AddressRange]? {
    guard has(name) else { return nil }
    return texts(name).compactMap { text in
      if let range = AddressRange(text) { return range }
      fault(name, "has \(text); expected are addresses and ranges such as ::1 or 10.0.0.0/8")
      return nil
    }
  }

  func prefix(_ name: String) -> DialPrefix? {
    value(name, "a dialling prefix such as +39", DialPrefix.init)
  }

  func rate(_ name: String) -> Rate? {
    value(name, "a rate such as 80/s or 1/6s burst 45", { Rate($0) })
  }

  /// The pair of a tenant; one without the other is a fault.
  var tenant: Tenant? {
    let app = text("app")
    let company = text("company")
    if (app == nil) != (company == nil) {
      fault(app == nil ? "app" : "company", "is missing: a tenant is an app and a company")
    }
    guard let app, let company else { return nil }
    return Tenant(app: app, company: company)
  }

  fileprivate func apiKey() -> APIKey? {
    let key = sendable(requiredText("key", "the key itself"), "key", spaces: true)
    let scopes = texts("scopes").compactMap { name -> APIKey.Scope? in
      if let scope = APIKey.Scope(rawValue: name) { return scope }
      fault("scopes", "has \(name); scopes are send, read, webhook, admin")
      return nil
    }
    let tenant = tenant
    let rate = rate("rate")
    let (allowsInline, agent) = (truth("allowInline") ?? false, text("agent"))
    if scopes.isEmpty, !has("scopes") { fault("scopes", "is missing: send, read, webhook, admin") }
    finish()
    return key.map {
      APIKey(
        key: Secret($0), scopes: Set(scopes), tenant: tenant, rate: rate,
        allowsInline: allowsInline, agent: agent)
    }
  }

  fileprivate func action() -> ActionSettings? {
    let tenant = tenant
    if tenant == nil { fault("app", "is missing: whose action it is") }
    let url = value("url", "an http or https address", WebAddress.init)
    if !has("url") { fault("url", "is missing: where the events go") }
    let secrets = actionSecrets()
    let rate = rate("rate")
    let inFlight = count("inFlight", in: 1...1000) ?? 8
    let format = choice("format", ActionSettings.Format.self) ?? .postrider
    finish()
    guard let tenant, let url, !secrets.isEmpty else { return nil }
    return ActionSettings(
      tenant: tenant, url: url, secrets: secrets, rate: rate, inFlight: inFlight, format: format)
  }

  /// One, or several during a rotation: each signs what is sent.
  private func actionSecrets() -> [Secret] {
    guard has("secret") else {
      _ = requiredText("secret", "signs what is sent there")
      return []
    }
    let texts = texts("secret").compactMap { sendable($0, "secret", spaces: true) }
    for text in texts {
      let isMarked = text.hasPrefix("whsec_")
      let key = isMarked ? bytes(fromBase64: text.dropFirst("whsec_".count)) : Array(text.utf8)
      if let key, key.count < Self.leastSecret {
        fault(
          "secret",
          "has \(key.count) bytes\(isMarked ? " after whsec_" : ""), which can be guessed; it needs \(Self.leastSecret): make one with `echo whsec_$(openssl rand -base64 32)`"
        )
      } else if key == nil {
        fault("secret", "must have base64 after whsec_")
      }
    }
    return texts.map(Secret.init)
  }

  private static let leastSecret = 16

  fileprivate func relay(defaultPrefix: DialPrefix) -> RelaySettings? {
    let path = text("path") ?? "/twilio/sms"
    if !path.hasPrefix("/") { fault("path", "must start with /") }
    let sender = requiredText("sender", "the sender that the messages go out from")
    let allowed = texts("allowedFrom").compactMap { number($0, "allowedFrom", defaultPrefix) }
    if !has("allowedFrom") { fault("allowedFrom", "is missing: the phones that may send") }
    let own = text("number").flatMap { number($0, "number", defaultPrefix) }
    let (account, token, pin) = (text("accountSid"), secret("authToken"), secret("pin"))
    let budget = rate("budget")
    let fallback = relayFallback()
    finish()
    return sender.map {
      RelaySettings(
        path: path, sender: SenderID($0), allowedFrom: allowed, number: own, accountSid: account,
        authToken: token, pin: pin, budget: budget, fallbackTemplate: fallback)
    }
  }

  private func relayFallback() -> RelaySettings.Fallback? {
    guard let own = object("fallbackTemplate") else { return nil }
    let name = own.requiredText("template_name", "the template's name")
    let (language, parameters) = (own.text("language_code"), own.texts("parameters"))
    own.finish()
    return name.map { RelaySettings.Fallback(name: $0, language: language, parameters: parameters) }
  }

  private func number(_ text: String, _ name: String, _ prefix: DialPrefix) -> PhoneNumber? {
    do { return try PhoneNumber(text, defaultPrefix: prefix) } catch {
      fault(name, "\(text) \(error)")
      return nil
    }
  }
}

extension APIKey {
  /// A plain text in the settings is a key to everything.
  package init(administrator key: String) {
    self.init(key: Secret(key), scopes: Set(Scope.allCases), tenant: nil, rate: nil)
  }

  /// The same key, within its rate, for some of what it may and one tenant.
  package func narrowed(to scopes: Set<Scope>, of tenant: Tenant) -> APIKey {
    APIKey(key: key, scopes: self.scopes.intersection(scopes), tenant: tenant, rate: rate)
  }
}
