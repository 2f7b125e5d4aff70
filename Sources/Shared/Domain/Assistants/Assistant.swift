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
