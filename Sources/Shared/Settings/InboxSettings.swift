package import Domain

/// How people are answered: by whom, and what is said to them by itself. What a tenant has of its own goes before what
/// stands for all.
package struct InboxSettings: Hashable, Sendable {
  package var agents: [Agent] = []
  package var roles: [AgentRole] = []
  package var assistants: [Assistant] = []
  package var common = Terms()
  package var own: [Tenant: Terms] = [:]

  package init() {}

  package struct Terms: Hashable, Sendable {
    package var defaultAgent: String?
    package var defaultAssistant: String?
    package var assignment: Assignment?
    package var texts: SetTexts?
    package var hours: OpeningHours?
    package var notice: HandOverNotice?
  }

  /// Whether anybody is ever asked to wait.
  package var saysSetTexts: Bool { common.texts != nil || own.values.contains { $0.texts != nil } }

  package func inbox(of tenant: Tenant) -> Inbox {
    let own = own[tenant] ?? Terms()
    var inbox = Inbox(
      agents: agents.filter { $0.serves(tenant) }, roles: roles.filter { $0.serves(tenant) },
      defaultAgent: own.defaultAgent ?? common.defaultAgent,
      defaultAssistant: own.defaultAssistant ?? common.defaultAssistant,
      assignment: own.assignment ?? common.assignment ?? Assignment())
    inbox.assistants = assistants.filter { $0.serves(tenant) }
    inbox.texts = own.texts ?? common.texts
    inbox.hours = own.hours ?? common.hours
    inbox.notice = own.notice ?? common.notice
    return inbox
  }
}

extension SettingsReader {
  func inboxes(defaultPrefix: DialPrefix) -> InboxSettings {
    var inboxes = InboxSettings()
    inboxes.roles = objects("roles").compactMap { $0.agentRole() }
    inboxes.agents = objects("agents").compactMap { $0.agent(defaultPrefix) }
    inboxes.assistants = objects("assistants").compactMap { $0.assistant(defaultPrefix) }
    inboxes.common = inboxTerms()
    for reader in objects("tenants") {
      let tenant = reader.tenant
      if tenant == nil, !reader.has("app"), !reader.has("company") {
        reader.fault("app", "is missing: whose terms these are")
      }
      let terms = reader.inboxTerms()
      reader.finish()
      guard let tenant else { continue }
      if inboxes.own.updateValue(terms, forKey: tenant) != nil {
        reader.fault("", "is the second for \(tenant)")
      }
    }
    return inboxes
  }

  private func agentRole() -> AgentRole? {
    let name = agentName("name", "as agents have it")
    let role = AgentRole(
      name ?? "", of: tenant, assistant: named(text("assistant"), "assistant"))
    finish()
    return name == nil ? nil : role
  }

  private func agent(_ defaultPrefix: DialPrefix) -> Agent? {
    let name = agentName("name", "as conversations show it")
    if name?.lowercased() == Agent.guest {
      fault("name", "must not be \(Agent.guest), which stands for nobody")
    }
    let phone = text("phone").flatMap { text in
      let number: PhoneNumber?
      do throws(PhoneNumberFault) {
        number = try PhoneNumber(text, defaultPrefix: defaultPrefix)
      } catch {
        fault("phone", "\(text) \(error)")
        number = nil
      }
      return number
    }
    let agent = Agent(
      name ?? "", of: tenant, phone: phone, language: language("language"), role: text("role"))
    finish()
    return name == nil ? nil : agent
  }

  private func inboxTerms() -> InboxSettings.Terms {
    InboxSettings.Terms(
      defaultAgent: text("defaultAgent"),
      defaultAssistant: named(text("defaultAssistant"), "defaultAssistant"),
      assignment: object("assignment").map { $0.assignment() },
      texts: object("texts").map { $0.setTexts() },
      hours: object("hours").flatMap { $0.openingHours() },
      notice: object("handOverNotice").flatMap { $0.handOverNotice() })
  }

  private func assignment() -> Assignment {
    let rules = objects("rules").compactMap { $0.assignmentRule() }
    let otherwise = choice("else", Assignment.Otherwise.self) ?? .usual
    finish()
    return Assignment(rules, otherwise: otherwise)
  }

  private func assignmentRule() -> Assignment.Rule? {
    let (agent, role) = (text("agent"), text("role"))
    let sender = text("sender").map { SenderID($0) }
    let country = value("country", "two capital letters such as IT") { text in
      text.utf8.count == 2 && text.allSatisfy { ("A"..."Z").contains($0) } ? text : nil
    }
    let words = texts("words")
    if words.contains(where: { !$0.contains { $0.isLetter || $0.isNumber } }) {
      fault("words", "must be words or phrases, each with a letter or a digit")
    }
    finish()
    switch (agent, role) {
    case (let agent?, nil):
      return Assignment.Rule(.agent(agent), sender: sender, country: country, words: words)
    case (nil, let role?):
      return Assignment.Rule(.role(role), sender: sender, country: country, words: words)
    case (nil, nil): fault("agent", "is missing: an agent or a role")
    case (.some, .some): fault("role", "must not stand beside an agent")
    }
    return nil
  }

  /// Of a person, a role or an assistant: it stands in paths, and in lists that people read.
  func agentName(_ field: String, _ purpose: String) -> String? {
    named(requiredText(field, purpose), field)
  }

  private func named(_ text: String?, _ field: String) -> String? {
    guard let text else { return nil }
    let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    guard (1...64).contains(text.count), isPlain, !text.contains("/"),
      text.first != " ", text.last != " "
    else {
      fault(
        field, "must have 1 to 64 characters, without a slash, a control character or outer spaces")
      return nil
    }
    return text
  }

  func language(_ name: String) -> String? {
    value(name, "a language such as it or pt_BR") { $0.isLanguageCode ? $0 : nil }
  }
}

extension String {
  /// Two or three letters, and a region where it needs one.
  var isLanguageCode: Bool {
    let parts = split(separator: "_", omittingEmptySubsequences: false)
    guard let first = parts.first, parts.count <= 2 else { return false }
    return (2...3).contains(first.utf8.count)
      && first.allSatisfy { ("a"..."z").contains($0) }
      && parts.dropFirst().allSatisfy {
        $0.utf8.count == 2 && $0.allSatisfy { ("A"..."Z").contains($0) }
      }
  }
}
