import Domain
import JSON
import Time

/// An assistant and what it is asked, for tests of each part.
enum UnderTest {
  static let now = Timestamp(seconds: 1_800_000_000)
  static let contact = PersonAddress("+393331234567")

  static let instructions =
    "You are Nora, the assistant of {{company}}. Discounts above thirty percent need the approval of the sales office."

  static func assistant(
    _ instructions: String = instructions, _ change: (inout Assistant) -> Void = { _ in }
  ) throws -> Assistant {
    var assistant = Assistant(
      "nora", url: "https://llm.acme.it/v1/chat/completions", model: "small",
      instructions: try InstructionText(instructions))
    change(&assistant)
    return assistant
  }

  static func prompt(
    _ assistant: Assistant, _ facts: PromptFacts = PromptFacts(company: "Acme"),
    _ history: [AssistantTurn] = [], objects: [AssistantObject] = []
  ) -> AssistantPrompt {
    AssistantPrompt(assistant, facts, history: history, objects: objects, now: now)
  }

  static func said(_ words: String, _ second: Int = 0) -> AssistantTurn {
    .person(words: words, kind: "text", at: now + .seconds(second))
  }

  static func json(_ text: String) throws -> JSONValue {
    try JSONDocument(Array(text.utf8)).root
  }

  static func reply(_ json: String) throws -> AssistantReply {
    try AssistantReply(try Self.json(json), on: .metaWhatsApp)
  }

  /// One text message for each.
  static func reply(saying texts: String...) throws -> AssistantReply {
    AssistantReply(
      try texts.map { text throws(UnusableReply) in
        try AssistantMessage(text: text, on: .metaWhatsApp)
      })
  }
}
