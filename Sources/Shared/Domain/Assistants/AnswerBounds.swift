/// What one of its answers may be like.
package struct AnswerBounds: Hashable, Sendable {
  package var messages = 3
  /// Of each text, in characters.
  package var length = 1000
  /// What the endpoint may write for one answer, in tokens.
  package var tokens = 2000
  package var kinds: Set<AssistantMessage.Kind> = [.text, .object]
  /// Small letters; what stands below one is allowed as well.
  package var linkDomains: [String] = []
  package var mailDomains: [String] = []
  /// Besides the contact's own.
  package var numbers: [PhoneNumber] = []

  package init() {}
}
