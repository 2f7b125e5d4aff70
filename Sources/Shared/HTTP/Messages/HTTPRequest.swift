/// A request: at a server's door without its body, at a handler with all of it. One object, since many hands
/// pass it on.
package final class HTTPRequest: Sendable {
  package let method: String
  /// The request target's bytes exactly as they were called, escapes and all: signatures are over it.
  package let target: RequestTarget
  package let headers: HeaderBlock
  package let body: [UInt8]
  package let peer: PeerAddress
  package let isTLS: Bool

  init(
    method: String, target: RequestTarget, headers: HeaderBlock, body: [UInt8], peer: PeerAddress,
    isTLS: Bool
  ) {
    (self.method, self.target, self.headers) = (method, target, headers)
    (self.body, self.peer, self.isTLS) = (body, peer, isTLS)
  }

  func with(body: [UInt8]) -> HTTPRequest {
    body.isEmpty
      ? self
      : HTTPRequest(
        method: method, target: target, headers: headers, body: body, peer: peer, isTLS: isTLS)
  }

  /// Percent escapes untouched.
  package var path: String { target.path }
  /// What follows the `?`, percent escapes untouched; nil where there is none.
  package var query: String? { target.query }
  package var queryItems: [QueryItem] { target.queryItems }

  package func queryValue(_ name: String) -> String? {
    target.queryItems.first { $0.name == name }?.value
  }
}
