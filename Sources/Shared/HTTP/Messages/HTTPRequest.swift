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

  /// As a server in this process gets it, without a connection.
  package convenience init(inside call: HTTPCall) {
    var bytes: [UInt8] = []
    var places: [HeaderBlock.Place] = []
    for header in call.headers {
      let (name, value) = (Array(header.name.utf8), Array(header.value.utf8))
      let start = bytes.count
      bytes += name + value
      let middle = start + name.count
      places.append(HeaderBlock.Place(name: start..<middle, value: middle..<bytes.count))
    }
    let afterScheme = call.url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    let target = afterScheme.last.map { rest in
      rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
    }
    self.init(
      method: call.method, target: RequestTarget(target ?? "/"),
      headers: HeaderBlock(bytes: bytes, places: places), body: call.body, peer: PeerAddress(nil),
      isTLS: false)
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
