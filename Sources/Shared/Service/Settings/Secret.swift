/// A text that no log, event or error may show. It prints as dots.
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The one way to the text itself: where it is used, and nowhere else.
  package let revealed: String

  package init(_ text: String) { revealed = text }

  package var description: String { "•••" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
