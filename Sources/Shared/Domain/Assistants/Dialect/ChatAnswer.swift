internal import JSON
internal import Time

extension ChatCompletions {
  /// No answer of any use is longer.
  static let bodyLimit = 1 << 20
  private static let mostCalls = 8
  private static let longestCall = 2000

  static func answer(
    _ response: AssistantResponse, to question: AssistantQuestion
  ) -> AssistantAnswer {
    guard (200...299).contains(response.status) else {
      return ChatFailure(response, question).answer
    }
    let estimated = TokenUse(input: question.tokens, output: 0, isEstimated: true)
    guard response.body.count <= bodyLimit else {
      return .unusable(UnusableReply("is endless"), estimated)
    }
    guard let root = JSONValue(whole: response.body) else {
      return .unusable(UnusableReply("came in no JSON"), estimated)
    }
    let use = use(root, question)
    do throws(UnusableReply) { return try answer(root, use, question) } catch {
      return .unusable(error, use)
    }
  }

  private static func answer(
    _ root: JSONValue, _ use: TokenUse, _ question: AssistantQuestion
  ) throws(UnusableReply) -> AssistantAnswer {
    guard let choice = root["choices"]?.items?.first, let message = choice["message"],
      message.kind == .object
    else { throw UnusableReply("is of another form: it has no choices with a message") }
    switch choice["finish_reason"]?.string {
    case "length": throw UnusableReply("was cut, being too long")
    case "content_filter": throw UnusableReply("was kept back by the endpoint's content filter")
    default: break
    }
    if let refusal = message["refusal"], !refusal.isNull {
      throw UnusableReply("refuses to answer")
    }
    if let calls = message["tool_calls"]?.items, !calls.isEmpty {
      return .tools(try read(calls), use, message: repeated(message))
    }
    return .reply(try AnswerText(words(message)).reply(on: question.channel), use)
  }

  /// A text, or the texts of several parts.
  private static func words(_ message: JSONValue) -> String {
    if let text = message["content"]?.string { return text }
    return (message["content"]?.items ?? []).compactMap { $0["text"]?.string }.joined()
  }

  private static func use(_ root: JSONValue, _ question: AssistantQuestion) -> TokenUse {
    let (input, output) = (
      root["usage"]?["prompt_tokens"]?.integer, root["usage"]?["completion_tokens"]?.integer
    )
    let said = (root["choices"]?.items?.first?["message"]?["content"]?.string).map {
      TokenEstimate.tokens(of: $0)
    }
    return TokenUse(
      input: input.map(Int.init(clamping:)) ?? question.tokens,
      output: output.map(Int.init(clamping:)) ?? said ?? 0,
      isEstimated: input == nil || output == nil)
  }

  // MARK: Tools

  private static func read(_ calls: [JSONValue]) throws(UnusableReply) -> [ToolCall] {
    guard calls.count <= mostCalls else { throw UnusableReply("uses \(calls.count) tools at once") }
    var read: [ToolCall] = []
    for call in calls {
      guard let id = call["id"]?.string, let name = call["function"]?["name"]?.string,
        id.utf8.count <= longestCall, call["function"]?.text.count ?? 0 <= longestCall
      else { throw UnusableReply("uses a tool in a form that is not known") }
      read.append(ToolCall(id: id, tool(name, call["function"]?["arguments"])))
    }
    return read
  }

  /// Whatever else a model wants to give it is passed over.
  private static func tool(_ name: String, _ arguments: JSONValue?) -> ToolCall.Tool {
    let given = arguments?.string.flatMap { JSONValue(whole: Array($0.utf8)) } ?? arguments
    let reason = (given?["reason"]?.string).map { VisibleText($0, most: 300).description }
    switch ToolCall.Name(rawValue: name) {
    case .contact: return .contact
    case .handOver: return .handOver(reason: reason)
    case .end: return .end(reason: reason)
    case nil: return .unknown(VisibleText(name, most: 64).description)
    }
  }

  /// What the endpoint has to see again of its own message. The calls stay as they came: some keep marks of theirs there.
  private static func repeated(_ message: JSONValue) -> [UInt8] {
    JSONWriter.object { writer in
      writer.field("role", "assistant")
      writer.field("content", json: message["content"]?.text ?? Array("null".utf8))
      writer.field("tool_calls", json: message["tool_calls"]?.text)
    }
  }
}
