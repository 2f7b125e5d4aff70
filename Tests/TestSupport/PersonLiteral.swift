package import Domain

/// Tests write a person as a text.
extension PersonAddress: ExpressibleByStringInterpolation {
  package init(stringLiteral text: String) { self.init(text) }
}
