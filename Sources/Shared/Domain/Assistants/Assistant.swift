/// An endpoint that answers people in conversations, as the settings have it.
package struct Assistant: Hashable, Sendable {
  package let name: String
  /// nil: it answers for every tenant.
  package let tenant: Tenant?
  /// To which each question is posted.
  package let url: String
  package let model: String
  package var dialect = AssistantDialect.chatCompletions
  package var format = AnswerFormat.schema
  package var apiKey: Secret?
  /// Said to it in confidence.
  package let instructions: InstructionText
  /// What it may tell anybody, in these words.
  package var facts: String?
  package var tools = AssistantTools()
  package var limits = AssistantLimits()
  /// nil: nobody knows what it costs.
  package var prices: AssistantPrices?
  package var pace = AssistantPace()
  package var bounds = AnswerBounds()
  package var handOver = HandOverSigns()
  /// How much of what was said before it is told, in tokens as we estimate them.
  package var historyTokens = 4000

  package init(
    _ name: String, of tenant: Tenant? = nil, url: String, model: String,
    instructions: InstructionText
  ) {
    (self.name, self.tenant, self.url, self.model) = (name, tenant, url, model)
    self.instructions = instructions
  }

  package func serves(_ tenant: Tenant) -> Bool { self.tenant.map { $0 == tenant } ?? true }

  package var secrets: [Secret] { [apiKey, tools.contactKey].compactMap(\.self) }
}

/// How an endpoint is held to the form of its answers. Not each of them knows the first.
package enum AnswerFormat: String, CaseIterable, Hashable, Sendable {
  case schema, json
  /// It is asked for in words alone.
  case text
}

/// What it may use, besides handing over and ending, which it always may.
package struct AssistantTools: Hashable, Sendable {
  /// Of the tenant: gives what is known of the contact.
  package var contact: String?
  /// Lets us in there.
  package var contactKey: Secret?
  /// The objects that it may send.
  package var objects: [ObjectName] = []

  package init() {}

  /// Where the data of this contact are. It is always the conversation's own: a model cannot name one.
  package func contactURL(of contact: PersonAddress) -> String? {
    guard let url = self.contact else { return nil }
    let value = contact.text.utf8.map { byte in
      let character = Character(Unicode.Scalar(byte))
      return character.isASCII && (character.isLetter || character.isNumber) || byte == 0x2E
        ? String(character) : Self.escaped(byte)
    }.joined()
    return url + (url.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + "contact=" + value
  }

  private static func escaped(_ byte: UInt8) -> String {
    let code = String(byte, radix: 16, uppercase: true)
    return byte < 16 ? "%0\(code)" : "%\(code)"
  }
}

/// When it is asked, and for how long.
package struct AssistantPace: Hashable, Sendable {
  /// Messages that come closer together than this are answered once.
  package var debounce = Duration.seconds(2)
  /// So long after the first of them it is asked all the same.
  package var longestDebounce = Duration.seconds(20)
  /// Of one call.
  package var deadline = Duration.seconds(30)
  /// Calls for one answer, where the endpoint is away or its answer is of no use.
  package var attempts = 3

  package init() {}

  /// When to ask, where messages came first and last at these times.
  package func due(first: Duration, last: Duration) -> Duration {
    min(last + debounce, first + longestDebounce)
  }
}

/// What one of its answers may be like.
package struct AnswerBounds: Hashable, Sendable {
  package var messages = 3
  /// Of each text, in characters.
  package var length = 1000
  /// What the endpoint may write for one answer, in tokens.
  package var tokens = 2000
  package var kinds: Set<AssistantMessage.Kind> = [.text, .object]
  /// Small letters; what stands below one is allowed as well.
  package var linkDomains: [String] = []
  package var mailDomains: [String] = []
  /// Besides the contact's own.
  package var numbers: [PhoneNumber] = []

  package init() {}
}

/// By what a contact says that they want a person.
package struct HandOverSigns: Hashable, Sendable {
  /// Besides the usual ones.
  package var words: [String: [String]] = [:]
  /// Ids of buttons and of rows of lists.
  package var buttons: Set<String> = []

  package init() {}
}
