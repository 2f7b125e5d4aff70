package import Settings
package import HTTP

/// The address as those who call us see it, which is what they sign.
package struct PublicAddress: Sendable {
  /// Stands in front of every route.
  package let prefix: String
  /// `https://hooks.example.com`
  private let origin: String?

  /// Whose word about the address counts.
  private let proxies: [AddressRange]

  package init(_ configured: WebAddress?, trusting proxies: [AddressRange]) {
    prefix = configured?.path ?? ""
    origin = configured.map { "\($0.scheme)://\($0.authority)" }
    self.proxies = proxies
  }

  /// The target stays as it was called, escapes and all. Without a configured address the request's own
  /// head has to tell; whoever lies there cannot sign what comes of it.
  package func url(of request: HTTPRequest) -> String {
    let target = request.target.description
    // A proxy may be asked by the whole address.
    guard target.utf8.first == UInt8(ascii: "/") else { return target }
    if let origin { return origin + target }
    let isProxied = proxies.contains { $0.contains(request.peer) }
    let scheme = isProxied ? Self.first(of: request.headers.first("X-Forwarded-Proto")) : nil
    let host = isProxied ? Self.first(of: request.headers.first("X-Forwarded-Host")) : nil
    let ownScheme = request.isTLS ? "https" : "http"
    return "\(scheme ?? ownScheme)://\(host ?? request.headers.first("Host") ?? "")\(target)"
  }

  /// Each proxy on the way adds its own word behind a comma: the first was asked by the provider.
  private static func first(of list: String?) -> String? {
    list.map { $0.prefix { $0 != "," }.filter { $0 != " " } }
  }
}
