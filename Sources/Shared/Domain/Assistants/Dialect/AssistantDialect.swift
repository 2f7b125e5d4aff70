package import Time

/// The form in which an endpoint is asked and answers: one for each that vendors have.
package enum AssistantDialect: String, CaseIterable, Hashable, Sendable {
  /// OpenAI's chat completions, which most others speak as well.
  case chatCompletions

  /// `rounds`: the tools that were used for this answer so far.
  package func request(
    _ assistant: Assistant, _ prompt: AssistantPrompt, rounds: [ToolRound] = []
  ) -> AssistantRequest {
    switch self {
    case .chatCompletions: ChatCompletions.request(assistant, prompt, rounds: rounds)
    }
  }

  /// Asks for nothing that costs: whether somebody is there and takes our key.
  package func inquiry(_ assistant: Assistant) -> AssistantInquiry {
    switch self {
    case .chatCompletions: ChatCompletions.inquiry(assistant)
    }
  }

  package func answer(
    _ response: AssistantResponse, to question: AssistantQuestion
  ) -> AssistantAnswer {
    switch self {
    case .chatCompletions: ChatCompletions.answer(response, to: question)
    }
  }
}

/// A call as it goes out: a POST of JSON.
package struct AssistantRequest: Hashable, Sendable {
  package let url: String
  /// nil: nobody is asked for one.
  package let key: EndpointKey?
  package let body: [UInt8]
}

/// A GET.
package struct AssistantInquiry: Hashable, Sendable {
  package let url: String
  package let key: EndpointKey?
}

/// The header by which an endpoint knows us.
package struct EndpointKey: Hashable, Sendable {
  package let name: String
  package let value: Secret
}

/// What came back.
package struct AssistantResponse: Sendable {
  package let status: Int
  package let headers: [(name: String, value: String)]
  package let body: [UInt8]
  package let at: Timestamp

  package init(
    status: Int, headers: [(name: String, value: String)] = [], body: [UInt8], at: Timestamp
  ) {
    (self.status, self.headers, self.body, self.at) = (status, headers, body, at)
  }

  /// Names of headers know no case.
  func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name }?.value
  }
}

/// What has to be known to read an answer.
package struct AssistantQuestion: Hashable, Sendable {
  package let channel: Sender.Channel
  /// What it came to as we estimate it, for an endpoint that does not say.
  package let tokens: Int

  package init(_ channel: Sender.Channel, tokens: Int) {
    (self.channel, self.tokens) = (channel, tokens)
  }
}

package enum AssistantAnswer: Hashable, Sendable {
  case reply(AssistantReply, TokenUse)
  /// It wants to use tools first. `message` is said to it again with what they gave.
  case tools([ToolCall], TokenUse, message: [UInt8])
  /// It answered, and nothing can be made of it.
  case unusable(UnusableReply, TokenUse)
  /// It cannot answer now.
  case away(String, retryAfter: Duration?)
  /// It will not answer such a call, however often: the settings are wrong.
  case refused(String)
}
