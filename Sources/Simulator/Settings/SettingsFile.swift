internal import JSON
internal import Time

extension SimulatorSettings {
  /// What the text leaves out stays as it is by default.
  package init(
    json: [UInt8], over defaults: SimulatorSettings = SimulatorSettings()
  ) throws(SettingsFaults) {
    self = defaults
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
    businesses = fields.list("businesses", Business.init) ?? businesses
    for (index, business) in businesses.enumerated() where portfolios[business.portfolio] == nil {
      fields.fault("businesses/\(index)/portfolio", "is none of portfolios")
    }
    fields.object("marketing") { marketing.read($0) }
    fields.object("everyone") { everyone.read($0) }
    people = fields.list("people", Person.init) ?? people
    fields.delay("latency", into: &latency)
    fields.object("life") { life.read($0) }
    script = fields.list("script", ScriptLine.init) ?? script
    conversations = fields.list("conversations", Conversation.init) ?? conversations
    let known = Set(
      twilio.flatMap { $0.senders.map(\.address) }
        + meta.flatMap { $0.accounts.flatMap { $0.phones.map(\.id) } })
    for (index, conversation) in conversations.enumerated() where !known.contains(conversation.to) {
      fields.fault("conversations/\(index)/to", "is no sender of this world")
    }
    if fields.given("assistant") {
      var found = assistant ?? AssistantSettings()
      fields.object("assistant") { found.read($0) }
      assistant = found
    }
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
    fields.duration("review", into: &review)
    fields.duration("sync", into: &sync)
    fields.integer("webhookBacklog", into: &webhookBacklog, 0...1_000_000)
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

extension Fault {
  private static let providers = ["twilio", "meta", "assistant"]

  init(_ fields: FieldReader) {
    self.init(.refuse)
    if fields.string("kind").isEmpty { return }
    fields.choice("kind", into: &kind)
    fields.share("share", into: &share)
    fields.integer("count", into: &count, 1...Int.max)
    fields.string("provider", into: &provider)
    if let provider, !Self.providers.contains(provider) {
      fields.fault("provider", "must be one of \(Self.providers.joined(separator: ", "))")
    }
    fields.string("sender", into: &sender)
    fields.string("recipient", into: &recipient)
    fields.integer("status", into: &status, 100...599)
    fields.integer("code", into: &code, 0...999_999)
    fields.string("body", into: &body)
    fields.string("template", into: &template)
    fields.duration("delay", into: &delay)
    fields.delay("latency", into: &latency)
    fields.choice("mode", into: &mode)
    fields.duration("after", into: &after)
    fields.duration("for", into: &lasting)
    fields.duration("every", into: &every)
    if kind == .outage, mode == .refused, lasting == nil {
      fields.fault("for", "is missing: nobody could end it")
    }
    if kind == .accountRestricted, lasting == nil {
      fields.fault("for", "is missing: a restriction has an end")
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
    fields.object("reply") { kind = .reply(id: $0.string("id"), title: $0.string("title")) }
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
