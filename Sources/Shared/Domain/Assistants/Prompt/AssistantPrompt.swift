internal import Crypto
internal import JSON
package import Time

/// What an assistant is told of a conversation besides what was said in it.
package struct PromptFacts: Hashable, Sendable {
  /// As the contact calls themselves.
  package var name: String?
  package var language: String?
  package var company: String?
  /// What we call ourselves there.
  package var sender: String?
  package var agent: String?

  package init(
    name: String? = nil, language: String? = nil, company: String? = nil, sender: String? = nil,
    agent: String? = nil
  ) {
    (self.name, self.language, self.company) = (name, language, company)
    (self.sender, self.agent) = (sender, agent)
  }
}

/// An object that an assistant may send, as it is told of it.
package struct AssistantObject: Hashable, Sendable {
  package let name: ObjectName
  package let about: String?
  package let placeholders: [String]

  package init(_ object: ObjectDefinition, on channel: Sender.Channel) {
    (name, about) = (object.name, object.about)
    placeholders = object.names(on: channel)
  }
}

/// All that an assistant is asked at once. What people write stands in the role `user` alone, as data.
package struct AssistantPrompt: Hashable, Sendable {
  /// The system's first.
  package let messages: [PromptMessage]
  /// What it was told in confidence; what it may tell anybody is not in it.
  package let confidence: String
  package let objects: [AssistantObject]
  /// Messages without an answer that it is not told of, since there were too many.
  package let leftOut: Int

  package init(
    _ assistant: Assistant, _ facts: PromptFacts, history: [AssistantTurn],
    objects: [AssistantObject] = [], now: Timestamp
  ) {
    let window = HistoryWindow(history, tokens: assistant.historyTokens)
    let allowed = objects.filter { assistant.tools.objects.contains($0.name) }
    let instructions = assistant.instructions.filled { Self.value(of: $0, facts, now) }
    let rules = AnswerRules(assistant, allowed, leftOut: window.leftOut).text
    let told = assistant.facts.map { "What you may tell anybody:\n\($0)" }
    let system = [instructions, told, rules].compactMap(\.self).joined(separator: "\n\n")
    let about = Self.about(facts, assistant.instructions.variables)
    messages = PromptMessage.merged([PromptMessage(.system, system)] + about + window.lines)
    (confidence, self.objects, leftOut) = (instructions + "\n\n" + rules, allowed, window.leftOut)
  }

  /// As we estimate them.
  package var tokens: Int { messages.reduce(0) { $0 + $1.tokens } }

  /// Names it in records, which have no place for all of it.
  package var hash: String {
    let json = JSONWriter.list { writer in
      for message in messages { message.write(to: &writer) }
    }
    return lowerHex(sha256(json))
  }

  // MARK: Variables

  private static let unknown = "unknown"

  private static func value(
    of variable: InstructionText.Variable, _ facts: PromptFacts, _ now: Timestamp
  ) -> String {
    switch variable {
    // What people call themselves can be a sentence that gives orders.
    case .contactName: "(the name that the data of the contact have)"
    case .contactLanguage: facts.language.flatMap(language) ?? unknown
    case .company: facts.company ?? unknown
    case .sender: facts.sender ?? unknown
    case .agent: facts.agent ?? unknown
    case .now: now.description
    }
  }

  /// Nothing but the code of a language.
  private static func language(_ text: String) -> String? {
    let isCode = text.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII && scalar.properties.isAlphabetic || scalar == "_" || scalar == "-"
    }
    return isCode && (2...12).contains(text.utf8.count) ? text : nil
  }

  /// Only what the instructions ask for.
  private static func about(
    _ facts: PromptFacts, _ variables: Set<InstructionText.Variable>
  ) -> [PromptMessage] {
    guard variables.contains(.contactName) else { return [] }
    let name = facts.name.map { VisibleText($0, most: mostName).description } ?? unknown
    return [PromptMessage(.user, PromptData.line([("contact's name", name)]))]
  }

  private static let mostName = 100
}
