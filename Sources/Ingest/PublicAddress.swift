internal import HTTP
internal import Service

/// The address as those who call us see it, which is what they sign.
struct PublicAddress: Sendable {
  private let configured: WebAddress?

  init(_ configured: WebAddress?) { self.configured = configured }

  /// Stands in front of every route.
  var prefix: String { configured?.path ?? "" }

  /// The target stays as it was called, escapes and all. Without a configured address the request's own
  /// head has to tell; whoever lies there cannot sign what comes of it.
  func url(of request: HTTPRequest) -> String {
    let target = request.target.description
    // A proxy may be asked by the whole address.
    guard target.hasPrefix("/") else { return target }
    if let configured { return "\(configured.scheme)://\(configured.authority)\(target)" }
    let isProxied = Self.isNear(request.peer.host)
    let scheme = isProxied ? request.headers.first("X-Forwarded-Proto") : nil
    let host = isProxied ? request.headers.first("X-Forwarded-Host") : nil
    let ownScheme = request.isTLS ? "https" : "http"
    return "\(scheme ?? ownScheme)://\(host ?? request.headers.first("Host") ?? "")\(target)"
  }

  /// The proxy in front of us is on the same machine; nobody else's word about the address counts.
  private static func isNear(_ host: String) -> Bool {
    host == "::1" || host.hasPrefix("127.") || host.hasPrefix("::ffff:127.")
  }
}
