internal import JSON

/// One message of a prompt.
package struct PromptMessage: Hashable, Sendable {
  package enum Role: String, Hashable, Sendable { case system, user, assistant }

  package let role: Role
  package let content: String

  init(_ role: Role, _ content: String) { (self.role, self.content) = (role, content) }

  var tokens: Int { TokenEstimate.tokens(of: content) + TokenEstimate.perMessage }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("role", role.rawValue)
      writer.field("content", content)
    }
  }

  /// Those of one role in a row are one: not each endpoint takes two.
  static func merged(_ messages: [PromptMessage]) -> [PromptMessage] {
    var merged: [PromptMessage] = []
    for message in messages {
      if let last = merged.last, last.role == message.role {
        merged[merged.count - 1] = PromptMessage(
          last.role, last.content + "\n" + message.content)
      } else {
        merged.append(message)
      }
    }
    return merged
  }
}
