package import Time

/// Something that was said in a conversation.
package enum AssistantTurn: Hashable, Sendable {
  /// Who of ours said it.
  package enum Author: String, CaseIterable, Hashable, Sendable {
    case assistant, person
    /// A campaign, a set text, another system: it answers nothing.
    case system
  }

  /// By the contact. What is no text is told by `description(of:)`.
  case person(words: String, kind: String, at: Timestamp)
  case ours(words: String, author: Author, at: Timestamp)

  /// Whether the contact had an answer by then.
  var answers: Bool {
    switch self {
    case .person: false
    case .ours(_, let author, _): author != .system
    }
  }

  var isOfContact: Bool { if case .person = self { true } else { false } }

  /// A file in words: a link where there is one that the endpoint can follow.
  package static func description(
    ofFile name: String?, type: String?, link: String?, caption: String?
  ) -> String {
    let parts = [
      name.map { "file \($0)" }, type.map { "of type \($0)" }, link.map { "at \($0)" },
    ].compactMap(\.self)
    let file = parts.isEmpty ? "a file" : parts.joined(separator: " ")
    return [caption, "(\(file))"].compactMap(\.self).joined(separator: " ")
  }
}
