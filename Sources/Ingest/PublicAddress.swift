internal import HTTP
internal import Service

/// The address as those who call us see it, which is what they sign.
struct PublicAddress: Sendable {
  /// Stands in front of every route.
  let prefix: String
  /// `https://hooks.example.com`
  private let origin: String?

  init(_ configured: WebAddress?) {
    prefix = configured?.path ?? ""
    origin = configured.map { "\($0.scheme)://\($0.authority)" }
  }

  /// The target stays as it was called, escapes and all. Without a configured address the request's own
  /// head has to tell; whoever lies there cannot sign what comes of it.
  func url(of request: HTTPRequest) -> String {
    let target = request.target.description
    // A proxy may be asked by the whole address.
    guard target.utf8.first == UInt8(ascii: "/") else { return target }
    if let origin { return origin + target }
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
