/// A request whose body is all there.
package struct HTTPRequest: Sendable {
  package let method: String
  /// The request target's bytes exactly as they were called, escapes and all: signatures are over it.
  package let target: RequestTarget
  package let headers: HeaderBlock
  package let body: [UInt8]
  package let peer: PeerAddress
  package let isTLS: Bool

  /// Percent escapes untouched.
  package var path: String { target.path }
  /// What follows the `?`, percent escapes untouched; nil where there is none.
  package var query: String? { target.query }
  package var queryItems: [QueryItem] { target.queryItems }

  package func queryValue(_ name: String) -> String? {
    target.queryItems.first { $0.name == name }?.value
  }
}
