import Domain
import JSON
import Time

/// What a model answers, which somebody else's words may have chosen.
enum AssistantFuzz {
  private static let now = Timestamp(seconds: 1_800_000_000)

  /// Whatever is made of an answer has no recipient, and reads the same once it is written.
  static func answer(_ input: [UInt8]) {
    let text = String(decoding: input, as: UTF8.self)
    let headers = [(name: "Retry-After", value: text)]
    for channel in [Sender.Channel.metaWhatsApp, .twilioSMS] {
      for status in [200, 429] {
        let response = AssistantResponse(status: status, headers: headers, body: input, at: now)
        check(
          AssistantDialect.chatCompletions.answer(
            response, to: AssistantQuestion(channel, tokens: 1)), on: channel)
      }
      if let value = JSONValue(whole: input), let reply = try? AssistantReply(value, on: channel) {
        check(.reply(reply, .none), on: channel)
      }
    }
  }

  private static func check(_ answer: AssistantAnswer, on channel: Sender.Channel) {
    switch answer {
    case .reply(let reply, _):
      for message in reply.messages {
        guard let value = JSONValue(whole: message.json) else { preconditionFailure("no JSON") }
        precondition((try? AssistantMessage(value, on: channel)) == message)
        precondition(value["to"] == nil && value["sender"] == nil && value["from"] == nil)
      }
    case .tools(_, _, let message): precondition(JSONValue(whole: message) != nil)
    case .unusable(let fault, _): precondition(fault.description.count <= 204)
    case .away(let reason, _), .refused(let reason): precondition(reason.count < 120)
    }
  }

  private static let secret = "sk-live-9fGh27Kq-ZZtop"

  private static let rules: AssistantGate? = {
    guard let instructions = try? InstructionText("Help the customers of Acme.") else { return nil }
    var assistant = Assistant("a", url: "https://a.it/", model: "m", instructions: instructions)
    assistant.bounds.linkDomains = ["acme.it"]
    assistant.bounds.length = 100_000
    let prompt = AssistantPrompt(assistant, PromptFacts(), history: [], now: now)
    return AssistantGate(
      assistant, prompt, contact: PersonAddress("+393331234567"),
      secrets: SecretTraces([Secret(secret)]))
  }()

  /// Nothing that stands before a link, a number or a secret lets it pass.
  static func gate(_ input: [UInt8]) {
    let text = String(decoding: input, as: UTF8.self)
    let shown = VisibleText(text)
    precondition(shown.wasCut || !HiddenCharacters.isFound(in: shown.description))
    _ = HandOverWords().ask(in: text)
    guard let gate = rules else { preconditionFailure("no gate") }
    _ = verdict(gate, text)
    for bad in ["https://evil.test/", "evil.com", "+15551230000", secret] {
      if let verdict = verdict(gate, text + " " + bad) { precondition(verdict != .pass, bad) }
    }
  }

  /// nil where nobody would send it anyway.
  private static func verdict(_ gate: AssistantGate, _ text: String) -> AssistantGate.Verdict? {
    guard let message = try? AssistantMessage(text: text, on: .metaWhatsApp) else { return nil }
    return gate.verdict(on: AssistantReply([message]))
  }
}
