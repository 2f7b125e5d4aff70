package import JSON

/// What an assistant wants to be done.
package struct AssistantReply: Hashable, Sendable {
  package enum Action: String, CaseIterable, Hashable, Sendable {
    case reply
    /// A person is wanted.
    case handoff
    /// Nothing is to be said.
    case silence
  }

  package let messages: [AssistantMessage]
  package let action: Action
  /// For people of ours alone.
  package let reason: String?
  /// In which the contact is answered.
  package let language: String?

  package init(
    _ messages: [AssistantMessage], action: Action = .reply, reason: String? = nil,
    language: String? = nil
  ) {
    (self.messages, self.action) = (action == .silence ? [] : messages, action)
    self.reason = reason.map { VisibleText($0, most: Self.mostReason).description }
    self.language = language.flatMap { Self.isLanguage($0) ? $0 : nil }
  }

  private static let mostReason = 300
  /// Many more than any assistant is allowed.
  private static let mostMessages = 20

  /// As it was asked for, in JSON. What it does not say is as if it were null.
  package init(_ value: JSONValue, on channel: Sender.Channel) throws(UnusableReply) {
    guard value.kind == .object else { throw UnusableReply("is no object") }
    if let name = Recipients.named(in: value) {
      throw UnusableReply("names a recipient (\(name)), which no assistant chooses")
    }
    let items = try Self.items(value)
    var messages: [AssistantMessage] = []
    for item in items { messages.append(try AssistantMessage(item, on: channel)) }
    let action = try Self.action(value)
    if action == .reply, messages.isEmpty { throw UnusableReply("replies without a message") }
    self.init(
      messages, action: action, reason: value["reason"]?.string,
      language: value["language"]?.string)
  }

  private static func items(_ value: JSONValue) throws(UnusableReply) -> [JSONValue] {
    guard let given = value["messages"], !given.isNull else { return [] }
    guard let items = given.items else { throw UnusableReply("has messages that are no list") }
    guard items.count <= mostMessages else {
      throw UnusableReply("has \(items.count) messages")
    }
    return items
  }

  private static func action(_ value: JSONValue) throws(UnusableReply) -> Action {
    guard let given = value["action"], !given.isNull else {
      throw UnusableReply("is of another form: it has no action")
    }
    guard let action = given.string.flatMap({ Action(rawValue: $0) }) else {
      throw UnusableReply("has an action that is none of reply, handoff, silence")
    }
    return action
  }

  private static func isLanguage(_ text: String) -> Bool {
    let parts = text.split(omittingEmptySubsequences: false) { $0 == "_" || $0 == "-" }
    return (1...3).contains(parts.count)
      && parts.allSatisfy { part in
        (2...4).contains(part.utf8.count) && part.allSatisfy { $0.isASCII && $0.isLetter }
      }
  }
}
