internal import JSON

/// A question in the shape of OpenAI's chat completions, as strict as theirs.
struct ChatRequest: Sendable {
  enum Role: String, Sendable { case system, developer, user, assistant, tool }

  struct Message: Sendable {
    let role: Role
    let text: String
  }

  struct Tool: Sendable {
    let name: String
    /// Names of those parameters that are texts.
    let texts: [String]
  }

  /// What the answer has to be.
  enum Form: Sendable, Equatable {
    case text
    /// Names of what a message may have, where a schema says so.
    case json(ofMessage: [String])
  }

  let model: String
  let messages: [Message]
  let tools: [Tool]
  let form: Form
  let mostTokens: Int?
  /// As `user`, `safety_identifier` or `metadata.conversation` names it.
  let conversation: String?
  /// JSON.
  let messagesText: [UInt8]

  /// What people wrote since the last answer, oldest first.
  var news: [String] {
    let last = messages.lastIndex { $0.role == .assistant && !$0.text.isEmpty }
    let news = messages[(last.map { $0 + 1 } ?? 0)...].filter { $0.role == .user }
    return news.isEmpty
      ? messages.last { $0.role == .user }.map { [$0.text] } ?? [] : news.map(\.text)
  }

  /// What tools have said since a person wrote last.
  var toolResults: [String] {
    let last = messages.lastIndex { $0.role == .user } ?? -1
    return messages[(last + 1)...].filter { $0.role == .tool }.map(\.text)
  }

  /// What it was told to be.
  var instructions: String {
    messages.filter { $0.role == .system || $0.role == .developer }.map(\.text)
      .joined(separator: "\n")
  }

  /// Four bytes are a token.
  var tokens: Int { tokenCount(messages.reduce(0) { $0 + $1.text.utf8.count }) }
}

func tokenCount(_ bytes: Int) -> Int { (bytes + 3) / 4 }

/// A question that is refused, as OpenAI refuses it.
struct ChatRefusal: Error {
  let text: String
  let place: String

  init(_ place: String, _ text: String) { (self.place, self.text) = (place, text) }
}
