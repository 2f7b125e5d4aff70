internal import Domain
internal import JSON
internal import SendStore
internal import Time

/// One contact for whom an assistant is being asked.
final class Asking {
  let waiting: WaitingForAssistant
  let prepared: Prepared
  var begun = Timestamp.distantPast
  /// The tools that were used for this answer so far.
  var rounds: [ToolRound] = []
  /// What the tenant's own data gave of the contact.
  var known: [String] = []
  /// All calls for this answer.
  private(set) var calls: [AssistantCall] = []
  // Of a round that is not over.
  var toolMessage: [UInt8] = []
  var toolResults: [ToolResult] = []
  var openCalls: [String] = []

  static let mostRounds = 4

  /// What an assistant is asked, and what it may use up.
  struct Prepared {
    let assistant: Assistant
    let prompt: AssistantPrompt
    let channel: Sender.Channel
    let used: [AssistantBudget.Scope: AssistantUse]

    func budget(after more: AssistantUse = AssistantUse()) -> AssistantBudget {
      func sum(_ scope: AssistantBudget.Scope) -> AssistantUse {
        let used = used[scope] ?? AssistantUse()
        return AssistantUse(
          tokens: used.tokens + more.tokens, price: used.price + more.price,
          calls: used.calls + more.calls)
      }
      return AssistantBudget(
        assistant.limits, conversation: sum(.conversation), day: sum(.day),
        tenantDay: sum(.tenantDay))
    }
  }

  init(_ waiting: WaitingForAssistant, _ prepared: Prepared) {
    (self.waiting, self.prepared) = (waiting, prepared)
  }

  var request: AssistantRequest {
    prepared.assistant.dialect.request(prepared.assistant, prepared.prompt, rounds: rounds)
  }

  /// Of the question, as we estimate them.
  var tokens: Int { rounds.reduce(prepared.prompt.tokens) { $0 + $1.tokens } }

  /// By the calls for this answer.
  var used: AssistantUse {
    AssistantUse(
      tokens: calls.reduce(0) { $0 + $1.tokensIn + $1.tokensOut },
      price: calls.reduce(0) { $0 + $1.money }, calls: calls.count)
  }

  /// What came of the call that was under way. `reply`: what it wrote, which is kept where nobody gets it.
  func note(
    _ verdict: AssistantCall.Verdict, _ reason: String, _ use: TokenUse = .none,
    withheld reply: AssistantReply? = nil, at now: Timestamp
  ) {
    let assistant = prepared.assistant
    var call = AssistantCall(
      assistant.name, model: assistant.model, prompt: prepared.prompt.hash, begun: begun,
      ended: now, verdict)
    (call.tokensIn, call.tokensOut) = (use.input, use.output)
    call.money = assistant.prices?.price(of: use) ?? 0
    call.reason = reason
    call.withheld = reply.map(\.withheld)
    calls.append(call)
  }

  /// A tool that ends it belongs to the call that asked for it.
  func end(_ verdict: AssistantCall.Verdict, _ reason: String) {
    guard let last = calls.indices.last else { return }
    (calls[last].verdict, calls[last].reason) = (verdict, reason)
  }
}

extension AssistantReply {
  /// JSON: its messages.
  fileprivate var withheld: [UInt8] {
    JSONWriter.list { list in
      for message in messages { list.raw(message.json) }
    }
  }
}
