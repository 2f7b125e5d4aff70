/// What is wrong with a file of time zone rules.
package struct ZoneFault: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }

  static let cut = ZoneFault("ends too early")
}
