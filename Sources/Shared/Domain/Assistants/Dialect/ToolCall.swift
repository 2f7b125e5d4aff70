/// A tool that an assistant wants to use. No tool takes anybody's address.
package struct ToolCall: Hashable, Sendable {
  package enum Tool: Hashable, Sendable {
    /// What is known of the contact of this conversation.
    case contact
    case handOver(reason: String?)
    /// The conversation is over.
    case end(reason: String?)
    /// One that there is not.
    case unknown(String)
  }

  package enum Name: String, CaseIterable, Hashable, Sendable {
    case contact = "contact_data"
    case handOver = "hand_over"
    case end = "end_conversation"
  }

  /// By which its result is told apart.
  package let id: String
  package let tool: Tool

  package init(id: String, _ tool: Tool) { (self.id, self.tool) = (id, tool) }
}

/// What a tool gave.
package struct ToolResult: Hashable, Sendable {
  package let id: String
  /// Data in one line, as those of the contact are.
  package let content: String

  /// Longer ones are cut.
  package static let most = 8000

  package init(_ id: String, _ words: String) {
    self.id = id
    content = PromptData.line([("result", VisibleText(words, most: Self.most).description)])
  }
}

/// What an assistant asked of tools, and what they gave.
package struct ToolRound: Hashable, Sendable {
  /// The assistant's own message, as it came.
  package let message: [UInt8]
  package let results: [ToolResult]

  package init(_ message: [UInt8], _ results: [ToolResult]) {
    (self.message, self.results) = (message, results)
  }

  /// As we estimate them.
  package var tokens: Int {
    let texts = [String(decoding: message, as: UTF8.self)] + results.map(\.content)
    return texts.reduce(0) { $0 + TokenEstimate.tokens(of: $1) + TokenEstimate.perMessage }
  }
}
