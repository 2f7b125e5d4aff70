internal import JSON
internal import Time

extension SimulatorSettings {
  /// What the text leaves out stays as it is by default.
  package init(json: [UInt8]) throws(SettingsFaults) {
    self.init()
    let report = FaultReport()
    do {
      let document = try JSONDocument(json)
      let fields = FieldReader(document.root, report)
      read(fields)
      fields.finish()
    } catch {
      report.add("", error.description)
    }
    try report.check()
  }

  private mutating func read(_ fields: FieldReader) {
    fields.string("address", into: &address)
    var (number, seed) = (Int(port), Int(self.seed))
    fields.integer("port", into: &number, 0...65535)
    port = UInt16(number)
    fields.integer("threads", into: &threads, 1...64)
    fields.bool("controlFromAnywhere", into: &controlFromAnywhere)
    fields.integer("seed", into: &seed, 0...Int.max)
    self.seed = UInt64(seed)
    fields.integer("keptMessages", into: &keptMessages, 1000...50_000_000)
    twilio = fields.list("twilio", TwilioAccount.init) ?? twilio
    meta = fields.list("meta", MetaApp.init) ?? meta
    portfolios =
      fields.pairs("portfolios", "a whole number") { $0.integer.map { Int($0) } } ?? portfolios
    fields.object("everyone") { everyone.read($0) }
    people = fields.list("people", Person.init) ?? people
    fields.delay("latency", into: &latency)
    fields.object("life") { life.read($0) }
    script = fields.list("script", ScriptLine.init) ?? script
    faults = fields.list("faults", Fault.init) ?? faults
  }
}

extension Person {
  init(_ fields: FieldReader) {
    self.init(address: fields.string("address"))
    read(fields)
  }

  mutating func read(_ fields: FieldReader) {
    fields.bool("joinedSandbox", into: &hasJoinedSandbox)
    fields.bool("onWhatsApp", into: &isOnWhatsApp)
    fields.bool("optedOut", into: &hasOptedOut)
    fields.bool("windowOpen", into: &hasOpenWindow)
    fields.string("name", into: &name)
  }
}

extension LifeCycle {
  mutating func read(_ fields: FieldReader) {
    fields.delay("sent", into: &sent)
    fields.delay("delivered", into: &delivered)
    fields.delay("read", into: &read)
    fields.share("readShare", into: &readShare)
    fields.bool("reported", into: &isReported)
    fields.duration("batchDelay", into: &batchDelay)
    fields.integer("batchSize", into: &batchSize, 1...1000)
    fields.duration("webhookExpiry", into: &webhookExpiry)
    fields.integer("callbacksInFlight", into: &callbacksInFlight, 1...256)
    guard let texts = fields.strings("webhookRetries") else { return }
    let delays = texts.compactMap(durationRead)
    if delays.isEmpty || delays.count < texts.count {
      fields.fault("webhookRetries", "must be durations such as \"1s\"")
    } else {
      webhookRetries = delays
    }
  }
}

extension TwilioAccount {
  init(_ fields: FieldReader) {
    self.init(sid: fields.string("sid"), authToken: fields.string("authToken"))
    if !isSid(sid, "AC") { fields.fault("sid", "must be AC and 32 hexadecimal digits") }
    if authToken.isEmpty { fields.fault("authToken", "must not be empty") }
    apiKeys = fields.pairs("apiKeys", "a string", \.string) ?? [:]
    fields.integer("concurrency", into: &concurrency, 1...1_000_000)
    fields.integer("daily", into: &daily, 1...100_000_000)
    fields.string("inboundURL", into: &inboundURL)
    senders = fields.list("senders", Sender.init) ?? []
    services = fields.list("services", Service.init) ?? []
    contents = fields.list("contents", Content.init) ?? []
    let addresses = Set(senders.map(\.address))
    for (index, service) in services.enumerated() {
      for sender in service.senders where !addresses.contains(sender) {
        fields.fault("services/\(index)/senders", "\(sender) is no sender of this account")
      }
    }
  }
}

extension TwilioAccount.Sender {
  init(_ fields: FieldReader) {
    self.init(fields.string("address"))
    fields.bool("sandbox", into: &isSandbox)
    if isSandbox { rate = Rate(1, per: .seconds(3)) }
    fields.rate("rate", into: &rate)
    fields.choice("excess", into: &excess)
    fields.integer("daily", into: &daily, 1...100_000_000)
  }
}

extension TwilioAccount.Service {
  init(_ fields: FieldReader) {
    self.init(sid: fields.string("sid"), senders: fields.strings("senders") ?? [])
    if !isSid(sid, "MG") { fields.fault("sid", "must be MG and 32 hexadecimal digits") }
    fields.string("statusCallback", into: &statusCallback)
  }
}

extension TwilioAccount.Content {
  init(_ fields: FieldReader) {
    self.init(sid: fields.string("sid"), variables: Set(fields.strings("variables") ?? []))
    if !isSid(sid, "HX") { fields.fault("sid", "must be HX and 32 hexadecimal digits") }
    fields.bool("paused", into: &isPaused)
  }
}

extension MetaApp {
  init(_ fields: FieldReader) {
    self.init(
      id: fields.string("id"), secret: fields.string("secret"), token: fields.string("token"),
      verifyToken: "", accounts: [])
    if secret.isEmpty { fields.fault("secret", "must not be empty") }
    fields.string("verifyToken", into: &verifyToken)
    fields.string("webhookURL", into: &webhookURL)
    accounts = fields.list("wabas", Account.init) ?? []
  }
}

extension MetaApp.Account {
  init(_ fields: FieldReader) {
    self.init(
      id: fields.string("id"), phones: fields.list("phones", MetaApp.Phone.init) ?? [],
      templates: fields.list("templates", MetaApp.Template.init) ?? [])
    fields.string("portfolio", into: &portfolio)
  }
}

extension MetaApp.Phone {
  init(_ fields: FieldReader) {
    self.init(id: fields.string("id"), number: fields.string("number"))
    if !isE164(number) { fields.fault("number", "must be + and digits") }
    var perSecond: Rate?
    fields.rate("rate", into: &perSecond)
    rate = perSecond ?? rate
    fields.rate("pair", into: &pair)
    allowed = fields.strings("allowed").map(Set.init)
  }
}

extension MetaApp.Template {
  init(_ fields: FieldReader) {
    self.init(fields.string("name"), fields.string("language"))
    fields.string("status", into: &status)
    fields.string("category", into: &category)
    fields.bool("named", into: &isNamed)
    fields.string("header", into: &header)
    fields.string("body", into: &body)
    parameters = fields.strings("parameters") ?? []
    let found = fields.pairs("buttons", "a sub type", \.string) ?? [:]
    for (index, type) in found {
      guard let index = Int(index) else {
        fields.fault("buttons/\(index)", "is no index")
        continue
      }
      buttons[index] = type
    }
  }
}

extension Fault {
  init(_ fields: FieldReader) {
    self.init(.refuse)
    if fields.string("kind").isEmpty { return }
    fields.choice("kind", into: &kind)
    fields.share("share", into: &share)
    fields.integer("count", into: &count, 1...Int.max)
    fields.string("provider", into: &provider)
    if let provider, provider != "twilio", provider != "meta" {
      fields.fault("provider", "must be one of twilio, meta")
    }
    fields.string("sender", into: &sender)
    fields.string("recipient", into: &recipient)
    fields.integer("status", into: &status, 100...599)
    fields.integer("code", into: &code, 0...999_999)
    fields.string("body", into: &body)
    fields.string("template", into: &template)
    fields.duration("delay", into: &delay)
    fields.choice("mode", into: &mode)
    fields.duration("after", into: &after)
    fields.duration("for", into: &lasting)
    fields.duration("every", into: &every)
    if kind == .outage, mode == .refused, lasting == nil {
      fields.fault("for", "is missing: nobody could end it")
    }
    if let every, let lasting, every <= lasting {
      fields.fault("every", "must be longer than for")
    }
    if every != nil, lasting == nil { fields.fault("for", "is missing beside every") }
  }
}

extension ScriptLine {
  init(_ fields: FieldReader) {
    var after: Duration = .zero
    fields.duration("at", into: &after)
    self.init(after: after, from: fields.string("from"), saying: Saying(fields))
  }
}

extension Saying {
  init(_ fields: FieldReader) {
    self.init(to: fields.string("to"), .text(""))
    fields.string("replyTo", into: &replyTo)
    var text: String?
    fields.string("text", into: &text)
    if let text { kind = .text(text) }
    fields.object("button") {
      kind = .button(text: $0.string("text"), payload: $0.string("payload"))
    }
    fields.object("listRow") { kind = .listRow(id: $0.string("id"), title: $0.string("title")) }
    fields.object("location") {
      var label = ""
      $0.string("label", into: &label)
      kind = .location(
        latitude: $0.string("latitude"), longitude: $0.string("longitude"), label: label)
    }
    fields.object("media") {
      var caption = ""
      $0.string("caption", into: &caption)
      kind = .media(url: $0.string("url"), type: $0.string("type"), caption: caption)
    }
  }
}
