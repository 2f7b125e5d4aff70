internal import JSON

/// OpenAI's chat completions: how a question is written.
enum ChatCompletions {
  static func request(
    _ assistant: Assistant, _ prompt: AssistantPrompt, rounds: [ToolRound]
  ) -> AssistantRequest {
    let body = JSONWriter.object(capacity: 8192) { writer in
      writer.field("model", assistant.model)
      writer.name("messages")
      writer.array { writer in
        for message in prompt.messages { message.write(to: &writer) }
        for round in rounds { write(round, to: &writer) }
      }
      writer.name("tools")
      writer.array { writer in
        for tool in ToolCall.Name.allCases
        where tool != .contact || assistant.tools.contact != nil {
          write(tool, to: &writer)
        }
      }
      write(assistant.format, assistant, prompt, to: &writer)
      if knowsNewName(assistant.url) {
        writer.field("max_completion_tokens", assistant.bounds.tokens)
      } else {
        writer.field("max_tokens", assistant.bounds.tokens)
      }
    }
    return AssistantRequest(url: assistant.url, key: key(assistant), body: body)
  }

  /// The list of models, which stands beside the completions; an endpoint of another form answers something, too.
  static func inquiry(_ assistant: Assistant) -> AssistantInquiry {
    let parts = assistant.url.split(separator: "?", maxSplits: 1)
    let path = parts.first.map(String.init) ?? assistant.url
    guard path.hasSuffix(completions) else {
      return AssistantInquiry(url: assistant.url, key: key(assistant))
    }
    let query = parts.dropFirst().first.map { "?\($0)" } ?? ""
    return AssistantInquiry(
      url: path.dropLast(completions.count) + "/models" + query, key: key(assistant))
  }

  private static let completions = "/chat/completions"

  /// Azure has a header of its own for keys.
  private static func key(_ assistant: Assistant) -> EndpointKey? {
    assistant.apiKey.map { key in
      isAzure(assistant.url)
        ? EndpointKey(name: "api-key", value: key)
        : EndpointKey(name: "Authorization", value: Secret("Bearer \(key.exposed)"))
    }
  }

  private static func host(_ url: String) -> String {
    let authority = url.drop { $0 != "/" }.drop { $0 == "/" }.prefix { !"/?#".contains($0) }
    return (authority.split(separator: "@").last ?? authority).prefix { $0 != ":" }.lowercased()
  }

  private static func isAzure(_ url: String) -> Bool {
    let host = host(url)
    return [".openai.azure.com", ".cognitiveservices.azure.com"].contains { host.hasSuffix($0) }
  }

  /// OpenAI refuses the old name for its newer models; others do not know the new one.
  private static func knowsNewName(_ url: String) -> Bool {
    host(url) == "api.openai.com" || isAzure(url)
  }

  private static func write(_ round: ToolRound, to writer: inout JSONWriter) {
    writer.raw(round.message)
    for result in round.results {
      writer.object { writer in
        writer.field("role", "tool")
        writer.field("tool_call_id", result.id)
        writer.field("content", result.content)
      }
    }
  }

  private static func write(_ tool: ToolCall.Name, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("type", "function")
      writer.name("function")
      writer.object { writer in
        writer.field("name", tool.rawValue)
        writer.field("description", about(tool))
        writer.field("strict", true)
        writer.name("parameters")
        let fields: [JSONSchema.Field] = tool == .contact ? [] : [("reason", .orNull(.text))]
        JSONSchema.object(fields).write(to: &writer)
      }
    }
  }

  private static func about(_ tool: ToolCall.Name) -> String {
    switch tool {
    case .contact: "Gives what we know of the contact of this conversation, and of nobody else."
    case .handOver: "Hands the conversation over to a person of ours, once and for all."
    case .end: "Says that the conversation is over and that nothing is to be answered."
    }
  }

  private static func write(
    _ format: AnswerFormat, _ assistant: Assistant, _ prompt: AssistantPrompt,
    to writer: inout JSONWriter
  ) {
    guard format != .text else { return }
    writer.name("response_format")
    writer.object { writer in
      guard format == .schema else { return writer.field("type", "json_object") }
      writer.field("type", "json_schema")
      writer.name("json_schema")
      writer.object { writer in
        writer.field("name", "answer")
        writer.field("strict", true)
        writer.name("schema")
        JSONSchema.answer(assistant.bounds, prompt.objects).write(to: &writer)
      }
    }
  }
}
