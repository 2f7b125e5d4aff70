/// What an object is called: as Meta names templates, so that one list can have both.
package struct ObjectName: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let text: String

  /// nil for what is no such name.
  package init?(_ text: String) {
    guard Template.isMetaName(text) else { return nil }
    self.text = text
  }

  package static let rule = "must be up to 512 small letters, digits and underscores"

  package var description: String { text }

  package static func < (one: Self, other: Self) -> Bool { one.text < other.text }
}
