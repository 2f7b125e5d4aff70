internal import Domain
internal import Time

extension SettingsReader {
  /// An endpoint that answers people.
  func assistant(_ defaultPrefix: DialPrefix) -> Assistant? {
    let name = agentName("name", "as conversations show it")
    let tenant = tenant
    let url = endpoint("url")
    if !has("url") { fault("url", "is missing: where it is asked") }
    let model = sendable(requiredText("model", "which of the endpoint's models answers"), "model")
    let instructions = requiredText("instructions", "what it is told to do").flatMap(
      instructionText)
    var assistant: Assistant?
    if let name, let url, let model, let instructions {
      assistant = Assistant(name, of: tenant, url: url, model: model, instructions: instructions)
    }
    let (dialect, format) = (
      choice("dialect", AssistantDialect.self), choice("format", AnswerFormat.self)
    )
    assistant?.dialect = dialect ?? .chatCompletions
    assistant?.format = format ?? .schema
    let (key, facts) = (secret("apiKey"), facts)
    assistant?.apiKey = key
    assistant?.facts = facts
    let (tools, limits, prices) = (assistantTools, assistantLimits, assistantPrices)
    if prices == nil, !has("prices"), limits.hasPrice {
      fault("prices", "is missing: limits of price need it")
    }
    assistant?.tools = tools
    assistant?.limits = limits
    assistant?.prices = prices
    let (pace, bounds, signs) = (assistantPace, answerBounds(defaultPrefix), handOverSigns)
    assistant?.pace = pace
    assistant?.bounds = bounds
    assistant?.handOver = signs
    let history = count("historyTokens", in: 100...1_000_000)
    if let history { assistant?.historyTokens = history }
    finish()
    return assistant
  }

  private func instructionText(_ text: String) -> InstructionText? {
    do throws(InstructionText.Fault) { return try InstructionText(text) } catch {
      fault("instructions", error.description)
      return nil
    }
  }

  private var facts: String? {
    let facts = text("facts")
    if let facts, facts.unicodeScalars.count > InstructionText.most {
      fault("facts", "must have at most \(InstructionText.most) characters")
    }
    return facts
  }

  /// What people write goes there, so it is https, but on this machine.
  private func endpoint(_ name: String) -> String? {
    guard let text = sendable(text(name), name) else { return nil }
    let base = text.prefix { $0 != "?" }
    guard let address = WebAddress(String(base)), !text.contains("#"),
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else {
      fault(name, "must be an http or https address")
      return nil
    }
    if address.scheme != "https", !address.isLoopback {
      fault(name, "must be https: what people write goes there")
    }
    return text
  }

  private var assistantTools: AssistantTools {
    var tools = AssistantTools()
    guard let own = object("tools") else { return tools }
    tools.contact = own.endpoint("contact")
    tools.contactKey = own.secret("contactKey")
    if tools.contactKey != nil, !own.has("contact") {
      own.fault("contactKey", "has no meaning without contact")
    }
    tools.objects = own.texts("objects").compactMap { text in
      let name = ObjectName(text)
      if name == nil { own.fault("objects", "has \(text.prefix(40)); a name \(ObjectName.rule)") }
      return name
    }
    if tools.objects.count > Self.mostObjects {
      own.fault("objects", "must have at most \(Self.mostObjects)")
    }
    own.finish()
    return tools
  }

  private static let mostObjects = 50

  private var assistantPrices: AssistantPrices? {
    guard let own = object("prices") else { return nil }
    defer { own.finish() }
    let (input, output) = (own.millionTokens("input"), own.millionTokens("output"))
    let currency = own.requiredText("currency", "by its name, such as EUR")
    if let currency,
      currency.utf8.count != 3 || !currency.utf8.allSatisfy({ (0x41...0x5A).contains($0) })
    {
      own.fault("currency", "must be three capital letters such as EUR")
    }
    guard let input, let output, let currency else { return nil }
    return AssistantPrices(input: input, output: output, currency: currency)
  }

  private func millionTokens(_ name: String) -> Int64? {
    guard let text = requiredText(name, "what a million tokens cost") else { return nil }
    let price = Price(text)?.millionths
    if price == nil { fault(name, "must be an amount for a million tokens such as 0.15") }
    return price
  }

  private var assistantLimits: AssistantLimits {
    var limits = AssistantLimits()
    guard let own = object("limits") else { return limits }
    limits.conversation = own.limit("perConversation") ?? limits.conversation
    limits.day = own.limit("perDay") ?? limits.day
    limits.tenantDay = own.limit("perTenantDay") ?? limits.tenantDay
    own.finish()
    return limits
  }

  private func limit(_ name: String) -> AssistantLimits.Limit? {
    guard let own = object(name) else { return nil }
    defer { own.finish() }
    let price = own.text("price").flatMap { text -> Int64? in
      let amount = Millionths.read(text)
      if amount == nil { own.fault("price", "must be an amount such as 2.50") }
      return amount
    }
    return AssistantLimits.Limit(
      tokens: own.count("tokens", in: 0...1_000_000_000_000), price: price,
      calls: own.count("calls", in: 0...1_000_000_000))
  }

  private var assistantPace: AssistantPace {
    var pace = AssistantPace()
    pace.debounce = duration("debounce", in: .zero ... .seconds(60)) ?? pace.debounce
    pace.longestDebounce =
      duration("longestDebounce", in: .zero ... .seconds(600)) ?? pace.longestDebounce
    if pace.longestDebounce < pace.debounce {
      fault("longestDebounce", "must not be shorter than debounce")
    }
    pace.deadline = duration("deadline", in: .seconds(1) ... .seconds(300)) ?? pace.deadline
    pace.attempts = count("attempts", in: 1...10) ?? pace.attempts
    return pace
  }

  private func duration(_ name: String, in range: ClosedRange<Duration>) -> Duration? {
    guard let duration = value(name, "a time such as 2s", Units.duration) else { return nil }
    if !range.contains(duration) {
      fault(
        name,
        "must be from \(Int(range.lowerBound.seconds))s to \(Int(range.upperBound.seconds))s")
    }
    return duration
  }
}

extension AssistantLimits {
  fileprivate var hasPrice: Bool {
    [conversation, day, tenantDay].contains { $0.price != nil }
  }
}
