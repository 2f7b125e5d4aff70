/// A token or a key. It prints as dots wherever a value prints itself.
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// Only for what goes to the provider or into a signature.
  package let exposed: String

  package init(_ text: String) { exposed = text }

  package var bytes: [UInt8] { Array(exposed.utf8) }
  package var isEmpty: Bool { exposed.isEmpty }

  package var description: String { "•••" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
