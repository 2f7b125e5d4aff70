/// How an endpoint is held to the form of its answers. Not each of them knows the first.
package enum AnswerFormat: String, CaseIterable, Hashable, Sendable {
  case schema, json
  /// It is asked for in words alone.
  case text
}
