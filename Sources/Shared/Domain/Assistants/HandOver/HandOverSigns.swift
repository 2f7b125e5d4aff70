/// By what a contact says that they want a person.
package struct HandOverSigns: Hashable, Sendable {
  /// Besides the usual ones.
  package var words: [String: [String]] = [:]
  /// Ids of buttons and of rows of lists.
  package var buttons: Set<String> = []

  package init() {}
}
